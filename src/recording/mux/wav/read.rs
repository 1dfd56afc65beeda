//! Sound from elsewhere. What a header claims is held against what is there before anything is read or kept.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Take},
    path::Path,
};

/// More is no sound of people.
const MOST_CHANNELS: u16 = 32;
const HIGHEST_RATE: u32 = 768_000;
/// Before the samples: an ordinary file has two or three.
const MOST_CHUNKS: usize = 256;
/// A program that could not seek back leaves both sizes like this: the sound goes to the end of the file.
const STREAMED: u32 = u32::MAX;

/// Each is the file's fault but the first.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    #[error("the file can't be read: {0}")]
    Io(#[from] io::Error),
    #[error("this is no WAV file")]
    NotWav,
    #[error("the WAV file is broken: {0}")]
    Broken(&'static str),
    #[error("the WAV file has no sound")]
    Empty,
    #[error("the WAV file claims {claims} bytes of sound and has {holds}")]
    Short { claims: u64, holds: u64 },
    #[error("a WAV file of {0} channels can't be read, only of 1 to {MOST_CHANNELS}")]
    Channels(u16),
    #[error("a WAV file of {0} samples a second can't be read, only of 1 to {HIGHEST_RATE}")]
    Rate(u32),
    #[error("WAV files with format {format} of {bits} bits can't be read, only PCM of 8 to 32 and floats of 32 or 64")]
    Unsupported { format: u16, bits: u16 },
}

/// How a sample is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    U8,
    I16,
    I24,
    I32,
    F32,
    F64,
}

impl Encoding {
    fn of(format: u16, bits: u16) -> Option<Self> {
        Some(match (format, bits) {
            (1, 8) => Self::U8,
            (1, 16) => Self::I16,
            (1, 24) => Self::I24,
            (1, 32) => Self::I32,
            (3, 32) => Self::F32,
            (3, 64) => Self::F64,
            _ => return None,
        })
    }

    pub fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// From −1 to 1. What is no number is silence.
    fn sample(self, bytes: [u8; 8]) -> f32 {
        let [a, b, c, d, ..] = bytes;
        let value = match self {
            Self::U8 => (f64::from(a) - 128.0) / 128.0,
            Self::I16 => f64::from(i16::from_le_bytes([a, b])) / 32_768.0,
            Self::I24 => f64::from(i32::from_le_bytes([0, a, b, c])) / 2_147_483_648.0,
            Self::I32 => f64::from(i32::from_le_bytes([a, b, c, d])) / 2_147_483_648.0,
            Self::F32 => f64::from(f32::from_le_bytes([a, b, c, d])),
            Self::F64 => f64::from_le_bytes(bytes),
        };
        if value.is_nan() { 0.0 } else { value.clamp(-1.0, 1.0) as f32 }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WavInfo {
    /// Frames a second.
    pub rate: u32,
    pub channels: u16,
    pub encoding: Encoding,
    /// A sample for each channel.
    pub frames: u64,
}

impl WavInfo {
    pub fn duration_ms(&self) -> u64 {
        self.frames.saturating_mul(1_000) / u64::from(self.rate)
    }
}

/// A file that is what it says.
#[derive(Debug)]
pub struct Wav<R> {
    pub info: WavInfo,
    /// Interleaved, `frames × channels` of them.
    pub samples: Samples<R>,
}

pub fn open_wav_file(path: &Path) -> Result<Wav<File>, WavError> {
    open_wav(File::open(path)?)
}

/// Reads the header of what begins at the reader's start and ends at its end.
pub fn open_wav<R: Read + Seek>(mut reader: R) -> Result<Wav<R>, WavError> {
    let length = reader.seek(SeekFrom::End(0))?;
    let chunks = Chunks::new(&mut reader, length)?.find()?;
    let info = describe(&chunks, length)?;
    reader.seek(SeekFrom::Start(chunks.data_at))?;
    let left = info.frames * u64::from(info.channels);
    let reader = BufReader::new(reader).take(left * info.encoding.bytes() as u64);
    Ok(Wav { info, samples: Samples { reader, encoding: info.encoding, left } })
}

struct Found {
    format: Vec<u8>,
    data_at: u64,
    /// As the header claims; none for what was streamed.
    data_size: Option<u32>,
}

struct Chunks<'a, R> {
    reader: &'a mut R,
    length: u64,
    at: u64,
    streamed: bool,
}

impl<'a, R: Read + Seek> Chunks<'a, R> {
    fn new(reader: &'a mut R, length: u64) -> Result<Self, WavError> {
        if length < 12 {
            return Err(WavError::NotWav);
        }
        reader.seek(SeekFrom::Start(0))?;
        let mut head = [0; 12];
        reader.read_exact(&mut head)?;
        let [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'A', b'V', b'E'] = head else { return Err(WavError::NotWav) };
        let size = u32::from_le_bytes([a, b, c, d]);
        let streamed = size == STREAMED;
        if !streamed && u64::from(size) + 8 > length {
            return Err(WavError::Short { claims: size.into(), holds: length - 8 });
        }
        Ok(Self { reader, length, at: 12, streamed })
    }

    /// The format, and where the samples begin.
    fn find(mut self) -> Result<Found, WavError> {
        let mut format = None;
        for _ in 0..MOST_CHUNKS {
            if self.at + 8 > self.length {
                return Err(WavError::Broken("it ends before its samples"));
            }
            let mut head = [0; 8];
            self.reader.seek(SeekFrom::Start(self.at))?;
            self.reader.read_exact(&mut head)?;
            let [name @ .., a, b, c, d] = head;
            let size = u32::from_le_bytes([a, b, c, d]);
            match &name {
                b"fmt " => format = Some(self.format(size)?),
                b"data" => {
                    let format = format.ok_or(WavError::Broken("its samples come before their format"))?;
                    let data_size = (!self.streamed || size != STREAMED).then_some(size);
                    return Ok(Found { format, data_at: self.at + 8, data_size });
                }
                _ => {}
            }
            // Chunks begin at even places.
            self.at += 8 + u64::from(size) + u64::from(size & 1);
        }
        Err(WavError::Broken("it has too many parts before its samples"))
    }

    /// As much of it as says something.
    fn format(&mut self, size: u32) -> Result<Vec<u8>, WavError> {
        if size < 16 || self.at + 8 + u64::from(size) > self.length {
            return Err(WavError::Broken("its format is cut short"));
        }
        let mut format = vec![0; size.min(40) as usize];
        self.reader.read_exact(&mut format)?;
        Ok(format)
    }
}

fn describe(chunks: &Found, length: u64) -> Result<WavInfo, WavError> {
    let u16_at = |at: usize| match chunks.format.get(at..at + 2) {
        Some(&[low, high]) => u16::from_le_bytes([low, high]),
        _ => 0,
    };
    let (channels, rate, align, bits) = (u16_at(2), u32::from(u16_at(4)) | u32::from(u16_at(6)) << 16, u16_at(12), u16_at(14));
    // The extensible format says at its end what it is.
    let format = if u16_at(0) == 0xfffe && chunks.format.len() == 40 { u16_at(24) } else { u16_at(0) };
    let encoding = Encoding::of(format, bits).ok_or(WavError::Unsupported { format, bits })?;
    if !(1..=MOST_CHANNELS).contains(&channels) {
        return Err(WavError::Channels(channels));
    }
    if !(1..=HIGHEST_RATE).contains(&rate) {
        return Err(WavError::Rate(rate));
    }
    let frame = encoding.bytes() * usize::from(channels);
    if usize::from(align) != frame {
        return Err(WavError::Broken("its samples don't fit its frames"));
    }
    let holds = length.saturating_sub(chunks.data_at);
    let size = chunks.data_size.map_or(holds, u64::from);
    if size > holds {
        return Err(WavError::Short { claims: size, holds });
    }
    match size / frame as u64 {
        0 => Err(WavError::Empty),
        frames => Ok(WavInfo { rate, channels, encoding, frames }),
    }
}

/// One sample after another, a few kilobytes in memory. After an error there are no more.
#[derive(Debug)]
pub struct Samples<R> {
    reader: Take<BufReader<R>>,
    encoding: Encoding,
    left: u64,
}

impl<R: Read> Iterator for Samples<R> {
    /// From −1 to 1, never NaN.
    type Item = io::Result<f32>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let mut bytes = [0; 8];
        Some(match self.reader.read_exact(&mut bytes[..self.encoding.bytes()]) {
            Ok(()) => Ok(self.encoding.sample(bytes)),
            Err(error) => {
                self.left = 0;
                Err(error)
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Only the upper end is sure: a file may shrink while it is read.
        (0, usize::try_from(self.left).ok())
    }
}

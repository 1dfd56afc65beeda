//! 16-bit sound in files that are right at every flush, and begin anew before a size no longer fits into their header.

use super::WavError;
use crate::recording::mux::{head::invalid, index::write_at};
use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom},
};

/// Bytes of a file: a little under 4 GiB, where the header's sizes end.
pub const WAV_LIMIT: u64 = u32::MAX as u64 - 0xffff;
/// As `hound` writes it for one channel or two of 16 bits.
const HEADER: u64 = 44;
const SAMPLE_BYTES: u64 = 2;
const HIGHEST_RATE: u32 = 384_000;

/// What became of all files together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WavFinished {
    pub files: u32,
    /// A sample for each channel.
    pub frames: u64,
}

/// Sound that goes on from file to file. `open` gives the next one, for reading and writing, emptied and counted from 0; the first
/// is opened by the first sample. A number that could not be written comes again.
///
/// Up to the last [`flush`](Self::flush) a file reads right wherever it is cut. When a write fails, the file keeps what is whole
/// of it, and the next sample begins another.
pub struct WavFiles<F> {
    open: F,
    spec: hound::WavSpec,
    /// Samples of a file, all channels together.
    room: u64,
    part: Option<Part>,
    done: WavFinished,
}

struct Part {
    writer: hound::WavWriter<BufWriter<File>>,
    /// The same file, for what `hound` keeps to itself.
    file: File,
    samples: u64,
}

impl<F: FnMut(u32) -> io::Result<File>> WavFiles<F> {
    /// `limit` is of bytes a file, at most [`WAV_LIMIT`]. `InvalidInput` for no rate, other than one or two channels, or a limit
    /// that no sample fits in.
    pub fn new(rate: u32, channels: u16, limit: u64, open: F) -> io::Result<Self> {
        if !(1..=HIGHEST_RATE).contains(&rate) || !(1..=2).contains(&channels) {
            return Err(invalid("sound has a rate, and one channel or two"));
        }
        let room = limit.min(WAV_LIMIT).saturating_sub(HEADER) / (SAMPLE_BYTES * u64::from(channels)) * u64::from(channels);
        if room == 0 {
            return Err(invalid("no sample fits in a file that small"));
        }
        let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        Ok(Self { open, spec, room, part: None, done: WavFinished::default() })
    }

    /// Interleaved; whole frames only, else `InvalidInput`.
    pub fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        if !samples.len().is_multiple_of(usize::from(self.spec.channels)) {
            return Err(invalid("a sample is missing: each channel needs one"));
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let written = self.part().map(|part| part.samples)?;
            let fits = usize::try_from(self.room - written).unwrap_or(usize::MAX).min(rest.len());
            let (now, later) = rest.split_at(fits);
            self.with_part(|part| part.write(now))?;
            rest = later;
            if written + fits as u64 == self.room {
                self.close()?;
            }
        }
        Ok(())
    }

    /// What was written is the system's, and the header says so.
    pub fn flush(&mut self) -> io::Result<()> {
        self.with_part(|part| part.writer.flush().map_err(from_hound))
    }

    /// As [`flush`](Self::flush), and on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        self.flush()?;
        self.with_part(|part| part.file.sync_data())
    }

    /// So far, in all files. After an error this is what is kept: of what was written last, some may be missing and some be there.
    pub fn frames(&self) -> u64 {
        let now = self.part.as_ref().map_or(0, |part| part.samples);
        self.done.frames + now / u64::from(self.spec.channels)
    }

    pub fn finish(mut self) -> io::Result<WavFinished> {
        self.close()?;
        Ok(self.done)
    }

    fn part(&mut self) -> io::Result<&mut Part> {
        if self.part.is_none() {
            let file = (self.open)(self.done.files)?;
            let writer = hound::WavWriter::new(BufWriter::new(file.try_clone()?), self.spec).map_err(from_hound)?;
            self.done.files += 1;
            self.part = Some(Part { writer, file, samples: 0 });
        }
        self.part.as_mut().ok_or_else(|| io::Error::other("no file was opened"))
    }

    /// After an error the file is given up for the next.
    fn with_part(&mut self, work: impl FnOnce(&mut Part) -> io::Result<()>) -> io::Result<()> {
        let Some(mut part) = self.part.take() else { return Ok(()) };
        match work(&mut part) {
            Ok(()) => self.part = Some(part),
            Err(error) => {
                let frames = part.give_up();
                self.done.frames += frames;
                // An empty one is no file: its number is free, or a full disk would count up.
                self.done.files -= u32::from(frames == 0);
                return Err(error);
            }
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        self.flush()?;
        let Some(part) = self.part.take() else { return Ok(()) };
        self.done.frames += part.samples / u64::from(self.spec.channels);
        part.writer.finalize().map_err(from_hound)
    }
}

impl Part {
    fn write(&mut self, samples: &[i16]) -> io::Result<()> {
        for sample in samples {
            self.writer.write_sample(*sample).map_err(from_hound)?;
        }
        self.samples += samples.len() as u64;
        Ok(())
    }

    /// How many frames are whole. When it goes, `hound`'s writer counts in the header what it could not write, so that is put
    /// right after it. Who finds the disk too broken for that finds the file at the next start.
    fn give_up(mut self) -> u64 {
        drop(self.writer);
        recover_wav(&mut self.file).map_or(0, |recovered| recovered.frames)
    }
}

fn from_hound(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WavRecovered {
    pub frames: u64,
    pub duration_ms: u64,
    /// Taken off the end: half a frame.
    pub cut_bytes: u64,
    /// The header said the truth already.
    pub finished_before: bool,
}

/// Makes the header of one of our files say what is there, which may be more than at its last flush. Another file is left alone.
pub fn recover_wav(file: &mut File) -> Result<WavRecovered, WavError> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut header = [0; HEADER as usize];
    if length < HEADER {
        return Err(WavError::NotWav);
    }
    file.read_exact(&mut header)?;
    let (rate, align) = ours(&header).ok_or(WavError::NotWav)?;
    let data = (length - HEADER).min(WAV_LIMIT) / align * align;
    let sizes = [(4, HEADER - 8 + data), (40, data)].map(|(at, size)| (at, (size as u32).to_le_bytes()));
    let said = sizes.iter().all(|(at, size)| header[*at..*at + 4] == *size);
    let finished_before = said && length == HEADER + data;
    if !finished_before {
        file.set_len(HEADER + data)?;
        for (at, size) in sizes {
            write_at(file, at as u64, &size)?;
        }
        file.sync_all()?;
    }
    let frames = data / align;
    let duration_ms = frames * 1_000 / u64::from(rate);
    Ok(WavRecovered { frames, duration_ms, cut_bytes: length - HEADER - data, finished_before })
}

/// Rate, and bytes of a frame.
fn ours(header: &[u8; HEADER as usize]) -> Option<(u32, u64)> {
    let u16_at = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let u32_at = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let names = &header[..4] == b"RIFF" && &header[8..16] == b"WAVEfmt " && &header[36..40] == b"data";
    let (channels, rate, align) = (u16_at(22), u32_at(24), u16_at(32));
    let known = u32_at(16) == 16 && u16_at(20) == 1 && u16_at(34) == 16;
    let sane = (1..=2).contains(&channels) && (1..=HIGHEST_RATE).contains(&rate) && align == channels * 2;
    (names && known && sane).then_some((rate, align.into()))
}

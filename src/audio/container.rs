//! Containers and codecs that symphonia knows, and Opus within them by our own decoder.

use super::{AudioError, decode, mix, open::Source};
use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
};
use symphonia::core::{
    codecs::audio::{AudioDecoder, AudioDecoderOptions, well_known::CODEC_ID_OPUS},
    common::Limit,
    errors::Error,
    formats::{FormatOptions, FormatReader, Track, TrackType, probe::Hint},
    io::{MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    packet::Packet,
};

/// Packets one after another that can't be decoded, after which the file is broken.
const MOST_BROKEN: u32 = 200;

pub struct Container {
    reader: Box<dyn FormatReader>,
    track: u32,
    decoder: Decoder,
    rate: u32,
    broken: u32,
    interleaved: Vec<f32>,
}

enum Decoder {
    Opus(Box<decode::OpusDecoder>),
    Other(Box<dyn AudioDecoder>),
}

impl Container {
    /// Finds the first track with sound.
    pub fn open(file: File) -> Result<Self, AudioError> {
        // A file made to break a parser breaks that file only.
        let opened = catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(file)));
        opened.unwrap_or_else(|_| Err(broken("its reader panicked")))
    }

    fn open_unguarded(file: File) -> Result<Self, AudioError> {
        let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
        let metadata =
            MetadataOptions::default().limit_tag_bytes(Limit::Maximum(64 * 1024)).limit_visual_bytes(Limit::Maximum(0));
        let probe = symphonia::default::get_probe();
        let reader = probe.probe(&Hint::new(), stream, FormatOptions::default(), metadata).map_err(wrong)?;
        let track = reader.default_track(TrackType::Audio).or_else(|| reader.first_track(TrackType::Audio));
        let track = track.ok_or(AudioError::NoSound)?;
        let (decoder, rate) = decoder_of(track)?;
        Ok(Self { track: track.id, decoder, rate, broken: 0, interleaved: Vec::new(), reader })
    }

    /// The next packet of our track; none at the end, and where the file breaks off.
    fn packet(&mut self) -> Result<Option<Packet>, AudioError> {
        loop {
            match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Some(packet)),
                Ok(Some(_)) => {}
                Ok(None) | Err(Error::ResetRequired) => return Ok(None),
                // A recording that was cut in the middle has its beginning still.
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(wrong(error)),
            }
        }
    }

    fn step(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        let Some(packet) = self.packet()? else { return Ok(false) };
        match &mut self.decoder {
            Decoder::Opus(opus) => {
                let before = opus.broken();
                let samples = opus.decode(&packet.data, false);
                let (start, end) =
                    (trimmed(packet.trim_start.get(), samples.len()), trimmed(packet.trim_end.get(), samples.len()));
                out.extend_from_slice(samples.get(start..samples.len() - end).unwrap_or_default());
                self.broken = if opus.broken() > before { self.broken + 1 } else { 0 };
            }
            Decoder::Other(decoder) => match decoder.decode(&packet) {
                Ok(decoded) => {
                    let channels = decoded.spec().channels().count();
                    self.rate = decoded.spec().rate();
                    decoded.copy_to_vec_interleaved::<f32>(&mut self.interleaved);
                    mix(&self.interleaved, channels, out);
                    self.broken = 0;
                }
                Err(Error::DecodeError(_) | Error::IoError(_)) => self.broken += 1,
                Err(error) => return Err(wrong(error)),
            },
        }
        if self.broken > MOST_BROKEN { Err(broken("too much of it can't be decoded")) } else { Ok(true) }
    }
}

impl Source for Container {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn next(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        let step = catch_unwind(AssertUnwindSafe(|| self.step(out)));
        step.unwrap_or_else(|_| Err(broken("its decoder panicked")))
    }
}

fn decoder_of(track: &Track) -> Result<(Decoder, u32), AudioError> {
    let unsupported = || AudioError::Unsupported("");
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(unsupported)?;
    if parameters.codec == CODEC_ID_OPUS {
        return Ok((Decoder::Opus(Box::default()), decode::RATE));
    }
    let rate = parameters.sample_rate.filter(|rate| *rate > 0).ok_or_else(unsupported)?;
    let codecs = symphonia::default::get_codecs();
    let decoder = codecs.make_audio_decoder(parameters, &AudioDecoderOptions::default()).map_err(wrong)?;
    Ok((Decoder::Other(decoder), rate))
}

/// What an encoder put before or behind the sound, in samples.
fn trimmed(samples: u64, of: usize) -> usize {
    usize::try_from(samples).unwrap_or(of).min(of)
}

fn broken(why: &str) -> AudioError {
    AudioError::Broken(why.to_owned())
}

fn wrong(error: Error) -> AudioError {
    match error {
        Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => broken("it ends too early"),
        Error::IoError(error) => AudioError::Io(error),
        Error::Unsupported(_) => AudioError::Unsupported(""),
        error => AudioError::Broken(error.to_string()),
    }
}

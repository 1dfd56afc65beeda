//! A file to samples, whatever it is. It is read as a stream: eight hours take no more memory than two seconds.

use super::{AudioError, Ffmpeg, container::Container};
use crate::recording::mux::{Samples, WavError, open_wav};
use std::{
    fs::File,
    io::{Read, Seek},
    path::Path,
};

/// Samples that come at once, about.
pub(super) const BLOCK: usize = 4_096;

/// Somewhere that samples come from, a block at a time.
pub(super) trait Source: Send {
    fn rate(&self) -> u32;
    /// Appends mono samples; `false`: there are no more.
    fn next(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError>;
}

/// A file's sound: mono, from −1 to 1.
pub struct Sound {
    source: Box<dyn Source>,
    /// What was read to see that there is something.
    first: Vec<f32>,
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sound").field("rate", &self.rate()).finish_non_exhaustive()
    }
}

impl Sound {
    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.source.rate()
    }

    /// Puts the next samples into `out`, in place of what was there; `false`: there are no more.
    ///
    /// # Errors
    /// A file that breaks off or turns out not to be what it seemed.
    pub fn next(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        out.clear();
        if !self.first.is_empty() {
            std::mem::swap(out, &mut self.first);
            return Ok(true);
        }
        // A block of silence that was trimmed away is not the end.
        while out.is_empty() {
            if !self.source.next(out)? {
                return Ok(!out.is_empty());
            }
        }
        Ok(true)
    }
}

/// Opens files.
#[derive(Clone, Debug, Default)]
pub struct Opener {
    /// For what nothing else understands.
    pub ffmpeg: Option<Ffmpeg>,
}

impl Opener {
    /// Reads as much of it as shows that there is sound. May wait for the disk.
    ///
    /// # Errors
    /// What is empty, broken, silent about itself or lies.
    pub fn open(&self, path: &Path) -> Result<Sound, AudioError> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Err(AudioError::Empty);
        }
        let unsupported = match open_wav(file) {
            Ok(wav) => {
                let (rate, channels) = (wav.info.rate, wav.info.channels);
                return begin(Box::new(WavSource { rate, channels: channels.into(), samples: wav.samples }));
            }
            Err(WavError::NotWav) => match Container::open(File::open(path)?).and_then(|source| begin(Box::new(source))) {
                Ok(sound) => return Ok(sound),
                Err(AudioError::Io(error)) => return Err(error.into()),
                Err(error) => error,
            },
            // A WAV file of a codec that ffmpeg may know.
            Err(error @ WavError::Unsupported { .. }) => error.into(),
            Err(error) => return Err(error.into()),
        };
        match &self.ffmpeg {
            Some(ffmpeg) => begin(Box::new(ffmpeg.decode(path)?)),
            None => Err(unsupported),
        }
    }
}

/// There must be something.
fn begin(mut source: Box<dyn Source>) -> Result<Sound, AudioError> {
    let mut first = Vec::with_capacity(BLOCK);
    while first.is_empty() {
        if !source.next(&mut first)? && first.is_empty() {
            return Err(AudioError::NoSound);
        }
    }
    Ok(Sound { source, first })
}

struct WavSource<R> {
    rate: u32,
    channels: usize,
    samples: Samples<R>,
}

impl<R: Read + Seek + Send> Source for WavSource<R> {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn next(&mut self, out: &mut Vec<f32>) -> Result<bool, AudioError> {
        for _ in 0..BLOCK {
            let mut sum = 0.0;
            for _ in 0..self.channels {
                match self.samples.next() {
                    Some(sample) => sum += sample?,
                    None => return Ok(false),
                }
            }
            out.push(sum / self.channels as f32);
        }
        Ok(true)
    }
}

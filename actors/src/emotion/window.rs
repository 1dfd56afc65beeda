//! Clips of 2 s out of a stream of samples, a second apart; bounded whatever comes.

use std::collections::VecDeque;

use super::{
    features::RATE,
    resample::{BadRate, Resampler},
};

/// Samples of a clip at 16 kHz.
pub const CLIP: usize = 2 * RATE;
/// Samples from one clip to the next.
pub const STEP: usize = RATE;
/// Clips that wait to be taken; the oldest goes when another comes.
pub const WAITING: usize = 4;

/// A clip and where in the stream it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    pub samples: Vec<f32>,
    pub starts_ms: u64,
}

impl Clip {
    pub fn ends_ms(&self) -> u64 {
        self.starts_ms + millis(self.samples.len() as u64)
    }
}

/// Cuts a mono stream into overlapping clips at 16 kHz. Holds at most a clip's samples and [`WAITING`] clips.
pub struct Windows {
    resampler: Resampler,
    buffer: Vec<f32>,
    first: u64,
    ready: VecDeque<Clip>,
    dropped: u64,
}

impl Windows {
    /// # Errors
    /// A rate at which no voice is taken.
    pub fn new(rate: u32) -> Result<Self, BadRate> {
        let resampler = Resampler::new(rate)?;
        Ok(Self { resampler, buffer: Vec::with_capacity(CLIP + STEP), first: 0, ready: VecDeque::new(), dropped: 0 })
    }

    /// Takes samples of the stream's rate, full scale 1; what isn't finite counts as silence.
    pub fn push(&mut self, samples: &[f32]) {
        // In pieces, so that a long push needs no more room than a short one.
        for piece in samples.chunks(STEP) {
            self.resampler.push(piece, &mut self.buffer);
            while self.buffer.len() >= CLIP {
                self.cut();
            }
        }
    }

    /// The oldest clip that waits.
    pub fn take(&mut self) -> Option<Clip> {
        self.ready.pop_front()
    }

    /// Clips that nobody took in time.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The stream is over: the clips that wait, and what is left where it is long enough to be judged and no clip held it whole.
    pub fn finish(&mut self) -> Vec<Clip> {
        self.resampler.finish(&mut self.buffer);
        while self.buffer.len() >= CLIP {
            self.cut();
        }
        let mut clips: Vec<Clip> = self.ready.drain(..).collect();
        let overlap = if self.first == 0 { 0 } else { CLIP - STEP };
        let enough = self.buffer.len() >= overlap + RATE / 2;
        let samples = std::mem::take(&mut self.buffer);
        clips.extend(enough.then(|| Clip { samples, starts_ms: millis(self.first) }));
        clips
    }

    fn cut(&mut self) {
        if self.ready.len() == WAITING {
            self.ready.pop_front();
            self.dropped += 1;
        }
        self.ready.push_back(Clip { samples: self.buffer[..CLIP].to_vec(), starts_ms: millis(self.first) });
        self.buffer.drain(..STEP);
        self.first += STEP as u64;
    }
}

fn millis(samples: u64) -> u64 {
    samples * 1000 / RATE as u64
}

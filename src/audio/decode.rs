//! Opus packets to samples at 48 kHz, mono. Whatever comes in a packet, time goes on: what can't be decoded is concealed.

use std::panic::{AssertUnwindSafe, catch_unwind};

pub const RATE: u32 = 48_000;
/// Samples of the longest packet, 120 ms (RFC 6716, 3.2.5).
const LONGEST: usize = 5_760;
/// Samples that are taken for lost where nobody knows better, 20 ms.
const USUAL: usize = 960;

/// What is concealed at once, of the sizes that a frame has.
const CONCEALED: [usize; 4] = [960, 480, 240, 120];

/// One stream's decoder.
pub struct OpusDecoder {
    inner: ruopus::OpusDecoder,
    samples: Vec<f32>,
    /// Of the last packet: what a lost one is taken to have held.
    last: usize,
    broken: u64,
}

impl Default for OpusDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl OpusDecoder {
    pub fn new() -> Self {
        Self { inner: ruopus::OpusDecoder::new(1), samples: Vec::new(), last: USUAL, broken: 0 }
    }

    /// The samples of a packet. `lost`: it never came (what it holds is not looked at), and is guessed from those before.
    pub fn decode(&mut self, packet: &[u8], lost: bool) -> &[f32] {
        let packet = if lost { &[] } else { packet };
        if !lost {
            self.last = samples_of(packet).unwrap_or(self.last);
        }
        // An empty packet is one that was not sent (DTX), to be concealed like a lost one.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            if packet.is_empty() { Ok(conceal(&mut self.inner, self.last)) } else { self.inner.decode_packet(packet) }
        }));
        match decoded {
            Ok(Ok(samples)) if !samples.is_empty() => self.samples = samples,
            answer => {
                self.broken += u64::from(!packet.is_empty());
                if answer.is_err() {
                    *self = Self { last: self.last, broken: self.broken, ..Self::new() };
                }
                self.samples.clear();
                self.samples.resize(self.last, 0.0);
            }
        }
        self.samples.truncate(LONGEST);
        self.samples.iter_mut().for_each(|sample| *sample = if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 });
        &self.samples
    }

    /// Packets that were no Opus.
    pub fn broken(&self) -> u64 {
        self.broken
    }
}

/// So many samples in place of those that never came.
fn conceal(decoder: &mut ruopus::OpusDecoder, samples: usize) -> Vec<f32> {
    let mut concealed = Vec::with_capacity(samples);
    while let Some(piece) = CONCEALED.into_iter().find(|piece| concealed.len() + piece <= samples) {
        concealed.extend(decoder.decode_lost(piece));
    }
    concealed
}

/// Samples at 48 kHz that a packet claims (RFC 6716, 3.1); none where it can't be.
fn samples_of(packet: &[u8]) -> Option<usize> {
    let toc = *packet.first()?;
    let frame = match toc >> 3 {
        config @ 0..12 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        config @ 12..16 => [480, 960][usize::from(config & 1)],
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => usize::from(*packet.get(1)? & 0x3f),
    };
    Some(frame * frames).filter(|samples| (1..=LONGEST).contains(samples))
}

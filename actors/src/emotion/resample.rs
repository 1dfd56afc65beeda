//! From a stream of 48 kHz or 16 kHz (or any rate that is a whole number of times 16,000) to 16 kHz.

use super::features::RATE;

/// Taps on each side of the middle, in samples of the output.
const REACH: usize = 16;
/// Where the filter has fallen to half, in hertz.
const CUT_HZ: f64 = 7_600.0;

/// A rate that can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} samples a second: a whole multiple of 16,000 up to 192,000 is expected")]
pub struct BadRate(pub u32);

/// Keeps one sample in `factor` after a low pass (a windowed sinc); state is the last few hundred samples, no more.
pub struct Resampler {
    factor: usize,
    taps: Vec<f32>,
    past: Vec<f32>,
    skip: usize,
}

impl Resampler {
    /// # Errors
    /// A rate that isn't a whole multiple of 16 kHz.
    pub fn new(rate: u32) -> Result<Self, BadRate> {
        let factor = rate as usize / RATE;
        if factor == 0 || factor > 12 || !(rate as usize).is_multiple_of(RATE) {
            return Err(BadRate(rate));
        }
        let taps = if factor == 1 { vec![1.0] } else { low_pass(factor, CUT_HZ / f64::from(rate)) };
        // Silence stands before the first sample, so that the output begins where the input does.
        Ok(Self { factor, past: vec![0.0; taps.len() / 2], skip: 0, taps })
    }

    /// Appends what `samples` amount to at 16 kHz. What isn't finite counts as silence.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.past.extend(samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
        let mut at = self.skip;
        while at + self.taps.len() <= self.past.len() {
            out.push(self.taps.iter().zip(&self.past[at..]).map(|(tap, sample)| tap * sample).sum());
            at += self.factor;
        }
        let gone = at.min(self.past.len());
        self.past.drain(..gone);
        self.skip = at - gone;
    }
}

/// Windowed sinc of odd length, unity at rest; `cut` is a share of the rate.
fn low_pass(factor: usize, cut: f64) -> Vec<f32> {
    use std::f64::consts::PI;
    let reach = (REACH * factor) as f64;
    let tap = |at: f64| {
        let sinc = if at == 0.0 { 2.0 * cut } else { (2.0 * PI * cut * at).sin() / (PI * at) };
        sinc * (0.42 + 0.5 * (PI * at / (reach + 1.0)).cos() + 0.08 * (2.0 * PI * at / (reach + 1.0)).cos())
    };
    let taps: Vec<f64> = (0..=2 * REACH * factor).map(|at| tap(at as f64 - reach)).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / sum) as f32).collect()
}

//! From a stream of any usual rate to 16 kHz: a windowed sinc, a set of taps a place between two samples.

use super::features::RATE;

/// Taps on each side of the middle, in samples of the slower side.
const REACH: usize = 16;
/// Where the filter has fallen to half, in hertz.
const CUT_HZ: f64 = 7_600.0;
/// The same for rates too low for that, as a share of the rate.
const CUT_SHARE: f64 = 0.475;
/// Places between two samples that have taps of their own; exact for every usual rate, 60 dB for an odd one.
const MOST_PHASES: usize = 640;
/// Rates in hertz below which no voice is left, and above which nothing is gained.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// A rate that can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} samples a second: 4,000 to 192,000 are expected")]
pub struct BadRate(pub u32);

/// Keeps what lies under 7.6 kHz; state is the last few hundred samples, no more.
pub struct Resampler {
    /// Input samples from one output sample to the next: so many, and so many parts of `parts`.
    whole: usize,
    part: usize,
    parts: usize,
    phases: Vec<Vec<f32>>,
    past: Vec<f32>,
    /// Where the next output sample lies in `past`.
    at: usize,
    at_part: usize,
    /// Silence that the last samples need behind them.
    tail: usize,
}

impl Resampler {
    /// # Errors
    /// A rate out of 4 to 192 kHz.
    pub fn new(rate: u32) -> Result<Self, BadRate> {
        if !RATES.contains(&rate) {
            return Err(BadRate(rate));
        }
        let common = gcd(rate as usize, RATE);
        let (steps, parts) = (rate as usize / common, RATE / common);
        let phases = phases(f64::from(rate), parts.min(MOST_PHASES));
        let taps = phases[0].len();
        // Silence stands before the first sample, so that the output begins where the input does.
        let past = vec![0.0; (taps - 1) / 2];
        let tail = taps - 1 - past.len();
        Ok(Self { whole: steps / parts, part: steps % parts, parts, phases, past, at: 0, at_part: 0, tail })
    }

    /// Appends what `samples` amount to at 16 kHz. What isn't finite counts as silence.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.past.extend(samples.iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
        while self.at + self.phases[0].len() <= self.past.len() {
            let taps = &self.phases[self.at_part * self.phases.len() / self.parts];
            out.push(taps.iter().zip(&self.past[self.at..]).map(|(tap, sample)| tap * sample).sum());
            self.at += self.whole;
            self.at_part += self.part;
            if self.at_part >= self.parts {
                self.at_part -= self.parts;
                self.at += 1;
            }
        }
        let gone = self.at.min(self.past.len());
        self.past.drain(..gone);
        self.at -= gone;
    }

    /// Appends what the filter still holds at the end of the stream.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        self.push(&vec![0.0; self.tail], out);
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn phases(rate: f64, count: usize) -> Vec<Vec<f32>> {
    if rate == RATE as f64 {
        return vec![vec![1.0]];
    }
    let cut = (CUT_HZ / rate).min(CUT_SHARE);
    let reach = (REACH as f64 * (rate / RATE as f64).max(1.0)).ceil() as usize;
    (0..count).map(|phase| low_pass(reach, cut, phase as f64 / count as f64, count > 1)).collect()
}

/// Windowed sinc around the middle tap and `ahead` of a sample; unity at rest. `cut` is a share of the rate.
fn low_pass(reach: usize, cut: f64, ahead: f64, between: bool) -> Vec<f32> {
    use std::f64::consts::PI;
    let edge = reach as f64 + 1.0;
    let tap = |at: f64| {
        let sinc = if at == 0.0 { 2.0 * cut } else { (2.0 * PI * cut * at).sin() / (PI * at) };
        sinc * (0.42 + 0.5 * (PI * at / edge).cos() + 0.08 * (2.0 * PI * at / edge).cos())
    };
    let taps: Vec<f64> = (0..=2 * reach + usize::from(between)).map(|at| tap(at as f64 - reach as f64 - ahead)).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| (tap / sum) as f32).collect()
}

//! Mel bands and cepstrum.

use std::f64::consts::PI;

use super::framing::{RATE, SHORT};

pub const BANDS: usize = 26;
pub const CEPSTRA: usize = 14;
const LOW_HZ: f64 = 80.0;
const HIGH_HZ: f64 = 7600.0;
/// A clip's floor, 60 dB under its loudest band, so that gain changes nothing.
const FLOOR: f64 = 1e-6;
const BINS: usize = SHORT / 2 + 1;

/// A triangle: its first bin and the weights from there.
type Triangle = (usize, Vec<f64>);

/// Filters and cosines, made once.
pub struct Mel {
    filters: Vec<Triangle>,
    cosines: Vec<[f64; BANDS]>,
}

impl Mel {
    pub fn new() -> Self {
        let edge = |at: usize| {
            let step = (mel_of(HIGH_HZ) - mel_of(LOW_HZ)) / (BANDS + 1) as f64;
            700.0 * (((mel_of(LOW_HZ) + step * at as f64) / 1127.0).exp() - 1.0)
        };
        let filters = (0..BANDS).map(|band| triangle(edge(band), edge(band + 1), edge(band + 2))).collect();
        let scale = (2.0 / BANDS as f64).sqrt();
        let cosine = |k: usize, n: usize| scale * (PI * k as f64 * (n as f64 + 0.5) / BANDS as f64).cos();
        // Without the first row, which is level.
        let cosines = (1..=CEPSTRA).map(|k| std::array::from_fn(|n| cosine(k, n))).collect();
        Self { filters, cosines }
    }

    /// Decibels a band and frame.
    pub fn log_mel(&self, power: &[Vec<f64>]) -> Vec<[f64; BANDS]> {
        let band = |frame: &[f64], (first, weights): &Triangle| {
            weights.iter().zip(&frame[*first..]).map(|(weight, bin)| weight * bin).sum::<f64>()
        };
        let mut bands: Vec<[f64; BANDS]> =
            power.iter().map(|frame| std::array::from_fn(|at| band(frame, &self.filters[at]))).collect();
        let floor = bands.iter().flatten().copied().fold(0.0, f64::max) * FLOOR;
        bands.iter_mut().flatten().for_each(|value| *value = 10.0 * (*value + floor).log10());
        bands
    }

    pub fn cepstrum(&self, log_mel: &[[f64; BANDS]]) -> Vec<[f64; CEPSTRA]> {
        let of = |frame: &[f64; BANDS], row: &[f64; BANDS]| frame.iter().zip(row).map(|(a, b)| a * b).sum();
        log_mel.iter().map(|frame| std::array::from_fn(|at| of(frame, &self.cosines[at]))).collect()
    }
}

fn mel_of(hz: f64) -> f64 {
    1127.0 * (1.0 + hz / 700.0).ln()
}

fn triangle(low: f64, middle: f64, high: f64) -> Triangle {
    let weight = |bin: usize| {
        let hz = (bin * RATE) as f64 / SHORT as f64;
        ((hz - low) / (middle - low)).min((high - hz) / (high - middle)).max(0.0)
    };
    let first = (0..BINS).find(|bin| weight(*bin) > 0.0).unwrap_or(0);
    (first, (first..BINS).map(weight).take_while(|weight| *weight > 0.0).collect())
}

/// Slope over two frames each way, edges repeated.
pub fn delta(column: &[f64]) -> Vec<f64> {
    let last = column.len().saturating_sub(1);
    let at = |index: usize, by: isize| column[index.saturating_add_signed(by).min(last)];
    (0..column.len()).map(|index| (at(index, 1) - at(index, -1) + 2.0 * (at(index, 2) - at(index, -2))) / 10.0).collect()
}

//! Cutting a clip into frames: one grid for everything, so that spectrum, pitch and energy of a frame belong together.

/// Samples a second of everything below.
pub const RATE: usize = 16_000;
/// Samples from one frame to the next.
pub const HOP: usize = 160;
/// Samples of a frame.
pub const FRAME: usize = 1024;
/// Samples of the short frame in its middle, which the spectrum is of.
pub const SHORT: usize = 512;
/// Where the short frame begins in the long one.
pub const SHORT_OFFSET: usize = (FRAME - SHORT) / 2;

/// Frames of 1,024 samples every 160; none of a shorter clip.
pub fn frames_of(samples: &[f64]) -> impl Iterator<Item = &[f64]> {
    samples.windows(FRAME).step_by(HOP)
}

/// The periodic Hann window.
pub fn hann(length: usize) -> Vec<f64> {
    let turn = 2.0 * std::f64::consts::PI / length as f64;
    (0..length).map(|at| 0.5 - 0.5 * (turn * at as f64).cos()).collect()
}

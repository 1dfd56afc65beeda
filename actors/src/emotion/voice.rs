//! Whether a clip holds voice, and in which frames: judged against the clip's own loud frames, never against full scale.

use std::ops::RangeInclusive;

/// How far under the clip's loud frames a frame still counts.
const UNDER_LOUD_DB: f64 = 32.0;
/// Voiced frames (10 ms each) without which nothing is said.
const FEWEST_VOICED: usize = 12;
/// Frames of the shortest stretch of voice.
const SHORTEST_STRETCH: usize = 3;
/// Root mean square under which a clip is silence, 80 dB under full scale.
const SILENCE: f64 = 1e-4;
/// Deviation of log2 pitch that no voice goes under.
const TONE: f64 = 0.002;
/// Share of the peak from which a sample lies at the rails.
const RAIL: f64 = 0.98;
/// Share of samples at the rails that no voice reaches; a sine has an eighth there.
const CLIPPED_SHARE: f64 = 0.2;

/// Why there is nothing to judge in a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotVoice {
    #[error("the clip has samples that are no numbers")]
    NotFinite,
    #[error("the clip is shorter than half a second")]
    TooShort,
    #[error("the clip is longer than 2.6 seconds")]
    TooLong,
    #[error("the clip is silent")]
    Silence,
    #[error("the clip is clipped beyond use")]
    Clipped,
    #[error("the clip holds no voice")]
    NoVoice,
    #[error("the clip holds a tone, not a voice")]
    Tone,
}

/// The samples without their mean, where they are worth looking at. `length` is in samples.
///
/// # Errors
/// Samples that aren't finite, a clip out of `length`, silence, a clip at the rails.
pub fn checked(samples: &[f32], length: RangeInclusive<usize>) -> Result<Vec<f64>, NotVoice> {
    if samples.iter().any(|sample| !sample.is_finite()) {
        return Err(NotVoice::NotFinite);
    }
    if samples.len() < *length.start() {
        return Err(NotVoice::TooShort);
    }
    if samples.len() > *length.end() {
        return Err(NotVoice::TooLong);
    }
    let count = samples.len() as f64;
    let mean = samples.iter().map(|sample| f64::from(*sample)).sum::<f64>() / count;
    let samples: Vec<f64> = samples.iter().map(|sample| f64::from(*sample) - mean).collect();
    if (samples.iter().map(|sample| sample * sample).sum::<f64>() / count).sqrt() < SILENCE {
        return Err(NotVoice::Silence);
    }
    let peak = samples.iter().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
    let railed = samples.iter().filter(|sample| sample.abs() >= RAIL * peak).count();
    if railed as f64 / count > CLIPPED_SHARE { Err(NotVoice::Clipped) } else { Ok(samples) }
}

/// Frames within 32 dB of `loud`, the level of the clip's loud ones.
pub fn active_of(levels: &[f64], loud: f64) -> Vec<bool> {
    levels.iter().map(|level| *level > loud - UNDER_LOUD_DB).collect()
}

/// The pitched frames that come in stretches of three or more.
pub fn voiced_of(pitched: &[bool]) -> Vec<bool> {
    let mut voiced = pitched.to_vec();
    for stretch in voiced.chunk_by_mut(|a, b| a == b) {
        if stretch.len() < SHORTEST_STRETCH {
            stretch.fill(false);
        }
    }
    voiced
}

/// Enough voiced frames, and not all of one pitch.
///
/// # Errors
/// [`NotVoice::NoVoice`] or [`NotVoice::Tone`].
pub fn enough(pitches: &[f64], deviation: impl Fn(&[f64]) -> f64) -> Result<(), NotVoice> {
    if pitches.len() < FEWEST_VOICED {
        return Err(NotVoice::NoVoice);
    }
    if deviation(pitches) < TONE { Err(NotVoice::Tone) } else { Ok(()) }
}

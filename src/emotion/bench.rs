//! How long a clip takes from samples to scores: one after another, as one core does it.

use super::{Emotions, ListenError, listen::question};
use crate::audio::{AudioError, Sound};
use actors::emotion::{Clip, Extractor, Windows};
use std::time::Instant;

/// Clips that are measured: enough for a ninety-ninth of a hundred.
const MEASURED: usize = 300;

/// In milliseconds.
pub struct Took {
    pub clips: usize,
    pub median_ms: f64,
    pub p99_ms: f64,
    pub longest_ms: f64,
}

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("there is no voice in it")]
    NoVoice,
}

/// Takes the first clips with voice in them and judges them over and over.
///
/// # Errors
/// A sound that can't be read or holds no voice, a model that gives no answer.
pub fn measure(emotions: &Emotions, sound: Sound) -> Result<Took, BenchError> {
    let clips = clips(sound)?;
    let (mut extractor, mut speaker) = (Extractor::default(), emotions.speaker());
    let clips: Vec<Clip> = clips.into_iter().filter(|clip| question(&mut extractor, &speaker, clip.clone()).is_ok()).collect();
    if clips.is_empty() {
        return Err(BenchError::NoVoice);
    }
    let mut took = Vec::with_capacity(MEASURED);
    for clip in clips.iter().cycle().take(MEASURED) {
        let clip = clip.clone();
        let (ends_ms, began) = (clip.ends_ms(), Instant::now());
        if let Ok(ask) = question(&mut extractor, &speaker, clip) {
            let answer = emotions.answer(ask).map_err(ListenError::from)?;
            speaker.hear(ends_ms, &answer).map_err(ListenError::from)?;
        }
        took.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
    Ok(Took { clips: took.len(), median_ms: at(0.5), p99_ms: at(0.99), longest_ms: at(1.0) })
}

/// The first minute's.
fn clips(mut sound: Sound) -> Result<Vec<Clip>, BenchError> {
    let mut windows = Windows::new(sound.rate()).map_err(ListenError::from)?;
    let (mut clips, mut samples) = (Vec::new(), Vec::new());
    while clips.len() < 60 && sound.next(&mut samples)? {
        for piece in samples.chunks(4_000) {
            windows.push(piece);
            clips.extend(std::iter::from_fn(|| windows.take()));
        }
    }
    clips.extend(windows.finish());
    Ok(clips)
}

//! What travels to a provider and back; `docs/emotion.md` has it in words.

use actors::emotion::{Answer, LABELS, features::RATE};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest message that a provider may send.
pub const LONGEST: usize = 64 * 1024;

#[derive(Serialize)]
#[serde(tag = "type", rename = "clip")]
pub struct Ask {
    pub id: u64,
    /// A WAV file: mono, 16 kHz, 16 bits.
    pub audio: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromProvider {
    Scores { id: u64, scores: BTreeMap<String, f32>, arousal: f32 },
    Error { id: u64, message: String },
}

impl Ask {
    pub fn new(id: u64, samples: &[f32]) -> Self {
        Self { id, audio: BASE64_STANDARD.encode(wav(samples)) }
    }
}

fn wav(samples: &[f32]) -> Vec<u8> {
    let length = samples.len() as u32 * 2;
    let mut wav = Vec::with_capacity(44 + samples.len() * 2);
    wav.extend(b"RIFF");
    wav.extend((length + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend((RATE as u32).to_le_bytes());
    wav.extend((RATE as u32 * 2).to_le_bytes());
    wav.extend(b"\x02\0\x10\0data");
    wav.extend(length.to_le_bytes());
    wav.extend(samples.iter().flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16).to_le_bytes()));
    wav
}

/// In our order, as shares of one; a label that the provider doesn't have counts nothing. `Err`: it said nothing that can be used.
pub fn answer(scores: &BTreeMap<String, f32>, arousal: f32) -> Result<Answer, String> {
    let shares: Vec<f32> = LABELS.iter().map(|label| scores.get(label.word()).copied().unwrap_or(0.0)).collect();
    let sum: f32 = shares.iter().sum();
    let usable = shares.iter().all(|share| share.is_finite() && *share >= 0.0) && sum.is_finite() && sum > 0.0;
    if !usable || !(0.0..=1.0).contains(&arousal) {
        return Err("the provider gave scores that are none".to_owned());
    }
    Ok(Answer { shares: shares.into_iter().map(|share| share / sum).collect(), arousal, residual: Vec::new(), distance: 0.0 })
}

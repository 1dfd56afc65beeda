//! The emotion of a clip, without a clock, a socket or a model runtime.
//!
//! ```text
//! samples ─▶ Windows ─▶ Extractor::row ─▶ (the model, outside) ─▶ Scores ─▶ Smoothing ─▶ Verdict
//!                                  centre ──▶┘        └──▶ residual ─▶ Centre
//! ```
//!
//! What it can tell and what it can't is in `docs/emotion.md`.

pub mod centre;
pub mod features;
pub mod feed;
pub mod resample;
pub mod scores;
pub mod smoothing;
pub mod speaker;
pub mod summary;
pub mod voice;
pub mod window;

pub use centre::Centre;
pub use features::Extractor;
pub use scores::{Arousal, LABELS, Label, Scores, Thresholds, Verdict};
pub use smoothing::Smoothing;
pub use speaker::{Answer, ClipView, Heard, Question, Speaker};
pub use summary::Summary;
pub use voice::NotVoice;
pub use window::{Clip, Windows};

#[cfg(test)]
mod tests;

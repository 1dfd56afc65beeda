//! The emotion of a clip, the side that touches the world: model files, sounds, a meeting's tracks, a provider elsewhere.
//!
//! What is computed and said is decided in [`actors::emotion`]; `docs/emotion.md` has what it can tell and what it can't.
//!
//! ```text
//! meeting's track ──▶ live ────┐
//! request, socket ──▶ judge ───┼─▶ Speaker::ask ─▶ Emotions (one engine) ─▶ Speaker::hear ─▶ a view
//! command line ─────▶ listen ──┤
//! another server's ─▶ outside ─┘
//! ```

pub mod bench;
mod emotions;
mod error;
mod files;
mod frames;
mod judge;
pub mod listen;
mod live;
mod models;
mod outside;
mod provider;
mod service;

pub use emotions::Emotions;
pub use error::EmotionError;
pub use frames::Frames;
pub use judge::{Judge, JudgeError, Judged};
pub use listen::{ClipResult, ListenError, Listener};
pub use outside::OutsideVoices;
pub use provider::{Provider, ProviderSetup, Reach};
pub use service::EmotionService;

#[cfg(test)]
mod tests;

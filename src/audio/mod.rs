//! Sound as samples: packets of a meeting, and files from anywhere. Mono, full scale 1, a few kilobytes in memory at once.
//!
//! - [`decode`]: Opus packets, as they arrive.
//! - [`open`](mod@open): a file in any container: WAV by ourselves, others through symphonia, the rest through the `ffmpeg` program where it is there.

mod container;
pub mod decode;
mod error;
mod ffmpeg;
mod mono;
pub mod open;

pub use decode::OpusDecoder;
pub use error::AudioError;
pub use ffmpeg::Ffmpeg;
pub use mono::mix;
pub use open::{Opener, Sound};

/// How long the `ffmpeg` program may take for a file.
pub const DECODE_LIMIT: std::time::Duration = std::time::Duration::from_secs(120);

#[cfg(test)]
mod tests;

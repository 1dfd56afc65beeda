//! Sound as numbers, from whichever mouth it comes: our own tracks, or a stream that another server sends. Bytes become samples, a mute becomes
//! silence, samples become groups of the same length, and a group is brought to a level where that is asked for.
//!
//! ```text
//! bytes ─▶ Pcm ─▶ Track: mute ─▶ silence · Grouper ─▶ Normaliser ─▶ Group
//! ```

pub mod group;
pub mod level;
pub mod name;
pub mod normalise;
pub mod pcm;
pub mod pictures;
mod silence;
pub mod track;

pub use group::Grouper;
pub use level::Level;
pub use normalise::{Normalise, Normaliser};
pub use pcm::Pcm;
pub use track::{Format, FormatError, Group, Sounded, Track};

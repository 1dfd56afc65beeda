//! Names of tracks inside the core, and sources as places in a table.

use super::types::PeerIndex;
use crate::protocol::Source;

/// Somebody's track.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TrackKey {
    pub peer: PeerIndex,
    pub source: Source,
}

/// A table with a place a source.
pub type BySource<T> = [T; Source::ALL.len()];

pub fn place(source: Source) -> usize {
    match source {
        Source::Microphone => 0,
        Source::Camera => 1,
        Source::Screen => 2,
        Source::ScreenAudio => 3,
    }
}

/// Of RTP timestamps: Opus counts in 48 kHz, every video codec in 90 kHz.
pub fn hertz(is_audio: bool) -> u32 {
    if is_audio { 48_000 } else { 90_000 }
}

//! Selective forwarding, one [`SfuCore`] a room. Pure: views of packets and control go in with the time, what to send and to ask comes out.
//!
//! ```text
//! publisher's packet ─▶ packet(view, now) ─▶ one Forward a receiver that gets it (rewritten numbers, no copy of the payload)
//! wants, estimates, keyframe requests ─▶ handle(input, now) ─▶ Outputs: keyframes to ask for, slots, layers wanted, limits, speaker
//! ```

mod allocate;
mod arrivals;
mod audio;
mod bandwidth;
mod capture;
mod codec;
mod control;
mod core;
mod desired;
mod forwarding;
mod keyframes;
mod limits;
mod loudness;
mod observe;
mod path;
mod paused;
mod peers;
mod policing;
mod publications;
mod rate;
mod reconcile;
mod rewrite;
mod slots;
mod speaker;
mod streams;
mod switch;
mod tick;
mod tracks;
mod types;

#[cfg(test)]
mod tests;

pub use core::SfuCore;
pub use limits::Limits;
pub use observe::{Counts, Observed, ObservedPeer, ObservedSlot, ObservedTrack};
pub use types::*;

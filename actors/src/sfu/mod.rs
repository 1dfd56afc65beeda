//! Selective forwarding, one [`SfuCore`] a room. Pure: views of packets and control go in with the time, what to send and to ask comes out.
//!
//! ```text
//! publisher's packet ─▶ packet(view, now) ─▶ one Forward a receiver that gets it (rewritten numbers, no copy of the payload)
//! wants, estimates, keyframe requests ─▶ handle(input, now) ─▶ Outputs: keyframes to ask for, slots, layers wanted, limits, speaker
//! ```

mod core;
mod limits;
mod observe;
mod types;

pub use core::SfuCore;
pub use limits::Limits;
pub use observe::{Counts, Observed, ObservedPeer, ObservedSlot, ObservedTrack};
pub use types::*;

//! Selective forwarding, one [`SfuCore`] a room. Pure: views of packets and control go in with the time, what to send and to ask comes out.
//!
//! ```text
//! publisher's packet ─▶ packet(view, now) ─▶ one Forward a receiver that gets it (rewritten numbers, no copy of the payload)
//! wants, estimates, keyframe requests ─▶ handle(input, now) ─▶ Outputs: keyframes to ask for, slots, layers wanted, limits, speaker
//! ```
//!
//! | to change | look in |
//! |---|---|
//! | who gets which tracks: last-N, loudest-N, before the first `subscribe` | `desired`, `audio` |
//! | how tracks take slots, and how slots grow | `slots`, `reconcile` |
//! | which layer: by bandwidth | `bandwidth`, `allocate`, `rungs`, `flows`, `path`, `probing` |
//! | which layer: by tile, and what publishers pause | `paused` |
//! | when a layer is switched, keyframes | `switch`, `layering`, `keyframes`, `tick` |
//! | numbers on the wire | `rewrite`, `left_out`, `pictures`, `capture`, `arrivals` |
//! | what a codec's payload says | `codec` |
//! | the active speaker | `loudness`, `speaker` |
//! | what a publisher may send | `policing`, `publications` |
//! | who listens on the server itself | `sinks` |
//! | figures | `limits` |
//!
//! A picture comes in several sizes: as encodings of their own (simulcast), or as spatial layers of one (VP9 and AV1). Both are layers here,
//! each with fewer or all of its pictures where it has temporal layers. H.264 says nothing of those: an encoding of it is forwarded whole.
//! NACK, RTX, pacing and the estimate itself are the engine's.

mod allocate;
mod arrivals;
mod audio;
mod bandwidth;
mod capture;
pub(crate) mod codec;
mod control;
mod core;
mod desired;
mod flows;
mod forwarding;
mod keyframes;
mod layering;
mod left_out;
mod limits;
mod loss;
mod loudness;
mod observe;
mod path;
mod paused;
mod peers;
mod pictures;
mod policing;
mod probing;
mod publications;
mod rate;
mod reconcile;
mod rewrite;
mod rungs;
mod sinks;
mod slots;
mod speaker;
mod streams;
mod switch;
mod tick;
mod tracks;
mod types;

#[cfg(test)]
pub mod tests;

pub use codec::{dependency::patch as patch_dependencies, vp9::patch as patch_vp9};
pub use core::SfuCore;
pub use limits::Limits;
pub use observe::{Counts, Observed, ObservedPeer, ObservedSlot, ObservedTrack};
pub use sinks::Sunk;
pub use types::*;

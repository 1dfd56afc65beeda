//! The inside of Greenroom: everything that decides.
//!
//! ```text
//! web/ws (outside) ─▶ Participant ─▶ Room ─▶ RoomState::apply(input, now) -> effects
//!                          ▲           │ └──▶ topology::decide(facts)
//!                          └─ events ──┘
//! sinks: media for what runs on the server, by consent ─▶ recording: an actor a track, into files
//! MeetingManager finds or creates rooms, watches them, rebuilds a crashed one
//! ```
//!
//! The five rules: decisions are pure · the shell is thin · every queue is bounded · packets never cross a mailbox · a crash loses
//! one actor, never the room.

pub mod audio;
pub mod clock;
pub mod emotion;
pub mod ids;
pub mod media;
pub mod meeting_manager;
pub mod participant;
pub mod ports;
pub mod protocol;
pub mod recording;
pub mod room;
pub mod sfu;
pub mod sinks;
pub mod supervise;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod topology;

pub use clock::{Clock, Timestamp, at};
pub use meeting_manager::{RoomsHandle, RoomsSetup};

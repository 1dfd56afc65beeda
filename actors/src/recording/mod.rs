//! From what a sink gives to what a file keeps, a track at a time and pure: no clock, no file.
//!
//! ```text
//! SinkItem ─▶ reorder ─▶ assemble ─▶ timeline ─▶ fill (silence) ─▶ Write ─▶ a writer outside
//!                │           │           │           │
//!                └───────────┴─── ledger: what was lost, when, and why ──┘
//! ```
//!
//! - [`reorder`]: puts packets in order, and waits a moment for those that are sent again.
//! - [`assemble`]: payloads to whole frames.
//! - [`timeline`]: a sender's clock to the recording's, by sender reports where there are any ([`reported`]), and until the next of them by what the
//!   packets say ([`left_out`]); how it runs is [`drift`]; [`sender_clock`] is what all their tracks know of it.
//! - [`fill`]: sound has no holes: where none came, silence stands.
//! - [`ledger`]: what a recording says of itself when it is over.
//! - [`speaking`]: when there was a voice in it.
//! - [`pipeline`]: these, one after the other.
//! - [`track`]: a ring through a pipeline into one file after the other, whatever the disk does; [`files`] is the port.
//! - [`report`]: what of all that is kept, and what is missing, for people.
//! - [`actor`]: an actor a track, by consent; [`book`] is what is known of them.

pub mod actor;
pub mod assemble;
pub mod book;
mod drift;
pub mod files;
pub mod fill;
pub mod frame;
pub mod ledger;
mod left_out;
pub mod pipeline;
pub mod reorder;
pub mod report;
mod reported;
pub mod sender_clock;
pub mod speaking;
pub mod stretch;
pub mod timeline;
pub mod track;

#[cfg(test)]
mod tests;

pub use actor::{Recording, RecordingSetup};
pub use frame::{EncodedFrame, TrackFormat};
pub use pipeline::{TrackPipeline, Write};

//! What a viewer notices of a switch: gaps on the path that is in front, by receiver and sender.

pub mod edge;
pub mod rhythm;
pub mod tally;

pub use edge::{Edge, Progress};
pub use tally::{Label, Tally};

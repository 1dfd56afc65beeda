//! The whole core in simulated time, told as stories.

mod bandwidth;
mod checks;
mod control;
mod decoder;
pub mod descriptors;
mod hostile;
mod layered;
mod layers;
mod many;
mod random;
mod sinks;
mod source;
mod world;

//! The whole core in simulated time, told as stories.

mod bandwidth;
mod checks;
mod control;
mod hostile;
mod many;
mod random;
mod sinks;
mod source;
mod world;

//! Media: peer connections of an independent stack, many on one loop, and what they measure.

pub mod driver;
pub mod peer;

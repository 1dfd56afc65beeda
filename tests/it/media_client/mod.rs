//! A client of the media plane for tests: the other end of a connection, on sockets of its own, with synthetic voices and pictures.

mod leg;
mod world;

pub use leg::{Got, Leg, Way};
pub use world::World;

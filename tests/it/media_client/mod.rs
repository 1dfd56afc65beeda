//! A client of the media plane for tests: the other end of a connection, on sockets of its own, with synthetic voices and pictures.

mod leg;
#[path = "../../../src/media/tests/link.rs"]
mod link;
mod member;
mod wire;
mod world;

pub use leg::{Got, Leg, Way};
pub use link::Weather;
pub use member::Member;
pub use world::World;

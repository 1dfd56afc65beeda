//! The part of `greenroom.v1` that a load needs, written and read with as little work as possible: the tester shares its
//! cores with the server that it measures.

pub mod id;
pub mod incoming;
pub mod mark;
pub mod outgoing;
pub mod payload;

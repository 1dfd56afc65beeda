//! A room: `state.rs` decides, the actor here runs what it decided.

pub mod effect;
pub mod input;

pub use effect::{CommandResult, Effect, Outcome};
pub use input::{Claims, Draw, Drawn, Input};

//! A room: `state.rs` decides, the actor here runs what it decided.

mod admission;
mod book;
mod chat;
mod clean_up;
mod consent;
mod emotion;
mod entrance;
mod hands;
mod known;
mod media;
mod media_state;
mod members;
mod moderation;
mod path;
mod people;
mod reactions;
mod recording;
mod relay;
mod roles;
mod settings;
mod settle;
mod taps;
mod telemetry;
mod transient;
mod turn;
mod turned_away;
mod view;
mod waiting;

pub mod actor;
pub mod effect;
pub mod input;
#[cfg(any(test, feature = "testing"))]
pub mod mirror;
pub mod observe;
pub mod permissions;
pub mod quality;
pub mod replay;
pub mod rules;
pub mod state;
pub mod text;

pub use effect::{CommandResult, Effect, Outcome};
pub use input::{Claims, Draw, Drawn, Input};
pub use observe::LiveRoom;
pub use rules::Rules;
pub use state::RoomState;

#[cfg(test)]
mod tests;

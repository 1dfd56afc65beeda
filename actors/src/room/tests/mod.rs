//! Stories of rooms, told with alice (whose room it is), bob and others.

mod admission;
mod chat;
mod door;
mod hosts;
mod known;
mod media;
mod path;
mod presence;
mod property;
mod recording;
mod refusals;
mod replaying;
mod roles;
mod session;
mod story;
mod telling;
mod turned_away;

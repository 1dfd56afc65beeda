//! What clients that we did not write rely on, spoken by one of them.

mod accounts;
mod closing;
mod doors;
mod entering;
mod hosts;
mod media;
mod meetings;
mod rooms;
mod sessions;
mod talking;

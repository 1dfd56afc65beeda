//! The outside of Greenroom: everything that touches the world, a folder a neighbour.

pub mod app;
pub mod audio;
pub mod audio_pipeline;
pub mod blocking;
pub mod cli;
pub mod config;
pub mod emotion;
pub mod identity;
pub mod inference;
pub mod media;
pub mod recording;
pub mod store;
pub mod telemetry;
pub mod web;

//! The engine of a connection that has none any more.

use super::engine::{Accepted, Broken, Engine, Happened, Outgoing, Remote};
use actors::{
    media::DescriptionError,
    sfu::{Layer, SlotIndex},
};
use std::time::Instant;

pub struct Gone;

fn gone<T>() -> Result<T, Broken> {
    Err(Broken("it is gone".to_owned()))
}

impl Engine for Gone {
    fn accept_offer(&mut self, _: &str) -> Result<Accepted, DescriptionError> {
        Err(DescriptionError::NoPeer)
    }

    fn offer(&mut self, _: u8, _: u8, _: bool) -> Option<String> {
        None
    }

    fn accept_answer(&mut self, _: &str) -> Result<(), DescriptionError> {
        Err(DescriptionError::NoOffer)
    }

    fn slots(&self) -> (u8, u8) {
        (0, 0)
    }

    fn slot_mid(&self, _: SlotIndex) -> Option<String> {
        None
    }

    fn ufrags(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn receive(&mut self, _: Remote, _: &[u8], _: Instant, _: &mut Vec<Happened>) -> Result<Instant, Broken> {
        gone()
    }

    fn wake(&mut self, _: Instant, _: &mut Vec<Happened>) -> Result<Instant, Broken> {
        gone()
    }

    fn write(&mut self, _: Outgoing<'_>) -> bool {
        false
    }

    fn request_keyframe(&mut self, _: u8, _: Layer) {}

    fn set_bitrate(&mut self, _: u64) {}

    fn probe(&mut self, _: u64, _: u64) {}

    fn forget(&mut self, _: SlotIndex) {}

    fn forget_rate(&mut self, _: u64) {}

    fn close(&mut self) {}
}

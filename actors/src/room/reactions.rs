//! Reactions pass by; nothing keeps them.

use super::{
    CommandResult,
    state::{RoomState, done},
    text,
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{ServerEvent, client::React},
};

impl RoomState {
    pub(super) fn react(&mut self, from: ParticipantId, command: &React, turn: &mut Turn) -> CommandResult {
        let emoji = text::emoji(&command.emoji)?;
        turn.deliver(self.everyone(), ServerEvent::ReactionReceived { from, emoji });
        done()
    }
}

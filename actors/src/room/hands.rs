//! Hands in the air; each keeps the time at which it went up, which is the order in which they are answered.

use super::{
    CommandResult,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{ids::*, protocol::client::LowerHands};

impl RoomState {
    pub(super) fn lower_hands(&mut self, from: ParticipantId, command: &LowerHands, turn: &mut Turn) -> CommandResult {
        let raised = |(id, member): (&ParticipantId, &super::people::Member)| member.person.hand_raised_at.map(|_| *id);
        let hands = match command.participant_id {
            Some(id) => {
                self.member(id)?;
                vec![id]
            }
            None => self.members.iter().filter_map(raised).collect(),
        };
        for id in hands {
            self.update(id, Some(from), turn, |member| member.person.hand_raised_at = None);
        }
        done()
    }
}

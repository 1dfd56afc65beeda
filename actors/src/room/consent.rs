//! What people agreed to. It belongs to the person, so it is still there when they come back.

use super::{
    CommandResult,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{ids::*, protocol::client::Consent};
use serde_json::json;

impl RoomState {
    pub(super) fn consent(&mut self, from: ParticipantId, command: &Consent, turn: &mut Turn) -> CommandResult {
        let member = self.member(from)?;
        let (before, identity) = (member.person.consents, member.identity().clone());
        let asked = &command.purposes;
        let mut consents = before;
        consents.recording = asked.recording.unwrap_or(before.recording);
        consents.transcription = asked.transcription.unwrap_or(before.transcription);
        consents.emotion = asked.emotion.unwrap_or(before.emotion);
        consents.assistant = asked.assistant.unwrap_or(before.assistant);
        if consents != before {
            turn.audit(&identity, "consent.changed", json!({ "participantId": from, "consents": consents }));
            self.consents.insert(identity, consents);
            self.update(from, None, turn, |member| member.person.consents = consents);
        }
        done()
    }
}

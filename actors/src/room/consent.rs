//! What people agreed to. It belongs to the person, so it is still there when they come back.

use super::{
    CommandResult, Effect,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{CommandError, Consents, Purpose, client::Consent, people::CONSENT_TEXT},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Answers of one session that its report lists, the oldest first; those beyond are in the audit log alone.
const KEPT: usize = 5_000;
/// Characters of a text's version.
const VERSION_MAX: usize = 40;

/// One answer: what somebody said, when, and to which words.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answered {
    pub participant_id: ParticipantId,
    pub display_name: String,
    pub at: Timestamp,
    pub consents: Consents,
    pub text_version: String,
}

impl RoomState {
    pub(super) fn consent(&mut self, from: ParticipantId, command: &Consent, turn: &mut Turn) -> CommandResult {
        let text_version = text_version(command)?;
        let member = self.member(from)?;
        let (before, identity, display_name) =
            (member.person.consents, member.identity().clone(), member.person.display_name.clone());
        let mut consents = before;
        for purpose in Purpose::ALL {
            if let Some(granted) = command.purposes.of(purpose) {
                *consents.answer_mut(purpose) = granted.into();
            }
        }
        consents.share_emotion = command.share_emotion.unwrap_or(before.share_emotion) && consents.allow(Purpose::Emotion);
        if consents != before {
            let detail = json!({ "participantId": from, "consents": consents, "textVersion": text_version });
            turn.audit(&identity, "consent.changed", detail);
            for purpose in Purpose::ALL.into_iter().filter(|purpose| consents.answer(*purpose) != before.answer(*purpose)) {
                let granted = consents.allow(purpose);
                turn.effect(Effect::ConsentGiven {
                    identity: identity.clone(),
                    purpose,
                    granted,
                    text_version: text_version.clone(),
                });
            }
            if self.answered.len() < KEPT {
                self.answered.push(Answered { participant_id: from, display_name, at: turn.now, consents, text_version });
            }
            self.consents.insert(identity, consents);
            self.update(from, None, turn, |member| member.person.consents = consents);
        }
        done()
    }
}

fn text_version(command: &Consent) -> Result<String, CommandError> {
    let version = command.text_version.as_deref().unwrap_or(CONSENT_TEXT);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if version.is_empty() || version.len() > VERSION_MAX || !version.chars().all(plain) {
        return Err(CommandError::bad_field("textVersion", "must be 1 to 40 letters, digits, dots, dashes or underscores"));
    }
    Ok(version.to_owned())
}

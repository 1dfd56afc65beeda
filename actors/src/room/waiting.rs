//! The waiting room: the list of those who knocked, and what they and the hosts are told.

use super::{
    Claims, CommandResult,
    people::Knock,
    state::{RoomState, done},
    text,
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{
        CommandError, ServerEvent,
        client::{OfferPreview, WaitingMessage},
    },
};

/// A preview's `data:` URL.
const PREVIEW_BYTES: usize = 32 * 1024;
const PREVIEW_PREFIX: &str = "data:image/jpeg;base64,";

impl RoomState {
    pub(super) fn knock(&mut self, id: ParticipantId, claims: Claims, resume_hash: Option<String>, turn: &mut Turn) {
        let message = self.waiting_message.clone();
        let knock = Knock { claims, resume_hash, since: turn.now, gone_at: None, message, lease: None };
        self.waiting.insert(id, knock);
        turn.waiting_changed();
    }

    /// Takes somebody off the list.
    pub(super) fn stop_waiting(&mut self, id: ParticipantId, turn: &mut Turn) -> Option<Knock> {
        let knock = self.waiting.shift_remove(&id)?;
        self.transient.forget(id);
        turn.waiting_changed();
        Some(knock)
    }

    pub(super) fn knock_lost(&mut self, id: ParticipantId, turn: &mut Turn) {
        let Some(knock) = self.waiting.get_mut(&id).filter(|knock| knock.gone_at.is_none()) else { return };
        knock.gone_at = Some(turn.now);
        self.transient.previews.remove(&id);
        turn.waiting_changed();
    }

    pub(super) fn knock_resumed(&mut self, id: ParticipantId, fresh: bool, turn: &mut Turn) {
        if fresh {
            self.transient.forget(id);
            turn.waiting = true;
        }
        if let Some(knock) = self.waiting.get_mut(&id).filter(|knock| knock.gone_at.is_some()) {
            knock.gone_at = None;
            turn.waiting_changed();
        }
        self.enter_if_nothing_holds(id, turn);
    }

    /// An empty text takes the message back. To all, it also greets those who knock later.
    pub(super) fn write_to_waiting(&mut self, command: &WaitingMessage, turn: &mut Turn) -> CommandResult {
        let message = text::optional_lines(&command.text, text::MESSAGE_CHARS, "text")?;
        match command.to {
            Some(to) => self.waiting.get_mut(&to).ok_or_else(CommandError::no_such_participant)?.message = message,
            None => {
                self.waiting.values_mut().for_each(|knock| knock.message = message.clone());
                self.waiting_message = message;
            }
        }
        turn.changed();
        turn.tell_waiting = true;
        done()
    }

    pub(super) fn offer_preview(&mut self, from: ParticipantId, command: &OfferPreview, turn: &mut Turn) -> CommandResult {
        if let Some(image) = &command.image {
            check_preview(image)?;
        }
        let had = match command.image.clone() {
            Some(image) => self.transient.previews.insert(from, image).is_some(),
            None => self.transient.previews.remove(&from).is_some(),
        };
        // The list says who has one; it changes nothing that must survive.
        turn.waiting |= had != command.image.is_some();
        turn.deliver(self.admitters(), ServerEvent::WaitingPreview { participant_id: from, image: command.image.clone() });
        done()
    }

    /// Shows somebody who may admit since now the pictures that are there.
    pub(super) fn show_previews(&self, to: ParticipantId, turn: &mut Turn) {
        for (id, image) in &self.transient.previews {
            turn.tell(to, ServerEvent::WaitingPreview { participant_id: *id, image: Some(image.clone()) });
        }
    }

    /// Sends `waiting` to each for whom it has changed since they were last told.
    pub(super) fn tell_waiting(&mut self, turn: &mut Turn) {
        let host_present = self.any_host();
        for index in 0..self.waiting.len() {
            let news = self.waiting_at(index, host_present);
            let id = news.participant_id;
            if self.transient.told.get(&id) != Some(&news) {
                self.transient.told.insert(id, news.clone());
                turn.tell(id, ServerEvent::Waiting(Box::new(news)));
            }
        }
    }
}

fn check_preview(image: &str) -> Result<(), CommandError> {
    if image.len() > PREVIEW_BYTES {
        return Err(CommandError::too_long("image", PREVIEW_BYTES));
    }
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let valid = image.strip_prefix(PREVIEW_PREFIX).is_some_and(|data| !data.is_empty() && data.bytes().all(base64));
    if valid { Ok(()) } else { Err(CommandError::bad_field("image", "image must be a data: URL of a JPEG")) }
}

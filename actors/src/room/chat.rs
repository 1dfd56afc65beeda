//! Chat: to all or to one, once each whatever the network does.

use super::{
    CommandResult,
    state::{RoomState, done},
    text,
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{
        ChatMessage, CommandError, ReplyBody, ServerEvent, SharedFile,
        client::{Chat, Typing},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The newest messages, bounded in number and bytes.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChatLog {
    messages: VecDeque<ChatMessage>,
    bytes: usize,
    /// Public ones, all of the session.
    count: u64,
}

impl ChatLog {
    pub fn add(&mut self, message: ChatMessage, kept: usize, kept_bytes: usize) {
        self.bytes += size(&message);
        self.count += u64::from(message.to.is_none());
        self.messages.push_back(message);
        while self.messages.len() > kept || (self.bytes > kept_bytes && self.messages.len() > 1) {
            let oldest = self.messages.pop_front();
            self.bytes -= oldest.as_ref().map_or(0, size);
        }
    }

    pub fn sent_as(&self, from: ParticipantId, client_id: &str) -> Option<ChatId> {
        let mine = |message: &&ChatMessage| message.from == from && message.client_id == client_id;
        self.messages.iter().rev().find(mine).map(|message| message.id)
    }

    pub fn get(&self, id: ChatId) -> Option<&ChatMessage> {
        self.messages.iter().rev().find(|message| message.id == id)
    }

    pub fn visible_to(&self, who: ParticipantId) -> Vec<ChatMessage> {
        self.messages.iter().filter(|message| sees(message, who)).cloned().collect()
    }

    pub fn public(&self) -> Vec<&ChatMessage> {
        self.messages.iter().filter(|message| message.to.is_none()).collect()
    }

    pub fn count(&self) -> u64 {
        self.count
    }
}

fn size(message: &ChatMessage) -> usize {
    let file = message.file.as_ref().map_or(0, |file| file.name.len() + file.url.len() + file.mime.len());
    message.text.len() + message.from_name.len() + message.client_id.len() + file + 128
}

fn sees(message: &ChatMessage, who: ParticipantId) -> bool {
    message.to.is_none_or(|to| to == who || message.from == who)
}

impl RoomState {
    pub(super) fn post(&mut self, from: ParticipantId, command: &Chat, turn: &mut Turn) -> CommandResult {
        text::client_id(&command.client_id)?;
        if let Some(id) = self.chat.sent_as(from, &command.client_id) {
            return Ok(ReplyBody::Sent { id });
        }
        let file = command.file_id.map(|id| self.own_file(from, id)).transpose()?;
        let text = match text::optional_lines(&command.text, text::CHAT_CHARS, "text")? {
            None if file.is_none() => return Err(CommandError::bad_field("text", "text must not be empty")),
            text => text.unwrap_or_default(),
        };
        self.check_private(from, command.to)?;
        self.check_reply(from, command)?;
        let message = ChatMessage {
            id: ChatId(turn.id()),
            from,
            from_name: self.member(from)?.person.display_name.clone(),
            text,
            sent_at: turn.now,
            to: command.to,
            reply_to: command.reply_to,
            client_id: command.client_id.clone(),
            file,
        };
        let id = message.id;
        self.stop_typing(from, turn);
        self.chat.add(message.clone(), self.rules.chat_kept, self.rules.chat_kept_bytes);
        let readers = command.to.map_or_else(|| self.everyone(), |to| vec![to, from]);
        turn.deliver(readers, ServerEvent::ChatReceived(message));
        turn.changed();
        Ok(ReplyBody::Sent { id })
    }

    fn check_private(&self, from: ParticipantId, to: Option<ParticipantId>) -> Result<(), CommandError> {
        match to {
            Some(to) if to == from => Err(CommandError::bad_field("to", "to must be somebody else")),
            Some(to) => self.member(to).map(drop),
            None => Ok(()),
        }
    }

    /// What is replied to must be there for everybody who reads the reply.
    fn check_reply(&self, from: ParticipantId, command: &Chat) -> Result<(), CommandError> {
        let Some(reply_to) = command.reply_to else { return Ok(()) };
        let readable = |message: &ChatMessage| match command.to {
            Some(to) => sees(message, from) && sees(message, to),
            None => message.to.is_none(),
        };
        match self.chat.get(reply_to) {
            Some(message) if readable(message) => Ok(()),
            _ => Err(CommandError::bad_field("replyTo", "there is no such message to reply to")),
        }
    }

    fn own_file(&self, from: ParticipantId, id: FileId) -> Result<SharedFile, CommandError> {
        match self.files.get(&id) {
            Some((owner, file)) if *owner == from => Ok(file.clone()),
            _ => Err(CommandError::bad_field("fileId", "you did not upload a file with that id")),
        }
    }

    /// A member's upload is there to be named in chat. The oldest make place for new ones.
    pub(super) fn file_uploaded(&mut self, owner: ParticipantId, file: &SharedFile, turn: &mut Turn) -> CommandResult {
        self.permit(owner, crate::protocol::Permission::Chat)?;
        while !self.files.is_empty() && self.files.len() >= self.rules.files_kept {
            self.files.shift_remove_index(0);
        }
        self.files.insert(file.id, (owner, file.clone()));
        turn.changed();
        done()
    }

    pub(super) fn typing(&mut self, from: ParticipantId, command: &Typing, turn: &mut Turn) -> CommandResult {
        self.check_private(from, command.to)?;
        if !command.typing {
            self.stop_typing(from, turn);
        } else if self.transient.typing.get(&from) != Some(&command.to) {
            self.stop_typing(from, turn);
            self.transient.typing.insert(from, command.to);
            self.tell_typing(from, command.to, true, turn);
        }
        done()
    }

    pub(super) fn stop_typing(&mut self, from: ParticipantId, turn: &mut Turn) {
        if let Some(to) = self.transient.typing.remove(&from) {
            self.tell_typing(from, to, false, turn);
        }
    }

    fn tell_typing(&self, from: ParticipantId, to: Option<ParticipantId>, typing: bool, turn: &mut Turn) {
        let readers = to.map_or_else(|| self.others(from), |to| vec![to]);
        turn.deliver(readers, ServerEvent::TypingChanged { participant_id: from, typing });
    }
}

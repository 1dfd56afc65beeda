//! One input's turn: what it wants done, gathered while the state changes.

use super::{CommandResult, Draw, Effect, Outcome};
use crate::{
    clock::Timestamp,
    ids::*,
    media::MediaCommand,
    protocol::{CloseCode, ServerEvent},
};
use serde_json::Value;
use uuid::Uuid;

pub(super) struct Turn {
    pub now: Timestamp,
    draw: Draw,
    drawn: u64,
    effects: Vec<Effect>,
    durable: bool,
    /// Who gets a whole snapshot when the turn ends, and therefore none of its changes.
    arriving: Vec<ParticipantId>,
    /// Members came, went or changed role.
    pub people: bool,
    /// The list of waiting people changed.
    pub waiting: bool,
    /// What waiting people are told changed, the list did not.
    pub tell_waiting: bool,
    /// The room changed, and by whom.
    pub room: Option<Option<ParticipantId>>,
    /// Something on which the path of media depends may have changed.
    pub path: bool,
    /// Who got a snapshot in this turn, which says nothing of extra copies.
    pub arrived: Vec<ParticipantId>,
    /// Who is back without a snapshot, and may have missed what the media plane said last.
    pub media_news: Vec<ParticipantId>,
}

impl Turn {
    pub fn new(draw: Draw, now: Timestamp) -> Self {
        Self {
            now,
            draw,
            drawn: 0,
            effects: Vec::new(),
            durable: false,
            arriving: Vec::new(),
            people: false,
            waiting: false,
            tell_waiting: false,
            room: None,
            path: false,
            arrived: Vec::new(),
            media_news: Vec::new(),
        }
    }

    /// The next id of this input's draw.
    pub fn id(&mut self) -> Uuid {
        self.drawn += 1;
        self.draw.id(self.drawn)
    }

    /// State that must survive has changed.
    pub fn changed(&mut self) {
        self.durable = true;
    }

    pub fn people_changed(&mut self) {
        self.people = true;
        self.durable = true;
    }

    pub fn waiting_changed(&mut self) {
        self.waiting = true;
        self.durable = true;
    }

    pub fn room_changed(&mut self, by: Option<ParticipantId>) {
        self.room = Some(self.room.flatten().or(by));
        self.durable = true;
    }

    pub fn deliver(&mut self, mut to: Vec<ParticipantId>, event: ServerEvent) {
        if !self.arriving.is_empty() {
            to.retain(|id| !self.arriving.contains(id));
        }
        if !to.is_empty() {
            self.effects.push(Effect::Deliver { to, event });
        }
    }

    pub fn tell(&mut self, one: ParticipantId, event: ServerEvent) {
        self.deliver(vec![one], event);
    }

    pub fn close(&mut self, participant: ParticipantId, code: CloseCode) {
        self.effects.push(Effect::Close { participant, code });
    }

    /// Says goodbye to somebody who is neither in the room nor waiting any more.
    pub fn dismiss(&mut self, participant: ParticipantId, code: CloseCode) {
        self.close(participant, code);
        self.forget(participant);
    }

    pub fn forget(&mut self, participant: ParticipantId) {
        self.effects.push(Effect::Forget { participant });
    }

    pub fn audit(&mut self, actor: &Identity, action: &'static str, detail: Value) {
        self.effects.push(Effect::Audit { actor: actor.clone(), action, detail });
    }

    /// Has state that must survive changed?
    pub fn is_durable(&self) -> bool {
        self.durable
    }

    pub fn media(&mut self, command: MediaCommand) {
        self.effects.push(Effect::Media(command));
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// `one` gets a snapshot at the end of the turn.
    pub fn arrives(&mut self, one: ParticipantId) {
        if !self.arriving.contains(&one) {
            self.arriving.push(one);
        }
    }

    pub fn take_arriving(&mut self) -> Vec<ParticipantId> {
        std::mem::take(&mut self.arriving)
    }

    pub fn into_outcome(self, reply: CommandResult) -> Outcome {
        Outcome { reply, effects: self.effects, durable: self.durable }
    }
}

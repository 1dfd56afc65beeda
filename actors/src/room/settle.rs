//! The end of every turn: what follows from the change is computed from the state as it is now, and told where it differs from before.

use super::{Effect, state::RoomState, turn::Turn};
use crate::protocol::{Permission, Role, ServerEvent};

impl RoomState {
    pub(super) fn settle(&mut self, turn: &mut Turn) {
        if self.ended.is_some() {
            return;
        }
        if turn.people || turn.room.is_some() {
            self.open_door(turn);
        }
        if turn.people || turn.room.is_some() || turn.path {
            self.settle_path(turn);
        }
        if turn.people || turn.waiting {
            self.note_absences(turn);
        }
        if let Some(by) = turn.room {
            turn.deliver(self.everyone(), ServerEvent::RoomUpdated { room: Box::new(self.room()), by });
        }
        if turn.waiting {
            turn.deliver(self.admitters(), ServerEvent::WaitingUpdated { waiting: self.waiting_list() });
        }
        if turn.waiting || turn.tell_waiting || turn.room.is_some() {
            self.tell_waiting(turn);
        }
        if turn.is_durable() {
            self.settle_recording(turn);
            self.settle_emotion(turn);
        }
        self.welcome_arrivals(turn);
        if turn.is_durable() || turn.path {
            self.settle_media(turn);
        }
        self.repeat_media_news(turn);
    }

    /// Lets those in whom nothing holds any more, such as when the host has come or the waiting room was switched off.
    fn open_door(&mut self, turn: &mut Turn) {
        let waiting: Vec<_> = self.waiting.keys().copied().collect();
        waiting.into_iter().for_each(|id| self.enter_if_nothing_holds(id, turn));
    }

    fn note_absences(&mut self, turn: &mut Turn) {
        let present = self.any_host();
        if present != self.host_present {
            self.host_present = present;
            turn.room_changed(None);
        }
        let now = turn.now;
        let empty = self.members.is_empty() && self.waiting.is_empty();
        self.empty_since = empty.then(|| self.empty_since.unwrap_or(now));
        let headless = self.host_seen && !self.members.is_empty() && self.with_role(|role| role == Role::Host).is_empty();
        self.host_absent_since = headless.then(|| self.host_absent_since.unwrap_or(now));
    }

    fn welcome_arrivals(&mut self, turn: &mut Turn) {
        for id in turn.take_arriving() {
            let Some(welcome) = self.welcome_for(id) else { continue };
            turn.effect(Effect::Deliver { to: vec![id], event: ServerEvent::Welcome(Box::new(welcome)) });
            turn.arrived.push(id);
            if self.may(id, Permission::Admit) {
                self.show_previews(id, turn);
            }
        }
    }
}

//! The door: who comes in, who waits, who is refused.

use super::{Claims, CommandResult, people::Knock, state::RoomState, text, turn::Turn};
use crate::{
    ids::*,
    protocol::{CloseCode, CommandError, ErrorCode, ReplyBody, Role, Stage, room::WaitingRoom},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    In,
    Wait,
}

impl RoomState {
    pub(super) fn hello(&mut self, id: ParticipantId, claims: &Claims, resume_hash: &str, turn: &mut Turn) -> CommandResult {
        if self.banned.contains(&claims.identity) {
            return Err(CommandError::new(ErrorCode::Banned, "a host removed you from this session"));
        }
        let claims = Claims { display_name: text::name(&claims.display_name, "displayName")?, ..claims.clone() };
        let hash = Some(resume_hash.to_owned());
        match self.find_identity(&claims.identity) {
            Some((here, Stage::Joined)) => self.take_over_member(here, claims, hash, turn),
            Some((here, Stage::Waiting)) => self.take_over_knock(here, claims, hash, turn),
            None if self.stage(id).is_some() => Err(CommandError::new(ErrorCode::Internal, "that id is taken")),
            None => self.arrive(id, claims, hash, turn),
        }
    }

    fn arrive(&mut self, id: ParticipantId, claims: Claims, hash: Option<String>, turn: &mut Turn) -> CommandResult {
        if !self.entitled(&claims).is_host() {
            self.check_door(&claims)?;
        } else if self.free_of(self.rules.participants_max) == 0 {
            return Err(room_full());
        }
        match self.way(&claims) {
            Way::In => self.join(id, claims, hash, turn),
            Way::Wait if self.waiting.len() >= self.rules.waiting_max => return Err(room_full()),
            Way::Wait => self.knock(id, claims, hash, turn),
        }
        Ok(self.started(id))
    }

    /// What keeps somebody new from even waiting. Hosts are kept out of their own room by nothing but the server's own limit.
    fn check_door(&self, claims: &Claims) -> Result<(), CommandError> {
        if claims.guest && !self.record.settings.allow_guests {
            return Err(CommandError::new(ErrorCode::NotPermitted, "this room is for people with an account"));
        }
        if self.locked {
            return Err(CommandError::new(ErrorCode::RoomLocked, "the room is locked"));
        }
        if self.places_left() == 0 {
            return Err(room_full());
        }
        Ok(())
    }

    /// Straight in, or through the waiting room?
    pub(super) fn way(&self, claims: &Claims) -> Way {
        if self.entitled(claims).is_host() {
            return Way::In;
        }
        let settings = &self.record.settings;
        let known = settings.admit_known && self.known.contains(&claims.identity);
        let asked_to_wait = self.must_wait.contains(&claims.identity)
            || match settings.waiting_room {
                WaitingRoom::Off => false,
                WaitingRoom::Guests => claims.guest && !known,
                WaitingRoom::Everyone => !known,
            };
        let open = settings.join_before_host || self.any_host();
        if asked_to_wait || !open { Way::Wait } else { Way::In }
    }

    /// The role that somebody brings: what a host gave in this session, else the room's owner, else what the join policy says.
    pub(super) fn entitled(&self, claims: &Claims) -> Role {
        let owner = || if claims.identity == self.record.host { Role::Host } else { claims.role };
        self.roles.get(&claims.identity).copied().unwrap_or_else(owner)
    }

    /// Places that are neither taken nor promised, by the room's setting and the operator's.
    pub(super) fn places_left(&self) -> usize {
        self.free_of((self.record.settings.max_participants as usize).min(self.rules.participants_max))
    }

    fn free_of(&self, places: usize) -> usize {
        let promised = self.waiting.values().filter(|knock| knock.lease.is_some()).count();
        places.saturating_sub(self.members.len() + promised)
    }

    fn take_over_knock(&mut self, id: ParticipantId, claims: Claims, hash: Option<String>, turn: &mut Turn) -> CommandResult {
        turn.close(id, CloseCode::JoinedElsewhere);
        self.transient.forget(id);
        if let Some(knock) = self.waiting.get_mut(&id) {
            *knock = Knock { claims, resume_hash: hash, gone_at: None, ..knock.clone() };
        }
        turn.waiting_changed();
        self.enter_if_nothing_holds(id, turn);
        Ok(self.started(id))
    }

    /// A waiting person is online again: a live admission, or a door that has opened, lets them in at once.
    pub(super) fn enter_if_nothing_holds(&mut self, id: ParticipantId, turn: &mut Turn) {
        let Some(knock) = self.waiting.get(&id) else { return };
        let admitted = knock.live_lease(turn.now).is_some();
        let open = !self.locked && self.places_left() > 0 && self.way(&knock.claims) == Way::In;
        if knock.online() && (admitted || open) {
            self.enter(id, turn);
        }
    }

    pub(super) fn started(&self, id: ParticipantId) -> ReplyBody {
        let state = self.stage(id).unwrap_or(Stage::Waiting);
        ReplyBody::Started { state, participant_id: id, replayed: None }
    }
}

pub(super) fn room_full() -> CommandError {
    CommandError::new(ErrorCode::RoomFull, "the room is full")
}

//! Letting people in: an admission is a lease with a one-time grant, so that admitting, leaving and losing the socket can't race.

use super::{
    CommandResult, Effect,
    entrance::room_full,
    people::Lease,
    state::{RoomState, done},
    text,
    turn::Turn,
    turned_away::Verdict,
};
use crate::{
    ids::*,
    protocol::{
        CloseCode, CommandError, ErrorCode, LeaveReason, ServerEvent,
        client::{Deny, DenyAll},
    },
};
use serde_json::json;
use uuid::Uuid;

impl RoomState {
    pub(super) fn admit(&mut self, from: ParticipantId, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        if self.members.contains_key(&id) {
            return done();
        }
        let knock = self.waiting.get(&id).ok_or_else(CommandError::no_such_participant)?;
        let promised = knock.lease.is_some();
        if !promised && self.places_left() == 0 {
            return Err(room_full());
        }
        self.give_lease(from, id, turn);
        done()
    }

    /// Everybody for whom there is a place, in the order in which they came.
    pub(super) fn admit_all(&mut self, from: ParticipantId, turn: &mut Turn) -> CommandResult {
        let waiting: Vec<_> = self.waiting.iter().filter(|(_, knock)| knock.lease.is_none()).map(|(id, _)| *id).collect();
        let places = self.places_left();
        if places == 0 && !waiting.is_empty() {
            return Err(room_full());
        }
        waiting.into_iter().take(places).for_each(|id| self.give_lease(from, id, turn));
        done()
    }

    /// A second admission of the same person starts the lease again, with a new grant.
    fn give_lease(&mut self, from: ParticipantId, id: ParticipantId, turn: &mut Turn) {
        let lease = Lease { grant: turn.id(), until: turn.now + self.rules.admission_lease() };
        let grant = lease.grant;
        let Some(knock) = self.waiting.get_mut(&id) else { return };
        knock.lease = Some(lease);
        let (online, identity) = (knock.online(), knock.claims.identity.clone());
        self.remember_admitted(identity, turn);
        turn.waiting_changed();
        self.audit_by(from, "person.admitted", id, turn);
        if online {
            turn.effect(Effect::Grant { to: id, grant });
        }
    }

    pub(super) fn redeem(&mut self, id: ParticipantId, grant: Uuid, turn: &mut Turn) -> CommandResult {
        if self.members.contains_key(&id) {
            return done();
        }
        let knock = self.waiting.get(&id).ok_or_else(CommandError::no_such_participant)?;
        let fits = knock.online() && knock.live_lease(turn.now).is_some_and(|lease| lease.grant == grant);
        if !fits {
            return Err(CommandError::new(ErrorCode::NotAdmitted, "the admission is over; wait until a host lets you in"));
        }
        self.enter(id, turn);
        done()
    }

    /// From the list into the room.
    pub(super) fn enter(&mut self, id: ParticipantId, turn: &mut Turn) {
        let Some(knock) = self.stop_waiting(id, turn) else { return };
        self.must_wait.remove(&knock.claims.identity);
        turn.tell(id, ServerEvent::Admitted {});
        turn.effect(Effect::Admitted { after: turn.now.since(knock.since) });
        self.join(id, knock.claims, knock.resume_hash, turn);
    }

    pub(super) fn deny(&mut self, from: ParticipantId, command: &Deny, turn: &mut Turn) -> CommandResult {
        let message = denial(command.message.as_deref())?;
        if !self.waiting.contains_key(&command.participant_id) {
            return Err(CommandError::no_such_participant());
        }
        self.turn_away(from, command.participant_id, message, turn);
        done()
    }

    pub(super) fn deny_all(&mut self, from: ParticipantId, command: &DenyAll, turn: &mut Turn) -> CommandResult {
        let message = denial(command.message.as_deref())?;
        let waiting: Vec<_> = self.waiting.keys().copied().collect();
        waiting.into_iter().for_each(|id| self.turn_away(from, id, message.clone(), turn));
        done()
    }

    fn turn_away(&mut self, from: ParticipantId, id: ParticipantId, message: Option<String>, turn: &mut Turn) {
        self.audit_by(from, "person.denied", id, turn);
        if let Some(knock) = self.stop_waiting(id, turn) {
            self.turned_away.note(id, knock.resume_hash, Verdict::Denied { message: message.clone() }, turn);
        }
        turn.tell(id, ServerEvent::Denied { message });
        turn.dismiss(id, CloseCode::Refused);
    }

    /// Back to the waiting room with the same id and connection. Hosts don't wait: they would walk straight in again.
    pub(super) fn send_to_waiting(&mut self, from: ParticipantId, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        if self.target(from, id)?.person.role.is_host() {
            return Err(CommandError::new(ErrorCode::NotPermitted, "hosts and cohosts don't wait"));
        }
        self.audit_by(from, "person.sent_to_waiting", id, turn);
        let Some(member) = self.part(id, LeaveReason::SentToWaiting, turn) else { return done() };
        self.must_wait.insert(member.identity().clone());
        let mut claims = member.claims;
        claims.display_name = member.person.display_name;
        self.knock(id, claims, member.resume_hash, turn);
        if let Some(knock) = self.waiting.get_mut(&id) {
            knock.gone_at = member.gone_at;
        }
        done()
    }

    /// Keeps who did what to whom.
    pub(super) fn audit_by(&self, from: ParticipantId, action: &'static str, whom: ParticipantId, turn: &mut Turn) {
        if let Some(actor) = self.identity(from) {
            turn.audit(&actor, action, json!({ "participantId": whom, "by": from }));
        }
    }
}

fn denial(message: Option<&str>) -> Result<Option<String>, CommandError> {
    message.map_or(Ok(None), |message| text::optional_lines(message, text::MESSAGE_CHARS, "message"))
}

//! Coming in, going, and being away for a moment.

use super::{
    Claims, CommandResult,
    people::Member,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{CloseCode, CommandError, Connection, ErrorCode, LeaveReason, Participant, Permission, Role, ServerEvent},
};
use serde_json::json;

impl RoomState {
    /// Puts somebody into the room; they get a snapshot at the end of the turn.
    pub(super) fn join(&mut self, id: ParticipantId, claims: Claims, resume_hash: Option<String>, turn: &mut Turn) {
        let role = self.seat_role(&claims, turn);
        let quiet = !self.allows(role, Permission::PublishAudio);
        let person = Participant {
            id,
            user_id: claims.user_id,
            display_name: claims.display_name.clone(),
            role,
            joined_at: turn.now,
            muted: quiet || (self.record.settings.mute_on_entry && !role.is_host()),
            video_on: false,
            screen_sharing: false,
            hand_raised_at: None,
            connection: Connection::Online,
            guest: claims.guest,
            consents: self.consents.get(&claims.identity).copied().unwrap_or(claims.consents),
        };
        self.book.joined(&person, &claims.identity, self.rules.visits_kept);
        turn.audit(&claims.identity, "room.joined", json!({ "participantId": id, "role": role }));
        turn.deliver(self.everyone(), ServerEvent::ParticipantJoined { participant: person.clone() });
        let member = Member {
            person,
            claims,
            resume_hash,
            gone_at: None,
            unmute_allowed: false,
            named_by_host: false,
            stopped: Default::default(),
        };
        self.members.insert(id, member);
        self.book.peak = self.book.peak.max(self.members.len() as u32);
        self.path_of_arrival(id, true, turn);
        turn.arrives(id);
        turn.people_changed();
    }

    /// Takes somebody out of the room. What becomes of their connection is the caller's.
    pub(super) fn part(&mut self, id: ParticipantId, reason: LeaveReason, turn: &mut Turn) -> Option<Member> {
        let member = self.members.shift_remove(&id)?;
        self.transient.forget(id);
        self.path.left(id);
        self.book.left(id, &member.person, turn.now);
        if self.spotlight == Some(id) {
            self.spotlight = None;
            turn.room_changed(None);
        }
        turn.deliver(self.everyone(), ServerEvent::ParticipantLeft { participant_id: id, reason });
        turn.audit(member.identity(), "room.left", json!({ "participantId": id, "reason": reason }));
        turn.people_changed();
        Some(member)
    }

    pub(super) fn leave(&mut self, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        if self.part(id, LeaveReason::Left, turn).is_none() {
            self.stop_waiting(id, turn);
        }
        turn.dismiss(id, CloseCode::Normal);
        done()
    }

    /// The same person opened another connection: the old socket goes, and so do the old page's peer connections.
    pub(super) fn take_over_member(
        &mut self,
        id: ParticipantId,
        claims: Claims,
        resume_hash: Option<String>,
        turn: &mut Turn,
    ) -> CommandResult {
        turn.close(id, CloseCode::JoinedElsewhere);
        if let Some(member) = self.members.get_mut(&id) {
            if !member.named_by_host {
                member.person.display_name = claims.display_name.clone();
            }
            member.claims = claims;
            member.resume_hash = resume_hash;
        }
        self.rejoin(id, turn);
        Ok(self.started(id))
    }

    /// Same person, new peer connections: the others see them go and come. They move to the end of the list, as the others' lists do.
    fn rejoin(&mut self, id: ParticipantId, turn: &mut Turn) {
        let Some(mut member) = self.members.shift_remove(&id) else { return };
        self.transient.forget(id);
        self.drop_peer(id, turn);
        self.drop_copy(id, turn);
        member.gone_at = None;
        member.person.connection = Connection::Online;
        member.person.video_on = false;
        member.person.screen_sharing = false;
        self.path_of_arrival(id, true, turn);
        let others = self.everyone();
        turn.deliver(others.clone(), ServerEvent::ParticipantLeft { participant_id: id, reason: LeaveReason::Rejoined });
        turn.deliver(others, ServerEvent::ParticipantJoined { participant: member.person.clone() });
        self.members.insert(id, member);
        turn.arrives(id);
        turn.changed();
    }

    /// The socket is back. With `fresh` the outcome holds a new snapshot for them, otherwise what they missed is still in their outbox.
    pub(super) fn resumed(&mut self, id: ParticipantId, fresh: bool, turn: &mut Turn) -> CommandResult {
        if self.waiting.contains_key(&id) {
            self.knock_resumed(id, fresh, turn);
        } else if !self.members.contains_key(&id) {
            return Err(CommandError::new(ErrorCode::ResumeExpired, "the place was given up; say hello again"));
        } else if fresh {
            self.rejoin(id, turn);
        } else {
            self.set_connection(id, Connection::Online, turn);
            self.path_of_arrival(id, false, turn);
            turn.media_news.push(id);
        }
        Ok(self.started(id))
    }

    pub(super) fn disconnected(&mut self, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        if self.waiting.contains_key(&id) {
            self.knock_lost(id, turn);
        } else if self.members.contains_key(&id) {
            self.stop_typing(id, turn);
            self.set_connection(id, Connection::Reconnecting, turn);
            turn.path = true;
        }
        done()
    }

    fn set_connection(&mut self, id: ParticipantId, connection: Connection, turn: &mut Turn) {
        let now = turn.now;
        self.update(id, None, turn, |member| {
            if member.person.connection != connection {
                member.person.connection = connection;
                member.gone_at = (connection == Connection::Reconnecting).then_some(now);
            }
        });
    }

    pub(super) fn forget_resume(&mut self, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        let hash = match self.members.get_mut(&id) {
            Some(member) => &mut member.resume_hash,
            None => &mut self.waiting.get_mut(&id).ok_or_else(CommandError::no_such_participant)?.resume_hash,
        };
        if hash.take().is_some() {
            turn.changed();
        }
        done()
    }

    /// Every socket is gone, and what people were told is lost with them: all graces start now.
    pub(super) fn restarted(&mut self, sfu_available: Option<bool>, turn: &mut Turn) -> CommandResult {
        let now = turn.now;
        for member in self.members.values_mut().filter(|member| member.gone_at.is_none()) {
            member.person.connection = Connection::Reconnecting;
            member.gone_at = Some(now);
            turn.changed();
        }
        for knock in self.waiting.values_mut().filter(|knock| knock.gone_at.is_none()) {
            knock.gone_at = Some(now);
            turn.changed();
        }
        if let Some(since) = self.empty_since.as_mut().filter(|since| **since != now) {
            *since = now;
            turn.changed();
        }
        self.transient = Default::default();
        self.path_after_restart(sfu_available, turn);
        done()
    }

    /// Changes a member, and tells everybody when it shows.
    pub(super) fn update(
        &mut self,
        id: ParticipantId,
        by: Option<ParticipantId>,
        turn: &mut Turn,
        change: impl FnOnce(&mut Member),
    ) {
        let Some(member) = self.members.get_mut(&id) else { return };
        let before = member.clone();
        change(member);
        let shows = member.person != before.person;
        if *member != before {
            turn.changed();
        }
        if shows {
            let participant = member.person.clone();
            turn.deliver(self.everyone(), ServerEvent::ParticipantUpdated { participant, by });
        }
    }

    /// The role that somebody takes. There is one host at a time: whoever holds the place for an absent one steps back.
    fn seat_role(&mut self, claims: &Claims, turn: &mut Turn) -> Role {
        let role = self.entitled(claims);
        if role != Role::Host {
            return role;
        }
        self.host_seen = true;
        let Some(present) = self.with_role(|role| role == Role::Host).first().copied() else { return role };
        let acting = self.acting_host.is_some() && self.acting_host == self.identity(present);
        if !acting && claims.identity != self.record.host {
            return Role::Cohost;
        }
        self.acting_host = None;
        self.change_role(present, Role::Cohost, None, turn);
        role
    }
}

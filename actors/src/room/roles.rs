//! Who is what, and how the room finds a new host when its host is gone.

use super::{
    CommandResult,
    people::Member,
    permissions,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    ids::*,
    protocol::{CommandError, Permission, Role, ServerEvent, client::SetRole},
};
use serde_json::json;

impl RoomState {
    /// To make somebody host is to hand over.
    pub(super) fn set_role(&mut self, from: ParticipantId, command: &SetRole, turn: &mut Turn) -> CommandResult {
        let (id, role) = (command.participant_id, command.role);
        let before = self.target(from, id)?.person.role;
        if role == Role::Host && before != Role::Host {
            self.permit(from, Permission::TransferHost)?;
            return self.transfer_host(from, id, turn);
        }
        if before == role {
            return done();
        }
        if before == Role::Host {
            return Err(CommandError::bad_field("participantId", "a room keeps its host: transfer the host role first"));
        }
        if !permissions::may_change_role(self.member(from)?.person.role, before, role) {
            return Err(CommandError::not_permitted());
        }
        self.change_role(id, role, Some(from), turn);
        done()
    }

    pub(super) fn transfer_host(&mut self, from: ParticipantId, id: ParticipantId, turn: &mut Turn) -> CommandResult {
        if id == from {
            return Err(CommandError::bad_field("participantId", "you are the host"));
        }
        self.member(id)?;
        self.acting_host = None;
        self.change_role(id, Role::Host, Some(from), turn);
        self.change_role(from, Role::Cohost, Some(from), turn);
        done()
    }

    /// Gives a role for the rest of the session. Who may admit since now, or no more, gets the list or an empty one.
    pub(super) fn change_role(&mut self, id: ParticipantId, role: Role, by: Option<ParticipantId>, turn: &mut Turn) {
        let Some(member) = self.members.get(&id) else { return };
        let (before, identity) = (member.person.role, member.identity().clone());
        if before == role {
            return;
        }
        let admitted = self.may(id, Permission::Admit);
        self.update(id, by, turn, |member| member.person.role = role);
        self.strip_forbidden(id, by, turn);
        self.host_seen |= role == Role::Host;
        let actor = by.and_then(|by| self.identity(by)).unwrap_or_else(|| identity.clone());
        turn.audit(&actor, "role.changed", json!({ "participantId": id, "from": before, "to": role }));
        self.roles.insert(identity, role);
        turn.people_changed();
        let admits = self.may(id, Permission::Admit);
        if admits != admitted {
            let waiting = if admits { self.waiting_list() } else { Vec::new() };
            turn.tell(id, ServerEvent::WaitingUpdated { waiting });
        }
        if admits && !admitted {
            self.show_previews(id, turn);
        }
    }

    /// The host's grace is over: a cohost takes the place, else whoever is here longest, of those online.
    pub(super) fn hand_over(&mut self, turn: &mut Turn) {
        turn.changed();
        let Some(heir) = self.heir() else {
            self.host_absent_since = Some(turn.now);
            return;
        };
        let identity = self.identity(heir);
        self.change_role(heir, Role::Host, None, turn);
        if let Some(before) = std::mem::replace(&mut self.acting_host, identity) {
            self.roles.insert(before, Role::Cohost);
        }
    }

    fn heir(&self) -> Option<ParticipantId> {
        let candidates = self.members.values().filter(|member| member.online() && member.person.role != Role::Observer);
        let rank = |member: &&Member| (member.person.role != Role::Cohost, member.person.joined_at);
        candidates.min_by_key(rank).map(|member| member.person.id)
    }
}

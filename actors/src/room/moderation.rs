//! The hosts' tools: mute, ask to unmute, remove, lock, spotlight, rename.

use super::{
    CommandResult,
    people::Member,
    state::{RoomState, done},
    text,
    turn::Turn,
    turned_away::Verdict,
};
use crate::{
    ids::*,
    protocol::{
        CloseCode, CommandError, ErrorCode, LeaveReason, MediaKind, Permission, ServerEvent, Whom,
        client::{AskUnmute, Mute, Remove, Rename},
    },
};

impl RoomState {
    pub(super) fn mute(&mut self, from: ParticipantId, command: &Mute, turn: &mut Turn) -> CommandResult {
        for id in self.aims(from, command.participant_id, command.all)? {
            self.update(id, Some(from), turn, |member| switch_off(member, command.kind));
        }
        done()
    }

    /// Being asked is a permission too, where the room's setting alone would forbid it.
    pub(super) fn ask_unmute(&mut self, from: ParticipantId, command: &AskUnmute, turn: &mut Turn) -> CommandResult {
        let publishes = |id: &ParticipantId| self.may(*id, Permission::PublishAudio);
        let to: Vec<_> = self.aims(from, command.participant_id, command.all)?.into_iter().filter(publishes).collect();
        if command.kind == MediaKind::Audio {
            for id in to.iter().filter(|id| !self.may(**id, Permission::Unmute)).copied().collect::<Vec<_>>() {
                self.update(id, Some(from), turn, |member| member.unmute_allowed = true);
            }
        }
        turn.deliver(to, ServerEvent::UnmuteRequested { from, kind: command.kind });
        done()
    }

    /// The one that is named, or all but the sender and the hosts.
    fn aims(&self, from: ParticipantId, whom: Option<Whom>, all: bool) -> Result<Vec<ParticipantId>, CommandError> {
        match (whom, all) {
            (Some(Whom::One(id)), false) => self.target(from, id).map(|_| vec![id]),
            (Some(Whom::All(_)), _) | (None, true) => {
                let aimed = |member: &&Member| member.person.id != from && !member.person.role.is_host();
                Ok(self.members.values().filter(aimed).map(|member| member.person.id).collect())
            }
            _ => Err(CommandError::bad_field("participantId", "name either one participant or all")),
        }
    }

    /// A ban holds for the session. Without one they may come back, through the waiting room.
    pub(super) fn remove(&mut self, from: ParticipantId, command: &Remove, turn: &mut Turn) -> CommandResult {
        let id = command.participant_id;
        if id == from {
            return Err(CommandError::bad_field("participantId", "use leave_room to go yourself"));
        }
        if self.members.contains_key(&id) {
            self.target(from, id)?;
        }
        let identity = self.identity(id).ok_or_else(CommandError::no_such_participant)?;
        if identity == self.record.host {
            return Err(CommandError::new(ErrorCode::NotPermitted, "the owner of the room can't be removed from it"));
        }
        self.audit_by(from, if command.ban { "person.banned" } else { "person.removed" }, id, turn);
        let verdict = if command.ban { Verdict::Banned } else { Verdict::Removed };
        let resume_hash = self.resume_hash(id).map(str::to_owned);
        if self.part(id, LeaveReason::Removed, turn).is_none() {
            self.stop_waiting(id, turn);
        }
        self.turned_away.note(id, resume_hash, verdict, turn);
        self.roles.remove(&identity);
        self.forget_admitted(&identity, turn);
        if command.ban {
            self.banned.insert(identity)
        } else {
            self.must_wait.insert(identity)
        };
        turn.tell(id, ServerEvent::Removed { ban: command.ban, by: Some(from) });
        turn.dismiss(id, CloseCode::Refused);
        done()
    }

    pub(super) fn lock(&mut self, from: ParticipantId, locked: bool, turn: &mut Turn) -> CommandResult {
        if self.locked != locked {
            self.locked = locked;
            turn.room_changed(Some(from));
            self.audit_room(from, if locked { "room.locked" } else { "room.unlocked" }, turn);
        }
        done()
    }

    pub(super) fn set_spotlight(&mut self, from: ParticipantId, whom: Option<ParticipantId>, turn: &mut Turn) -> CommandResult {
        if let Some(id) = whom {
            self.member(id)?;
        }
        if self.spotlight != whom {
            self.spotlight = whom;
            turn.room_changed(Some(from));
        }
        done()
    }

    /// Oneself, or as a host anybody on whom one may act.
    pub(super) fn rename(&mut self, from: ParticipantId, command: &Rename, turn: &mut Turn) -> CommandResult {
        let id = command.participant_id.unwrap_or(from);
        let by_host = id != from;
        if by_host {
            self.permit(from, Permission::Moderate)?;
            if self.waiting.contains_key(&id) {
                return Err(CommandError::new(ErrorCode::NotPermitted, "admit them before you rename them"));
            }
            self.target(from, id)?;
        } else {
            self.permit(from, Permission::RenameSelf)?;
        }
        let name = text::name(&command.display_name, "displayName")?;
        self.update(id, by_host.then_some(from), turn, |member| {
            member.named_by_host |= by_host;
            member.person.display_name = name;
        });
        done()
    }

    pub(super) fn audit_room(&self, from: ParticipantId, action: &'static str, turn: &mut Turn) {
        if let Some(actor) = self.identity(from) {
            turn.audit(&actor, action, serde_json::json!({ "by": from }));
        }
    }
}

fn switch_off(member: &mut Member, kind: MediaKind) {
    match kind {
        MediaKind::Audio => {
            member.person.muted = true;
            member.unmute_allowed = false;
            member.stopped.microphone = true;
        }
        MediaKind::Video => {
            member.person.video_on = false;
            member.stopped.camera = true;
        }
        MediaKind::Screen => {
            member.person.screen_sharing = false;
            member.stopped.screen = true;
        }
    }
}

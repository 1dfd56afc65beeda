//! Name and settings, changed from inside by a host or from outside.

use super::{
    CommandResult, Effect,
    state::{RoomState, done},
    text,
    turn::Turn,
};
use crate::{
    ids::*,
    ports::RoomRecord,
    protocol::{CommandError, client::UpdateRoom},
};

impl RoomState {
    pub(super) fn update_room(&mut self, from: ParticipantId, command: &UpdateRoom, turn: &mut Turn) -> CommandResult {
        let mut record = self.record.clone();
        if let Some(name) = &command.name {
            record.name = text::name(name, "name")?;
        }
        if let Some(changes) = &command.settings {
            let bad = |error: crate::protocol::room::SettingError| CommandError::bad_field(error.field, error.message);
            record.settings = record.settings.with(changes).map_err(bad)?;
            let most = self.rules.participants_max;
            if changes.max_participants.is_some_and(|wished| wished as usize > most) {
                return Err(CommandError::bad_field("maxParticipants", format!("must be at most {most} on this server")));
            }
        }
        if self.adopt(record, Some(from), turn) {
            self.audit_room(from, "room.updated", turn);
            turn.effect(Effect::RoomRecordChanged);
        }
        done()
    }

    pub(super) fn room_changed(&mut self, record: &RoomRecord, turn: &mut Turn) -> CommandResult {
        if record.room_id != self.record.room_id {
            return Err(CommandError::new(crate::protocol::ErrorCode::Internal, "another room's record"));
        }
        self.adopt(record.clone(), None, turn);
        done()
    }

    fn adopt(&mut self, record: RoomRecord, by: Option<ParticipantId>, turn: &mut Turn) -> bool {
        if record == self.record {
            return false;
        }
        let before = std::mem::replace(&mut self.record, record);
        let (old, new) = (&before.settings, &self.record.settings);
        if (old.topology, old.mesh_limit) != (new.topology, new.mesh_limit) {
            self.path.try_at_once();
        }
        turn.room_changed(by);
        self.everyone().into_iter().for_each(|id| self.strip_forbidden(id, by, turn));
        true
    }
}

//! What an operator sees of a room while it lives.

use super::state::RoomState;
use crate::{clock::Timestamp, ids::*};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveRoom {
    pub room_id: RoomId,
    pub session_id: SessionId,
    pub started_at: Timestamp,
    pub participants: usize,
    pub waiting: usize,
    pub locked: bool,
    pub host_present: bool,
    /// Who may not come back in this session. Personal, so it is never shown.
    #[serde(skip)]
    pub banned: BTreeSet<Identity>,
}

impl RoomState {
    pub fn observe(&self) -> LiveRoom {
        LiveRoom {
            room_id: self.record.room_id,
            session_id: self.session,
            started_at: self.started_at,
            participants: self.members.len(),
            waiting: self.waiting.len(),
            locked: self.locked,
            host_present: self.any_host(),
            banned: self.banned.clone(),
        }
    }
}

//! Times and limits of a session. They are kept in its state, so that its journal replays alone.

use crate::topology::Times;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Milliseconds and counts; [`Rules::default`] is what the documentation promises.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rules {
    /// How long a member without a socket stays in the room.
    pub resume_grace_ms: u64,
    /// How long a waiting person without a socket keeps their place.
    pub knock_grace_ms: u64,
    /// How long an admission may be redeemed.
    pub admission_lease_ms: u64,
    /// How long an empty session waits for somebody.
    pub empty_grace_ms: u64,
    /// How long a room waits for its host before it is handed over.
    pub host_absent_grace_ms: u64,
    /// Chat messages that a late joiner still sees, and their bytes.
    pub chat_kept: usize,
    pub chat_kept_bytes: usize,
    /// Participants at most, whatever the room's own setting says.
    pub participants_max: usize,
    /// People who may wait at once.
    pub waiting_max: usize,
    /// Uploaded files that chat may still name.
    pub files_kept: usize,
    /// Stays that the report names.
    pub visits_kept: usize,
    /// A participant's quality is told to the others at most this often.
    pub quality_every_ms: u64,
    /// A participant is warned at most this often.
    pub warning_every_ms: u64,
    /// Has this server a media plane?
    pub sfu_available: bool,
    /// Is there something that records?
    pub can_record: bool,
    /// Is there something that reads the emotion of voices?
    pub can_read_emotion: bool,
    pub topology: Times,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            resume_grace_ms: 30_000,
            knock_grace_ms: 120_000,
            admission_lease_ms: 60_000,
            empty_grace_ms: 60_000,
            host_absent_grace_ms: 60_000,
            chat_kept: 500,
            chat_kept_bytes: 512 * 1024,
            participants_max: 1_000,
            waiting_max: 200,
            files_kept: 500,
            visits_kept: 5_000,
            quality_every_ms: 5_000,
            warning_every_ms: 30_000,
            sfu_available: false,
            can_record: false,
            can_read_emotion: false,
            topology: Times::default(),
        }
    }
}

impl Rules {
    pub fn resume_grace(&self) -> Duration {
        Duration::from_millis(self.resume_grace_ms)
    }

    pub fn knock_grace(&self) -> Duration {
        Duration::from_millis(self.knock_grace_ms)
    }

    pub fn admission_lease(&self) -> Duration {
        Duration::from_millis(self.admission_lease_ms)
    }

    pub fn empty_grace(&self) -> Duration {
        Duration::from_millis(self.empty_grace_ms)
    }

    pub fn host_absent_grace(&self) -> Duration {
        Duration::from_millis(self.host_absent_grace_ms)
    }
}

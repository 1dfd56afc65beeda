//! Whom a host denied or removed lately: whose socket was gone at that moment learns it when they resume, instead of knocking again unknowing.

use super::{state::RoomState, turn::Turn};
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{CommandError, ErrorCode},
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longer than any client tries to come back by itself.
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);
const KEPT_MAX: usize = 200;

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(super) enum Verdict {
    /// With the host's words, if there were any.
    Denied {
        message: Option<String>,
    },
    Removed,
    Banned,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    at: Timestamp,
    /// Only who held the place is told.
    resume_hash: String,
    #[serde(flatten)]
    verdict: Verdict,
}

/// In the order in which they were turned away.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct TurnedAway(IndexMap<ParticipantId, Entry>);

impl TurnedAway {
    pub fn note(&mut self, id: ParticipantId, resume_hash: Option<String>, verdict: Verdict, turn: &mut Turn) {
        let now = turn.now;
        self.0.retain(|_, entry| now.since(entry.at) < KEPT_FOR);
        while self.0.len() >= KEPT_MAX {
            self.0.shift_remove_index(0);
        }
        // A dead token can't come back, so there is nobody to tell.
        if let Some(resume_hash) = resume_hash {
            self.0.insert(id, Entry { at: now, resume_hash, verdict });
        }
        turn.changed();
    }

    fn verdict(&self, id: ParticipantId, hash: &str, now: Timestamp) -> Option<&Verdict> {
        let entry = self.0.get(&id).filter(|entry| now.since(entry.at) < KEPT_FOR)?;
        (entry.resume_hash == hash).then_some(&entry.verdict)
    }
}

impl RoomState {
    /// May whoever shows a resume token with this hash go on as `id`?
    pub fn check_resume(&self, id: ParticipantId, hash: &str, now: Timestamp) -> Result<(), CommandError> {
        match self.resume_hash(id) {
            Some(kept) if kept == hash => Ok(()),
            Some(_) => Err(CommandError::new(ErrorCode::ResumeInvalid, "this resume token is not valid")),
            None => Err(self.turned_away.verdict(id, hash, now).map_or_else(expired, told)),
        }
    }
}

fn expired() -> CommandError {
    CommandError::new(ErrorCode::ResumeExpired, "the grace time is over: join again")
}

fn told(verdict: &Verdict) -> CommandError {
    match verdict {
        Verdict::Denied { message: Some(words) } => CommandError::new(ErrorCode::Denied, words),
        Verdict::Denied { message: None } => CommandError::new(ErrorCode::Denied, "a host did not let you in"),
        Verdict::Removed => CommandError::new(ErrorCode::Removed, "a host removed you; you may knock again"),
        Verdict::Banned => CommandError::new(ErrorCode::Banned, "a host removed you from this session"),
    }
}

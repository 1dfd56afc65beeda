//! Who was here, from when to when: for the session's report.

use super::{people::Visit, state::RoomState};
use crate::{clock::Timestamp, ids::*, ports::SessionSummary, protocol::Participant};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Book {
    visits: IndexMap<ParticipantId, Visit>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    recordings: IndexMap<RecordingId, Stretch>,
    /// Most members at once.
    pub peak: u32,
}

/// From when to when something ran; it may run still.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stretch {
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl Book {
    pub fn recording_began(&mut self, recording: RecordingId, now: Timestamp) {
        self.recordings.insert(recording, Stretch { started_at: now, ended_at: None });
    }

    pub fn recording_ended(&mut self, recording: RecordingId, now: Timestamp) {
        if let Some(stretch) = self.recordings.get_mut(&recording) {
            stretch.ended_at = Some(now);
        }
    }

    /// Notes that somebody came in. Beyond `kept` people new ones are only counted by others.
    pub fn joined(&mut self, person: &Participant, identity: &Identity, kept: usize) {
        let name = person.display_name.clone();
        if let Some(visit) = self.visits.get_mut(&person.id) {
            (visit.display_name, visit.role, visit.left_at) = (name, person.role, None);
        } else if self.visits.len() < kept {
            let visit = Visit {
                identity: identity.clone(),
                display_name: name,
                role: person.role,
                joined_at: person.joined_at,
                left_at: None,
                stayed_ms: 0,
            };
            self.visits.insert(person.id, visit);
        }
    }

    /// Who left within `time` before now, and is not back.
    pub fn left_since(&self, now: Timestamp, time: Duration) -> impl Iterator<Item = ParticipantId> + '_ {
        let lately = move |visit: &Visit| visit.left_at.is_some_and(|left_at| now.since(left_at) <= time);
        self.visits.iter().filter(move |(_, visit)| lately(visit)).map(|(id, _)| *id)
    }

    pub fn left(&mut self, id: ParticipantId, person: &Participant, now: Timestamp) {
        if let Some(visit) = self.visits.get_mut(&id) {
            visit.left_at = Some(now);
            visit.stayed_ms += now.since(person.joined_at).as_millis() as u64;
            (visit.display_name, visit.role) = (person.display_name.clone(), person.role);
        }
    }
}

impl RoomState {
    /// The session so far, as its report tells it. Private messages stay private.
    pub fn summary(&self, now: Timestamp) -> SessionSummary {
        let visits: Vec<Value> = self.book.visits.iter().map(|(id, visit)| self.tell_visit(*id, visit, now)).collect();
        let identities: Vec<&Identity> = self.book.visits.values().map(|visit| &visit.identity).collect();
        let tell_recording = |(id, stretch): (&RecordingId, &Stretch)| json!({ "recordingId": id, "startedAt": stretch.started_at, "endedAt": stretch.ended_at });
        let recordings: Vec<Value> = self.book.recordings.iter().map(tell_recording).collect();
        let report = json!({
            "identities": identities,
            "participants": visits,
            "chat": self.chat.public(),
            "chatCount": self.chat.count(),
            "peak": self.book.peak,
            "recordings": recordings,
            "consents": self.answered,
        });
        SessionSummary { report, peak: self.book.peak }
    }

    fn tell_visit(&self, id: ParticipantId, visit: &Visit, now: Timestamp) -> Value {
        let present = self.members.get(&id).map(|member| &member.person);
        let running = present.map_or(0, |person| now.since(person.joined_at).as_millis() as u64);
        json!({
            "id": id,
            "displayName": present.map_or(&visit.display_name, |person| &person.display_name),
            "role": present.map_or(visit.role, |person| person.role),
            "joinedAt": visit.joined_at,
            "leftAt": visit.left_at,
            "seconds": (visit.stayed_ms + running) / 1000,
        })
    }
}

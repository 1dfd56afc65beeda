//! Recording as the room decides it: whether one runs, who started it, and what the recorder is told. Files and tracks are the recorder's.

use super::{
    CommandResult, Effect,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    ids::*,
    ports::{PersonInRecording, RecorderNews, RecordingOrder},
    protocol::{
        CommandError, ErrorCode, RecordingProblem, RecordingStop, ReplyBody, RunningRecording, ServerEvent,
        room::RecordingSetting,
    },
};
use serde_json::json;

/// For what nobody in particular did.
const SERVER: &str = "server";

impl RoomState {
    pub(super) fn start_recording(&mut self, from: ParticipantId, turn: &mut Turn) -> CommandResult {
        let identity = self.identity(from).ok_or_else(CommandError::no_such_participant)?;
        self.begin_recording(Some(from), identity, turn)
    }

    pub(super) fn stop_recording(&mut self, from: ParticipantId, turn: &mut Turn) -> CommandResult {
        let identity = self.identity(from).ok_or_else(CommandError::no_such_participant)?;
        self.end_recording(RecordingStop::Stopped, Some(from), &identity, turn)
    }

    /// Started over REST. Whoever asks may record in every room of theirs, but no room against its setting.
    pub(super) fn start_recording_for(&mut self, identity: &Identity, turn: &mut Turn) -> CommandResult {
        if self.record.settings.recording == RecordingSetting::Off {
            return Err(CommandError::new(ErrorCode::NotPermitted, "recording is switched off in this room's settings"));
        }
        let by = self.members.iter().find(|(_, member)| member.identity() == identity).map(|(id, _)| *id);
        self.begin_recording(by, identity.clone(), turn)
    }

    /// Stopped over REST, or by the recorder that can't go on; another one than is meant is left alone.
    pub(super) fn stop_recording_for(
        &mut self,
        recording: RecordingId,
        reason: RecordingStop,
        identity: Option<&Identity>,
        turn: &mut Turn,
    ) -> CommandResult {
        if self.recording.is_none_or(|running| running.id != recording) {
            return Err(not_recording());
        }
        let identity = identity.cloned().unwrap_or_else(|| Identity::from_subject(SERVER));
        let by = self.members.iter().find(|(_, member)| *member.identity() == identity).map(|(id, _)| *id);
        self.end_recording(reason, by, &identity, turn)
    }

    /// The one that runs is the one that is meant: to start twice is to start once.
    fn begin_recording(&mut self, by: Option<ParticipantId>, identity: Identity, turn: &mut Turn) -> CommandResult {
        if !self.rules.can_record {
            return Err(CommandError::not_available("recording"));
        }
        let running = match self.recording {
            Some(running) => running,
            None => {
                let recording = RunningRecording { id: turn.id().into(), started_at: turn.now, by, problem: None };
                self.recording = Some(recording);
                self.recording_declined = false;
                self.book.recording_began(recording.id, turn.now);
                turn.audit(&identity, "recording.started", json!({ "recordingId": recording.id, "by": by }));
                turn.deliver(self.everyone(), ServerEvent::RecordingStarted { recording });
                let order = self.recording_order(recording, Some(identity));
                turn.effect(Effect::Recorder(RecorderNews::Runs(Box::new(order))));
                turn.changed();
                recording
            }
        };
        Ok(ReplyBody::Recording { recording_id: running.id })
    }

    fn end_recording(
        &mut self,
        reason: RecordingStop,
        by: Option<ParticipantId>,
        identity: &Identity,
        turn: &mut Turn,
    ) -> CommandResult {
        let Some(RunningRecording { id, .. }) = self.recording.take() else { return Err(not_recording()) };
        self.recording_declined = true;
        self.book.recording_ended(id, turn.now);
        turn.audit(identity, "recording.stopped", json!({ "recordingId": id, "reason": reason, "by": by }));
        turn.deliver(self.everyone(), ServerEvent::RecordingStopped { recording_id: id, reason, by });
        turn.effect(Effect::Recorder(RecorderNews::Stopped { recording: id, reason, at: turn.now }));
        turn.changed();
        done()
    }

    /// The recorder says that a problem came or went.
    pub(super) fn recording_troubled(
        &mut self,
        recording: RecordingId,
        problem: Option<RecordingProblem>,
        turn: &mut Turn,
    ) -> CommandResult {
        let Some(running) = self.recording.as_mut().filter(|running| running.id == recording) else { return done() };
        if running.problem != problem {
            running.problem = problem;
            let recording = *running;
            turn.deliver(self.everyone(), ServerEvent::RecordingUpdated { recording });
            turn.changed();
        }
        done()
    }

    /// Starts and stops what the room's setting starts and stops, and tells the recorder of people and their answers.
    pub(super) fn settle_recording(&mut self, turn: &mut Turn) {
        let setting = self.record.settings.recording;
        if setting != RecordingSetting::Auto && self.recording.is_none() {
            self.recording_declined = false;
        }
        let wanted = setting == RecordingSetting::Auto && !self.recording_declined && !self.members.is_empty();
        let identity = || Identity::from_subject(SERVER);
        // Neither can fail here: there is a recorder, and one runs.
        if wanted && self.recording.is_none() && self.rules.can_record {
            let _ = self.begin_recording(None, identity(), turn);
        } else if setting == RecordingSetting::Off && self.recording.is_some() {
            let _ = self.end_recording(RecordingStop::Stopped, None, &identity(), turn);
            self.recording_declined = false;
        }
        self.tell_recorder(turn);
    }

    fn tell_recorder(&mut self, turn: &mut Turn) {
        if self.recording.is_none() {
            self.transient.recorded.clear();
            return;
        }
        let people = self.people_in_recording();
        if self.transient.recorded != people {
            turn.effect(Effect::Recorder(RecorderNews::People { people: people.clone(), at: turn.now }));
            self.transient.recorded = people;
        }
    }

    fn people_in_recording(&self) -> Vec<PersonInRecording> {
        let show = |(id, member): (&ParticipantId, &super::people::Member)| PersonInRecording {
            id: *id,
            display_name: member.person.display_name.clone(),
            consents: member.person.consents,
        };
        self.members.iter().map(show).collect()
    }

    fn recording_order(&self, recording: RunningRecording, started_by: Option<Identity>) -> RecordingOrder {
        RecordingOrder {
            recording: recording.id,
            started_at: recording.started_at,
            started_by,
            room: self.record.clone(),
            session: self.session,
        }
    }

    /// After a restart of the process or of the room's actor: the recorder goes on with what runs. Telling it twice is telling it once.
    pub fn recording_again(&self) -> Vec<Effect> {
        let Some(recording) = self.recording else { return Vec::new() };
        let order = RecorderNews::Runs(Box::new(self.recording_order(recording, None)));
        let people = RecorderNews::People { people: self.people_in_recording(), at: recording.started_at };
        vec![Effect::Recorder(order), Effect::Recorder(people)]
    }

    /// The session is over, and its recording with it.
    pub(super) fn finish_recording(&mut self, turn: &mut Turn) {
        if self.recording.is_some() {
            let _ = self.end_recording(RecordingStop::SessionEnded, None, &Identity::from_subject(SERVER), turn);
        }
    }

    /// What this server can do now, which is kept with the session as its rules are.
    pub(super) fn server_can(&mut self, record: bool, read_emotion: bool, turn: &mut Turn) -> CommandResult {
        if (self.rules.can_record, self.rules.can_read_emotion) != (record, read_emotion) {
            (self.rules.can_record, self.rules.can_read_emotion) = (record, read_emotion);
            turn.room_changed(None);
            if !record && self.recording.is_some() {
                return self.end_recording(RecordingStop::Failed, None, &Identity::from_subject(SERVER), turn);
            }
        }
        done()
    }
}

fn not_recording() -> CommandError {
    CommandError::new(ErrorCode::NotRecording, "no such recording runs")
}

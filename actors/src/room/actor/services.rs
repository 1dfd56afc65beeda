//! What runs beside the room for it: whoever records, and whoever reads emotion. They live on when this actor is made again.

use super::{Asker, Room, messages::*};
use crate::{
    ports::{ConsentRecord, RecorderNews},
    protocol::{CommandError, EmotionReading},
    room::{Effect, Input},
};
use actix::prelude::*;

impl Room {
    pub(super) fn tell_recorder(&self, news: RecorderNews) {
        if let Some(recorder) = &self.setup.recorder {
            recorder.tell(self.record.room_id, news);
        }
    }

    pub(super) fn tell_emotion_reader(&self, wanted: bool) {
        if let Some(reader) = &self.setup.emotion {
            reader.listen(self.record.room_id, self.state.session(), wanted);
        }
    }

    /// What the session knew of the server's abilities is of the process before.
    pub(super) fn services_after_restart(&mut self, ctx: &mut Context<Self>) {
        let (record, read_emotion) = (self.setup.rules.can_record, self.setup.rules.can_read_emotion);
        self.take(Input::ServerCan { record, read_emotion }, Asker::Nobody, ctx);
        self.services_again(ctx);
    }

    /// They may have missed what was decided last: told twice is told once.
    pub(super) fn services_again(&mut self, ctx: &mut Context<Self>) {
        let mut effects = self.state.recording_again();
        effects.push(Effect::EmotionWanted(self.state.reads_emotion()));
        self.queue_effects(effects, ctx);
    }

    pub(super) fn keep_consent(&mut self, consent: ConsentRecord, ctx: &mut Context<Self>) {
        let kept = self.setup.store.record_consent(self.state.session(), consent);
        self.log_failure(kept, "consent", ctx);
    }

    pub(super) fn keep_emotion(&mut self, reading: EmotionReading, ctx: &mut Context<Self>) {
        let kept = self.setup.store.record_emotion(self.state.session(), reading);
        self.log_failure(kept, "emotion", ctx);
    }
}

impl Handler<StartRecording> for Room {
    type Result = ();

    fn handle(&mut self, start: StartRecording, ctx: &mut Self::Context) {
        match self.open_for_changes() {
            Ok(()) => self.take(Input::StartRecording { by: start.by }, Asker::Outside(start.answer), ctx),
            Err(error) => drop(start.answer.send(Err(error))),
        }
    }
}

impl Handler<StopRecording> for Room {
    type Result = ();

    fn handle(&mut self, stop: StopRecording, ctx: &mut Self::Context) {
        let StopRecording { recording, reason, by, answer } = stop;
        match self.open_for_changes() {
            Ok(()) => self.take(Input::StopRecording { recording, reason, by }, Asker::Outside(answer), ctx),
            Err(error) => drop(answer.send(Err(error))),
        }
    }
}

impl Handler<RecordingTroubled> for Room {
    type Result = ();

    fn handle(&mut self, troubled: RecordingTroubled, ctx: &mut Self::Context) {
        let RecordingTroubled { recording, problem } = troubled;
        self.take(Input::RecordingTroubled { recording, problem }, Asker::Nobody, ctx);
    }
}

impl Handler<EmotionRead> for Room {
    type Result = ();

    fn handle(&mut self, read: EmotionRead, ctx: &mut Self::Context) {
        let effects = self.state.emotion_read(read.0);
        self.queue_effects(effects, ctx);
    }
}

impl Handler<RunningRecordingOf> for Room {
    type Result = MessageResult<RunningRecordingOf>;

    fn handle(&mut self, _: RunningRecordingOf, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.state.recording())
    }
}

/// Nothing of a room that has no session open is recorded.
pub fn no_session() -> CommandError {
    CommandError::new(crate::protocol::ErrorCode::RoomEnded, "no session is open")
}

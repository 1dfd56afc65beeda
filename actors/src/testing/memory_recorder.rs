//! The recorder's memory twin: keeps what it was told.

use crate::{
    ids::{RecordingId, RoomId},
    ports::{PersonInRecording, Recorder, RecorderNews},
    protocol::RecordingStop,
};
use std::sync::{Mutex, MutexGuard};

#[derive(Default)]
pub struct MemoryRecorder {
    told: Mutex<Vec<RecorderNews>>,
}

impl MemoryRecorder {
    /// The recordings that run, each once for each time it was said.
    pub fn runs(&self) -> Vec<RecordingId> {
        let told = self.told();
        let runs = told.iter().filter_map(|news| if let RecorderNews::Runs(order) = news { Some(order.recording) } else { None });
        runs.collect()
    }

    pub fn stopped(&self) -> Vec<(RecordingId, RecordingStop)> {
        let told = self.told();
        let stopped = told.iter().filter_map(|news| match news {
            RecorderNews::Stopped { recording, reason, .. } => Some((*recording, *reason)),
            _ => None,
        });
        stopped.collect()
    }

    /// The people that it was told of last.
    pub fn people(&self) -> Vec<PersonInRecording> {
        let told = self.told();
        let people = told.iter().rev().find_map(|news| match news {
            RecorderNews::People { people, .. } => Some(people.clone()),
            _ => None,
        });
        people.unwrap_or_default()
    }

    fn told(&self) -> MutexGuard<'_, Vec<RecorderNews>> {
        self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Recorder for MemoryRecorder {
    fn tell(&self, _: RoomId, news: RecorderNews) {
        self.told().push(news);
    }
}

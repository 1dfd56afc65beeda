//! Records what rooms say is to be recorded: a task a recording, which keeps its manifest, tells the room of faults, and hands what is finished to
//! the library. A recording whose process ended goes on in the next one, or is finished by it.

mod left;
mod people;
mod running;

use super::library::Library;
use crate::{audio_pipeline::AudioPipeline, identity::Keys};
use actix::ArbiterHandle;
use actors::{
    Clock, RoomsHandle, Timestamp,
    ids::{RecordingId, RoomId},
    ports::{Recorder, RecorderNews, RecordingOrder},
    protocol::RecordingStop,
};
use people::People;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, watch};

/// What recordings need of the server.
pub struct RecordingServiceSetup {
    pub clock: Clock,
    pub library: Library,
    /// Reports are signed with the active one.
    pub keys: Keys,
    /// Bytes that stay free on the disk.
    pub keep_free: u64,
    /// A file of more bytes ends at the next keyframe.
    pub segment_max: u64,
    /// Writes everybody's sound as WAV besides, where that is wanted.
    pub sound: Option<AudioPipeline>,
    /// Recordings are spread over these. Their threads wait for the disk.
    pub arbiters: Vec<ArbiterHandle>,
}

/// Cheap to clone; clones are the same service.
#[derive(Clone)]
pub struct RecordingService(Arc<Inner>);

struct Inner {
    setup: RecordingServiceSetup,
    rooms: watch::Sender<Option<RoomsHandle>>,
    running: Mutex<Kept>,
    /// One ended.
    ended: Notify,
}

#[derive(Default)]
struct Kept {
    recordings: BTreeMap<RoomId, Running>,
    /// The server is stopping: nothing begins any more.
    closed: bool,
}

/// What is told of a recording while it runs.
#[derive(Clone)]
struct Running {
    id: RecordingId,
    began: Timestamp,
    people: Arc<Mutex<People>>,
    stop: watch::Sender<Option<Stop>>,
}

/// Why a recording's task ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    Over {
        at: Timestamp,
        failed: bool,
    },
    /// The process ends: it goes on in the next one.
    Paused,
}

impl RecordingService {
    pub fn new(setup: RecordingServiceSetup) -> Self {
        let (rooms, _) = watch::channel(None);
        Self(Arc::new(Inner { setup, rooms, running: Mutex::default(), ended: Notify::new() }))
    }

    /// The rooms are there: recordings that wait for them begin, and those that the process before left are looked after.
    pub fn serve(&self, rooms: RoomsHandle) {
        self.0.rooms.send_replace(Some(rooms));
        let service = self.clone();
        if let Some(arbiter) = self.0.setup.arbiters.first() {
            arbiter.spawn(left::look_after(service));
        }
    }

    /// Closes every file, so that the recordings go on in the next process; returns when that is done, or after `patience`.
    pub async fn pause(&self, patience: Duration) {
        {
            let mut kept = self.kept();
            kept.closed = true;
            for running in kept.recordings.values() {
                running.stop.send_replace(Some(Stop::Paused));
            }
        }
        if tokio::time::timeout(patience, self.none_running()).await.is_err() {
            tracing::warn!("some recordings were not closed in time; they are mended at the next start");
        }
    }

    async fn none_running(&self) {
        loop {
            let ended = self.0.ended.notified();
            if self.kept().recordings.is_empty() {
                return;
            }
            ended.await;
        }
    }

    /// The recordings that are being kept now.
    pub fn running(&self) -> Vec<RecordingId> {
        self.kept().recordings.values().map(|running| running.id).collect()
    }

    async fn rooms(&self) -> Option<RoomsHandle> {
        let mut rooms = self.0.rooms.subscribe();
        rooms.wait_for(Option::is_some).await.ok().and_then(|rooms| rooms.clone())
    }

    fn begin(&self, room: RoomId, order: RecordingOrder) {
        let mut kept = self.kept();
        if kept.closed || kept.recordings.get(&room).is_some_and(|running| running.id == order.recording) {
            return;
        }
        let (stop, stopped) = watch::channel(None);
        let running = Running { id: order.recording, began: order.started_at, people: Arc::default(), stop };
        // Another one of this room is over, as its end was told before or got lost with the process.
        if let Some(other) = kept.recordings.insert(room, running.clone()) {
            let at = self.0.setup.clock.now();
            other.stop.send_if_modified(|stop| stop.is_none() && stop.replace(Stop::Over { at, failed: false }).is_none());
        }
        drop(kept);
        metrics::counter!("greenroom_recordings_total").increment(1);
        metrics::gauge!("greenroom_recordings_running").increment(1.0);
        let arbiters = &self.0.setup.arbiters;
        let arbiter = arbiters[order.recording.0.as_u128() as usize % arbiters.len()].clone();
        let service = self.clone();
        let home = arbiter.clone();
        arbiter.spawn(async move {
            running::run(&service, order, &running, stopped, home).await;
            service.forget(room, running.id);
        });
    }

    fn forget(&self, room: RoomId, id: RecordingId) {
        let mut kept = self.kept();
        if kept.recordings.get(&room).is_some_and(|running| running.id == id) {
            kept.recordings.remove(&room);
        }
        drop(kept);
        metrics::gauge!("greenroom_recordings_running").decrement(1.0);
        self.0.ended.notify_waiters();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for RecordingService {
    fn tell(&self, room: RoomId, news: RecorderNews) {
        match news {
            RecorderNews::Runs(order) => self.begin(room, *order),
            RecorderNews::People { people, at } => {
                if let Some(running) = self.kept().recordings.get(&room) {
                    let at_ms = at.0.saturating_sub(running.began.0);
                    running.people.lock().unwrap_or_else(PoisonError::into_inner).note(people, at_ms);
                }
            }
            RecorderNews::Stopped { recording, reason, at } => {
                if let Some(running) = self.kept().recordings.get(&room).filter(|running| running.id == recording) {
                    running.stop.send_replace(Some(Stop::Over { at, failed: reason == RecordingStop::Failed }));
                }
            }
        }
    }
}

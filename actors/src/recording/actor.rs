//! The actors of a recording, one a track: each reads its ring and writes its file, on an arbiter whose thread may wait for the disk. One that
//! panics is made again and goes on with the same ring, in another file.

use super::{
    book::{RecordingBook, TrackKey, TrackState},
    files::RecordingFiles,
    sender_clock::{SenderClock, SenderClocks},
    track::TrackRecorder,
};
use crate::{
    clock::{Clock, Timestamp},
    ids::RoomId,
    meeting_manager::RoomsHandle,
    ports::MediaSink,
    protocol::{CommandError, Purpose},
    sinks::{ConsentedTrack, MediaNeed, NeededMedia, RingReader, SinkFactory, ring},
    supervise::{BackOff, Pulse, PulseWatch},
};
use actix::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often a ring is read: what a crash takes beside what was not synced.
const EVERY: Duration = Duration::from_millis(100);
/// Some seconds of a large picture: a disk that stands still for so long costs nothing.
const PLACES: usize = 4_096;

/// What the tracks of a recording need.
#[derive(Clone)]
pub struct RecordingSetup {
    pub clock: Clock,
    pub files: Arc<dyn RecordingFiles>,
    /// Its thread waits for the disk, and for nothing else.
    pub arbiter: ArbiterHandle,
    /// When the recording began; of one that goes on after a restart, at first.
    pub began: Timestamp,
    /// A file of more bytes ends at the next keyframe; [`SEGMENT_MAX`](super::track::SEGMENT_MAX) unless somebody wants smaller ones.
    pub segment_max: u64,
    /// What is known of it already, if it goes on: its numbers go on, and so do its ledgers.
    pub known: BTreeMap<TrackKey, TrackState>,
}

/// A recording of a room's open session. Dropped, it hears no more.
pub struct Recording {
    need: Option<MediaNeed>,
    book: Arc<RecordingBook>,
}

impl Recording {
    /// Records whoever agreed, and whoever agrees from now on. `Err`: no session is open.
    pub fn start(rooms: &RoomsHandle, room: RoomId, media: NeededMedia, mut setup: RecordingSetup) -> Result<Self, CommandError> {
        let book = Arc::new(RecordingBook::resuming(std::mem::take(&mut setup.known)));
        let (kept, senders) = (book.clone(), SenderClocks::default());
        let sinks: SinkFactory =
            Arc::new(move |track: &ConsentedTrack| record(track, &setup, senders.of(track.participant()), &kept));
        let need = rooms.need(room, Purpose::Recording, media, sinks)?;
        Ok(Self { need: Some(need), book })
    }

    pub fn tracks(&self) -> BTreeMap<TrackKey, TrackState> {
        self.book.read()
    }

    /// Hears no more, and answers when all files are closed; after `patience` with what is known by then.
    pub async fn stop(mut self, patience: Duration) -> BTreeMap<TrackKey, TrackState> {
        drop(self.need.take());
        let _ = tokio::time::timeout(patience, self.book.all_ended()).await;
        self.book.read()
    }
}

/// A sink for the track, and the actor that empties it.
fn record(track: &ConsentedTrack, setup: &RecordingSetup, sender: SenderClock, book: &Arc<RecordingBook>) -> Arc<dyn MediaSink> {
    let (sink, reader) = ring(PLACES, || ());
    let key = TrackKey { participant: track.participant(), source: track.source() };
    let life = Life {
        key,
        setup: setup.clone(),
        sender,
        book: book.clone(),
        reader: Arc::new(Mutex::new(reader)),
        over: Arc::new(AtomicBool::new(false)),
    };
    let segments = book.begin(key);
    setup.arbiter.spawn(watch_over(life, segments));
    Arc::new(sink)
}

/// What outlives the actor of a track.
#[derive(Clone)]
struct Life {
    key: TrackKey,
    setup: RecordingSetup,
    sender: SenderClock,
    book: Arc<RecordingBook>,
    reader: Arc<Mutex<RingReader>>,
    /// It ended in order.
    over: Arc<AtomicBool>,
}

impl Life {
    fn now_us(&self) -> u64 {
        self.setup.clock.now().0 * 1_000
    }
}

/// Makes the actor, and makes it again until it has ended in order.
async fn watch_over(life: Life, mut segments: u32) {
    let mut back_off = BackOff::default();
    loop {
        TrackActor::start(life.clone(), segments).gone().await;
        if life.over.load(Ordering::Acquire) {
            return;
        }
        metrics::counter!("greenroom_actor_restarts_total", "actor" => "recording").increment(1);
        tracing::error!(participant = %life.key.participant.short(), source = ?life.key.source, "a recording's actor ended; making it again");
        tokio::time::sleep(back_off.next_pause()).await;
        let now_ms = (life.now_us() / 1_000).saturating_sub(life.setup.began.0);
        segments = life.book.restart(life.key, now_ms);
    }
}

struct TrackActor {
    life: Life,
    recorder: Option<TrackRecorder>,
    _pulse: Pulse,
}

impl TrackActor {
    /// On this arbiter.
    fn start(life: Life, segments: u32) -> PulseWatch {
        let pulse = Pulse::new();
        let watch = pulse.watch();
        let (key, setup) = (life.key, &life.setup);
        let began_us = setup.began.0 * 1_000;
        let recorder = TrackRecorder::new(key.participant, key.source, began_us, segments, setup.files.clone())
            .with_segments_of(setup.segment_max)
            .beside(life.sender.clone());
        TrackActor { life, recorder: Some(recorder), _pulse: pulse }.start();
        watch
    }

    fn step(&mut self, ctx: &mut Context<Self>) {
        let Some(recorder) = &mut self.recorder else { return };
        let (now_us, mut events) = (self.life.now_us(), Vec::new());
        let ended = {
            let mut reader = self.life.reader.lock().unwrap_or_else(PoisonError::into_inner);
            recorder.step(&mut reader, now_us, &mut events)
        };
        let key = self.life.key;
        let Some(why) = ended else { return self.life.book.note(key, events, recorder.ledger()) };
        if let Some(recorder) = self.recorder.take() {
            let ledger = recorder.finish(now_us, &mut events);
            self.life.book.note(key, events, ledger);
        }
        self.life.over.store(true, Ordering::Release);
        self.life.book.end(key, why);
        ctx.stop();
    }
}

impl Actor for TrackActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(EVERY, Self::step);
    }
}

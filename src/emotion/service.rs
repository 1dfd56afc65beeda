//! Emotion in meetings: listens to those who agree, in rooms that ask for it, and tells the room.

use super::{EmotionError, Emotions, Judge, JudgeError, live};
use crate::audio::AudioError;
use actix::ArbiterHandle;
use actors::{
    Clock, RoomsHandle,
    ids::{ParticipantId, RoomId, SessionId},
    ports::{Clip, ClipAnswer, EmotionReader, MediaSink},
    protocol::{CommandError, EmotionReading, ErrorCode, Purpose, Source},
    sinks::{ConsentedTrack, MediaNeed, NeededMedia, SinkFactory, SinkItem},
};
use base64::Engine as _;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How often, and how far apart, a room is asked whose session is just being opened.
const TRIES: u32 = 25;
const APART: Duration = Duration::from_millis(200);

/// Cheap to clone; clones are the same service.
#[derive(Clone)]
pub struct EmotionService(Arc<Inner>);

struct Inner {
    clock: Clock,
    judge: Judge,
    rooms: OnceLock<RoomsHandle>,
    arbiters: Vec<ArbiterHandle>,
    next: AtomicUsize,
    listening: Mutex<BTreeMap<RoomId, Listening>>,
}

/// What was last said of a room. `turn` tells an older wish from a newer.
struct Listening {
    session: SessionId,
    turn: u64,
    need: Option<MediaNeed>,
}

impl EmotionService {
    /// Speakers are spread over the arbiters, whose threads give way to media.
    pub fn new(clock: Clock, judge: Judge, arbiters: Vec<ArbiterHandle>) -> Self {
        for arbiter in &arbiters {
            let _ = arbiter.spawn_fn(crate::inference::priority::lower);
        }
        let (rooms, next, listening) = (OnceLock::new(), AtomicUsize::new(0), Mutex::default());
        Self(Arc::new(Inner { clock, judge, rooms, arbiters, next, listening }))
    }

    /// The rooms are there: those that asked meanwhile are listened to.
    pub fn serve(&self, rooms: RoomsHandle) {
        drop(self.0.rooms.set(rooms));
    }

    pub fn judge(&self) -> &Judge {
        &self.0.judge
    }

    /// Are there models that can be used?
    pub fn can(&self) -> bool {
        self.0.judge.emotions().is_ok()
    }

    /// `Err` with why emotion is off, or that it doesn't keep up.
    pub fn check(&self) -> Result<(), String> {
        if let Some(Err(error)) = self.0.judge.frames() {
            return Err(format!("pictures: {error}"));
        }
        self.0.judge.emotions().map_err(EmotionError::to_string)?.state().check()
    }

    fn listening(&self) -> MutexGuard<'_, BTreeMap<RoomId, Listening>> {
        self.0.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The turn of this wish, where it is news.
    fn wish(&self, room: RoomId, session: SessionId) -> Option<u64> {
        let mut listening = self.listening();
        let before = listening.get(&room);
        if before.is_some_and(|before| before.session == session) {
            return None;
        }
        let turn = before.map_or(0, |before| before.turn + 1);
        let old = listening.insert(room, Listening { session, turn, need: None });
        drop(listening);
        drop(old);
        Some(turn)
    }

    /// Asks the room for its tracks until its session is open.
    async fn attach(self, room: RoomId, turn: u64, emotions: Emotions) {
        for _ in 0..TRIES {
            if self.listening().get(&room).is_none_or(|listening| listening.turn != turn) {
                return;
            }
            let need = self.0.rooms.get().and_then(|rooms| {
                let factory = self.clone().factory(room, rooms.clone(), emotions.clone());
                rooms.need(room, Purpose::Emotion, NeededMedia::Audio, factory).ok()
            });
            if let Some(need) = need {
                return self.keep(room, turn, need);
            }
            tokio::time::sleep(APART).await;
        }
        tracing::warn!(room = %room.short(), "a room asked for emotion, and its session never opened");
    }

    fn keep(&self, room: RoomId, turn: u64, need: MediaNeed) {
        let mut listening = self.listening();
        let unwanted = match listening.get_mut(&room).filter(|listening| listening.turn == turn) {
            Some(listening) => listening.need.replace(need),
            None => Some(need),
        };
        drop(listening);
        drop(unwanted);
    }

    /// Makes a speaker's actor for each microphone.
    fn factory(self, room: RoomId, rooms: RoomsHandle, emotions: Emotions) -> SinkFactory {
        Arc::new(move |track: &ConsentedTrack| -> Arc<dyn MediaSink> {
            if track.source() != Source::Microphone {
                return Arc::new(Deaf);
            }
            let at = self.0.next.fetch_add(1, Ordering::Relaxed);
            let Some(arbiter) = self.0.arbiters.get(at % self.0.arbiters.len().max(1)) else { return Arc::new(Deaf) };
            let rooms = rooms.clone();
            let tell = Arc::new(move |reading: EmotionReading| rooms.tell_emotion(room, reading));
            live::listen(track.participant(), emotions.clone(), arbiter, tell)
        })
    }
}

impl EmotionReader for EmotionService {
    fn listen(&self, room: RoomId, session: SessionId, wanted: bool) {
        let Ok(emotions) = self.0.judge.emotions() else { return };
        if !wanted {
            let gone = self.listening().remove(&room);
            return drop(gone);
        }
        if let (Some(turn), Some(arbiter)) = (self.wish(room, session), self.0.arbiters.first()) {
            arbiter.spawn(self.clone().attach(room, turn, emotions.clone()));
        }
    }

    fn clip(&self, participant: ParticipantId, clip: Clip) -> ClipAnswer {
        let service = self.clone();
        Box::pin(async move {
            let judged = match clip {
                Clip::File(file) => service.judge().bytes(file).await,
                Clip::Base64(text) => {
                    let file = base64::engine::general_purpose::STANDARD.decode(text);
                    service.judge().bytes(file.map_err(|_| CommandError::bad_field("clip", "must be base64"))?).await
                }
            };
            let view = judged.map_err(refused)?.view;
            Ok(live::reading(participant, service.0.clock.now(), &view))
        })
    }
}

fn refused(error: JudgeError) -> CommandError {
    match error {
        JudgeError::Off(_) => CommandError::not_available("emotion"),
        JudgeError::Busy | JudgeError::Listen(super::ListenError::NoAnswer(_)) => CommandError::busy(),
        JudgeError::Audio(AudioError::Io(error)) => {
            tracing::error!(%error, "a clip can't be read");
            CommandError::new(ErrorCode::Internal, "the clip could not be read here")
        }
        JudgeError::Panicked => CommandError::new(ErrorCode::Internal, "the clip could not be judged"),
        error => CommandError::bad_field("clip", error.to_string()),
    }
}

/// For tracks that are nobody's voice.
struct Deaf;

impl MediaSink for Deaf {
    fn put(&self, _: SinkItem) -> bool {
        true
    }
}

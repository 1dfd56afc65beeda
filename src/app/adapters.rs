//! Makes what the server consists of, in the order in which each needs the one before.

use super::AppError;
use crate::{
    audio::{DECODE_LIMIT, Ffmpeg, Opener},
    audio_pipeline::{self, AudioPipeline},
    blocking::Blocking,
    config::{self, Config},
    emotion::{EmotionError, EmotionService, Emotions, Frames, Judge, OutsideVoices, ProviderSetup, Reach},
    identity::{ApiKeys, Keys, Passwords, RefreshTokens, Secret, Tokens, Turn, TurnConfig},
    media::Media,
    recording::{RecordingService, library::Library, recorder::RecordingServiceSetup},
    store::Store,
    web::{
        Parts,
        docs::Docs,
        egress::Streams,
        health::Health,
        rate_limit::Limits,
        recordings::Opened,
        state::Shared,
        static_files::StaticFiles,
        ws::{JoinTokens, Signalling},
    },
};
use actix::Arbiter;
use actix_web::web::Data;
use actors::{
    Clock, RoomsHandle, RoomsSetup, Timestamp,
    ids::{RoomId, SessionId},
    participant::{limits::RateLimits, outbox::OutboxLimits},
    ports::{EmotionReader, Recorder},
    protocol::{Consents, EmotionReading, Purpose},
    room::{Claims, Rules},
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize},
    },
    thread,
    time::{Duration, SystemTime},
};

/// What `iss` says in our tokens.
const ISSUER: &str = "greenroom";
/// Calls of browsers that bring backups, at the disk and in line for it.
const BACKUPS_AT_ONCE: usize = 2;
const BACKUPS_WAITING: usize = 64;
/// A socket that is silent for twice as long is dead.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Opens and starts everything but the listener.
pub fn build(config: &Config, metrics: PrometheusHandle, media: Option<&Media>) -> Result<Parts, AppError> {
    let store = Store::open(&config.data_dir).map_err(|error| AppError::DataDir { path: config.data_dir.clone(), error })?;
    let keys = Keys::open(&config.data_dir)?;
    let clock = Clock::starting_at(wall());
    let turn = Arc::new(turn(config));
    let emotion = emotion(config, clock);
    let library = Library::new(store.clone(), clock, config).map_err(AppError::Recordings)?;
    let audio = audio_pipeline(config);
    if let Ok(emotions) = emotion.judge().emotions() {
        judge_outside_voices(emotions.clone(), &audio, &store);
    }
    let recorder = (config.recording && media.is_some()).then(|| recorder(config, clock, &library, &keys, &audio));
    let rooms = RoomsHandle::start(rooms_setup(config, clock, &store, &turn, media, &emotion, recorder.as_ref()));
    emotion.serve(rooms.clone());
    if let Some(recorder) = &recorder {
        recorder.serve(rooms.clone());
    }
    let tokens = Tokens::new(keys.clone(), ISSUER);
    let shared = Shared {
        config: config.clone(),
        clock,
        rooms: rooms.clone(),
        keys,
        tokens: tokens.clone(),
        passwords: Passwords::new().map_err(AppError::Passwords)?,
        refresh_tokens: RefreshTokens::new(store.clone()),
        api_keys: ApiKeys::new(store.clone()),
        turn,
        health: Arc::new(Health::default()),
        limits: Limits::new(config),
        library,
        recorder,
        opened: Opened::default(),
        emotion,
        metrics,
        audio,
        streams: Streams::default(),
        backups: Blocking::new(BACKUPS_AT_ONCE, BACKUPS_WAITING),
        store,
    };
    Ok(Parts {
        files: Data::new(StaticFiles::new(config)),
        docs: Data::new(Docs::new()),
        signalling: Data::new(signalling(config, rooms, tokens, clock)),
        shared: Data::new(shared),
    })
}

fn audio_pipeline(config: &Config) -> AudioPipeline {
    let limits = audio_pipeline::Limits {
        tracks: config.audio_tracks_max,
        keep_free: config.session_keep_free_bytes,
        ..audio_pipeline::Limits::default()
    };
    AudioPipeline::new(&config.data_dir, limits)
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_millis() as u64)
}

fn provider(config: &Config, url: &str) -> ProviderSetup {
    let reach = match (config.emotion_provider_private, config.dev) {
        (true, _) => Reach::Anywhere,
        (false, true) => Reach::PublicAndLoopback,
        (false, false) => Reach::Public,
    };
    ProviderSetup { url: url.to_owned(), key: config.emotion_provider_key.clone(), reach }
}

/// Models that can't be used leave it off; the server starts all the same, and says so.
fn emotion(config: &Config, clock: Clock) -> EmotionService {
    let emotions = match (config.emotion, &config.emotion_provider_url) {
        (false, _) => Err(EmotionError::SwitchedOff),
        (true, Some(url)) => Emotions::by_provider(provider(config, url)),
        (true, None) => Emotions::open(config.onnxruntime_library.as_deref(), config.emotion_model_dir.as_deref()),
    };
    match &emotions {
        Ok(emotions) => tracing::info!(runtime = emotions.backend(), "emotion can be read"),
        Err(EmotionError::SwitchedOff) => {}
        Err(error) => tracing::error!(%error, "emotion is off"),
    }
    let opener = Opener { ffmpeg: Ffmpeg::find(&config.recording_ffmpeg, DECODE_LIMIT) };
    let frames = config.emotion_frame_model.as_ref().filter(|_| config.emotion);
    let frames = frames.map(|path| Frames::open(config.onnxruntime_library.as_deref(), path, opener.ffmpeg.clone()));
    if let Some(Err(error)) = &frames {
        tracing::error!(%error, "pictures can't be judged");
    }
    let judge = Judge::new(emotions, opener, Duration::from_secs(config.max_emotion_file_seconds)).with_frames(frames);
    EmotionService::new(clock, judge, vec![Arbiter::new().handle()])
}

/// What other servers send of those who agreed goes into their session's report.
fn judge_outside_voices(emotions: Emotions, audio: &AudioPipeline, store: &Store) {
    let (store, arbiter) = (store.clone(), Arbiter::current());
    let keep = move |session: SessionId, name: String, reading: EmotionReading| {
        let kept = store.add_emotion(session, Some(name), reading);
        arbiter.spawn(async move {
            if let Err(error) = kept.await {
                tracing::warn!(%error, session = session.short(), "what a voice sounded like could not be kept");
            }
        });
    };
    match OutsideVoices::start(emotions, Box::new(keep)) {
        Ok(voices) => audio.hand_to(Purpose::Emotion, Arc::new(voices)),
        Err(error) => tracing::error!(%error, "no thread for voices that other servers send: they are not judged"),
    }
}

fn turn(config: &Config) -> Turn {
    Turn::new(TurnConfig {
        stun_urls: config.stun_urls.clone(),
        turn_urls: config.turn_urls.clone(),
        secret: config.turn_secret.as_ref().map(|secret: &config::Secret| Secret::new(secret.reveal())),
        lifetime: Duration::from_secs(config.turn_lifetime_seconds),
    })
}

/// Recordings have threads of their own, which wait for the disk.
fn recorder(config: &Config, clock: Clock, library: &Library, keys: &Keys, audio: &AudioPipeline) -> RecordingService {
    let cores = thread::available_parallelism().map_or(2, usize::from);
    RecordingService::new(RecordingServiceSetup {
        clock,
        library: library.clone(),
        keys: keys.clone(),
        keep_free: config.recording_keep_free_bytes,
        segment_max: config.recording_segment_bytes,
        sound: config.recording_wav.then(|| audio.clone()),
        arbiters: (0..cores).map(|_| Arbiter::new().handle()).collect(),
    })
}

/// Rooms are spread over one arbiter a core.
fn rooms_setup(
    config: &Config,
    clock: Clock,
    store: &Store,
    turn: &Arc<Turn>,
    media: Option<&Media>,
    emotion: &EmotionService,
    recorder: Option<&RecordingService>,
) -> RoomsSetup {
    let cores = thread::available_parallelism().map_or(2, usize::from);
    RoomsSetup {
        clock,
        store: Arc::new(store.clone()),
        ice: turn.clone(),
        media: media.map(Media::plane),
        recorder: recorder.map(|recorder| Arc::new(recorder.clone()) as Arc<dyn Recorder>),
        emotion: emotion.can().then(|| Arc::new(emotion.clone()) as Arc<dyn EmotionReader>),
        rules: rules(config),
        outbox: OutboxLimits { patience: Duration::from_secs(config.slow_consumer_seconds), ..OutboxLimits::default() },
        rates: RateLimits::default(),
        dev: config.dev,
        arbiters: (0..cores).map(|_| Arbiter::new().handle()).collect(),
    }
}

fn rules(config: &Config) -> Rules {
    Rules {
        resume_grace_ms: config.resume_grace_seconds * 1000,
        knock_grace_ms: config.knock_grace_seconds * 1000,
        admission_lease_ms: config.admission_seconds * 1000,
        empty_grace_ms: config.empty_room_seconds * 1000,
        host_absent_grace_ms: config.host_grace_seconds * 1000,
        participants_max: config.max_participants_per_room as usize,
        ..Rules::default()
    }
}

fn signalling(config: &Config, rooms: RoomsHandle, tokens: Tokens, clock: Clock) -> Signalling {
    Signalling {
        rooms,
        tokens: Arc::new(JoinTokenReader { tokens, clock }),
        max_frame_bytes: config.max_frame_bytes,
        hello_timeout: Duration::from_secs(config.hello_timeout_seconds),
        ping_every: PING_EVERY,
        max_sockets: config.max_connections,
        opened: AtomicU64::new(0),
        open: AtomicUsize::new(0),
    }
}

/// A purpose that this version does not know grants nothing.
fn consents(purposes: &[String]) -> Consents {
    Consents::granting(Purpose::ALL.into_iter().filter(|purpose| purposes.iter().any(|granted| granted == purpose.name())))
}

/// Verifies join tokens for sockets.
struct JoinTokenReader {
    tokens: Tokens,
    clock: Clock,
}

impl JoinTokens for JoinTokenReader {
    fn read(&self, token: &str) -> Option<(RoomId, Claims)> {
        let join = self.tokens.verify_join(token, self.clock.now()).ok()?;
        let claims = Claims {
            user_id: join.identity.account(),
            identity: join.identity,
            display_name: join.display_name.unwrap_or_else(|| "Guest".to_owned()),
            role: join.role,
            guest: join.guest,
            consents: consents(&join.purposes),
            few_links: false,
        };
        Some((join.room_id, claims))
    }
}

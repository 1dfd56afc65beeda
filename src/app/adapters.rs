//! Makes what the server consists of, in the order in which each needs the one before.

use super::AppError;
use crate::{
    config::{self, Config},
    identity::{ApiKeys, Keys, Passwords, RefreshTokens, Secret, Tokens, Turn, TurnConfig},
    media::Media,
    store::Store,
    web::{
        Parts,
        docs::Docs,
        health::Health,
        rate_limit::Limits,
        state::Shared,
        static_files::StaticFiles,
        ws::{JoinTokens, Signalling},
    },
};
use actix::Arbiter;
use actix_web::web::Data;
use actors::{
    Clock, RoomsHandle, RoomsSetup, Timestamp,
    ids::RoomId,
    participant::{limits::RateLimits, outbox::OutboxLimits},
    protocol::Consents,
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
/// A socket that is silent for twice as long is dead.
const PING_EVERY: Duration = Duration::from_secs(5);

/// Opens and starts everything but the listener.
pub fn build(config: &Config, metrics: PrometheusHandle, media: Option<&Media>) -> Result<Parts, AppError> {
    let store = Store::open(&config.data_dir).map_err(|error| AppError::DataDir { path: config.data_dir.clone(), error })?;
    let keys = Keys::open(&config.data_dir)?;
    let clock = Clock::starting_at(wall());
    let turn = Arc::new(turn(config));
    let rooms = RoomsHandle::start(rooms_setup(config, clock, &store, &turn, media));
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
        metrics,
        store,
    };
    Ok(Parts {
        files: Data::new(StaticFiles::new(config)),
        docs: Data::new(Docs::new()),
        signalling: Data::new(signalling(config, rooms, tokens, clock)),
        shared: Data::new(shared),
    })
}

fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since.as_millis() as u64)
}

fn turn(config: &Config) -> Turn {
    Turn::new(TurnConfig {
        stun_urls: config.stun_urls.clone(),
        turn_urls: config.turn_urls.clone(),
        secret: config.turn_secret.as_ref().map(|secret: &config::Secret| Secret::new(secret.reveal())),
        lifetime: Duration::from_secs(config.turn_lifetime_seconds),
    })
}

/// Rooms are spread over one arbiter a core.
fn rooms_setup(config: &Config, clock: Clock, store: &Store, turn: &Arc<Turn>, media: Option<&Media>) -> RoomsSetup {
    let cores = thread::available_parallelism().map_or(2, usize::from);
    RoomsSetup {
        clock,
        store: Arc::new(store.clone()),
        ice: turn.clone(),
        media: media.map(Media::plane),
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
    let granted = |purpose: &str| purposes.iter().any(|granted| granted == purpose);
    Consents {
        recording: granted("recording"),
        transcription: granted("transcription"),
        emotion: granted("emotion"),
        assistant: granted("assistant"),
    }
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

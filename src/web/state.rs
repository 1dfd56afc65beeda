//! What the routes share.

use super::{client_ip::client_ip, egress::Streams, error::Problem, health::Health, rate_limit::Limits, recordings::Opened};
use crate::{
    audio_pipeline::AudioPipeline,
    blocking::Blocking,
    config::Config,
    emotion::EmotionService,
    identity::{ApiKeys, Guest, Join, Keys, Passwords, RefreshTokens, Tokens, Turn},
    recording::{RecordingService, library::Library},
    store::{Store, models::RoomRow},
};
use actix_web::HttpRequest;
use actors::{
    Clock, RoomsHandle,
    ids::{Identity, RoomId, TenantId},
    protocol::Role,
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

/// One for the whole server, behind an `Arc` in every worker.
pub struct Shared {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub rooms: RoomsHandle,
    pub keys: Keys,
    pub tokens: Tokens,
    pub passwords: Passwords,
    pub refresh_tokens: RefreshTokens,
    pub api_keys: ApiKeys,
    pub turn: Arc<Turn>,
    pub health: Arc<Health>,
    pub limits: Limits,
    pub library: Library,
    /// Records, where this server does.
    pub recorder: Option<RecordingService>,
    /// Links to recordings that were used.
    pub opened: Opened,
    pub emotion: EmotionService,
    pub metrics: PrometheusHandle,
    /// Sound of our own tracks and of other servers, into files and to whoever listens.
    pub audio: AudioPipeline,
    /// Streams of other servers.
    pub streams: Streams,
    /// Work at the disk for browsers' backups.
    pub backups: Blocking,
}

impl Shared {
    /// The address that a request counts for.
    pub fn client_ip(&self, request: &HttpRequest) -> IpAddr {
        client_ip(request, &self.config.trusted_proxies)
    }

    /// New work is refused while shutting down.
    pub fn accepting(&self) -> Result<(), Problem> {
        if self.health.is_draining() {
            Err(Problem::unavailable("draining", "the server is shutting down; try again"))
        } else {
            Ok(())
        }
    }

    /// Milliseconds since 1970 UTC, as columns keep them.
    pub fn now_ms(&self) -> i64 {
        crate::store::models::millis(self.clock.now())
    }

    /// A token to say hello with in this room.
    pub fn join_token(
        &self,
        room: &RoomRow,
        identity: &Identity,
        name: &str,
        role: Role,
        purposes: Vec<String>,
    ) -> Result<String, Problem> {
        let join = Join {
            room_id: RoomId(room.id.0),
            tenant_id: TenantId(room.tenant_id.0),
            identity: identity.clone(),
            role,
            display_name: Some(name.to_owned()),
            guest: identity.is_guest(),
            known: false,
            purposes,
        };
        Ok(self.tokens.issue_join(&join, self.clock.now()).into_text())
    }

    /// What makes somebody without an account the same person next time.
    pub fn guest_token(&self, tenant: Uuid, identity: &Identity) -> Result<String, Problem> {
        let guest_id = identity.as_str().strip_prefix("guest:").and_then(|id| id.parse().ok());
        let guest_id = guest_id.ok_or_else(|| Problem::internal("a guest token was asked for somebody who is no guest"))?;
        let guest = Guest { guest_id, tenant_id: TenantId(tenant), display_name: None };
        Ok(self.tokens.issue_guest(&guest, self.clock.now()).into_text())
    }
}

//! Is this process alive, does it take new work, and what does it count?

use super::state::Shared;
use actix_web::{HttpResponse, http::StatusCode, web::Data};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// What the process itself knows of its state.
#[derive(Default)]
pub struct Health {
    draining: AtomicBool,
}

impl Health {
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// One component's state.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Component {
    ready: bool,
    /// Without it, meetings go on and new work is taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    /// Why not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Result<(), String>> for Component {
    fn from(state: Result<(), String>) -> Self {
        Self { ready: state.is_ok(), optional: false, reason: state.err() }
    }
}

impl Component {
    fn optional(state: Result<(), String>) -> Self {
        Self { optional: true, ..state.into() }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct Readiness {
    ready: bool,
    components: BTreeMap<&'static str, Component>,
}

/// Alive: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "operations", responses((status = 200, description = "The process answers")))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

/// Ready: new work may come here. Says why not, a component each.
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "Takes new work", body = Readiness),
    (status = 503, description = "Does not, and why", body = Readiness),
))]
pub async fn readyz(shared: Data<Shared>) -> HttpResponse {
    let readiness = readiness(&shared).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(readiness)
}

const PATIENCE: Duration = Duration::from_secs(2);

async fn readiness(shared: &Shared) -> Readiness {
    let serving = if shared.health.is_draining() { Err("the server is shutting down".to_owned()) } else { Ok(()) };
    let storage = match tokio::time::timeout(PATIENCE, shared.store.check()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    };
    let rooms = if shared.rooms.is_ready() { Ok(()) } else { Err("the rooms are being started again".to_owned()) };
    let emotion = Component::optional(shared.emotion.check());
    let mut components = BTreeMap::from([("serving", serving.into()), ("storage", storage.into()), ("rooms", rooms.into())]);
    if shared.config.emotion {
        components.insert("emotion", emotion);
    }
    Readiness { ready: components.values().all(|component: &Component| component.ready || component.optional), components }
}

/// Counts for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses((status = 200, description = "Prometheus text format", content_type = "text/plain", body = String)))]
pub async fn metrics(shared: Data<Shared>) -> HttpResponse {
    metrics::gauge!("greenroom_ready").set(if shared.health.is_draining() { 0.0 } else { 1.0 });
    super::process::record();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(shared.metrics.render())
}

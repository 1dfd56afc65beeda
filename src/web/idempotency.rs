//! `Idempotency-Key`: the same request sent twice happens once and is answered twice.

use super::{error::Problem, state::Shared};
use crate::store::Claim;
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::future::Future;
use uuid::Uuid;

/// A claim whose request never ended (the process died) may be taken again after this long.
const ABANDONED_AFTER_MS: i64 = 30_000;
/// How long answers are kept to be said again.
pub const KEPT_MS: i64 = 24 * 3600 * 1000;

/// Who asks for what: keys of different people never meet.
pub struct Once<'a> {
    pub tenant: Uuid,
    pub actor: String,
    /// Method and route, so that a key used elsewhere is told apart.
    pub operation: &'static str,
    pub request: &'a HttpRequest,
}

impl Once<'_> {
    /// Does `work` unless this key did it already.
    pub async fn run<B, T, F>(self, shared: &Shared, body: &B, work: F) -> Result<HttpResponse, Problem>
    where
        B: Serialize,
        T: Serialize,
        F: Future<Output = Result<T, Problem>>,
    {
        let Some(key) = key_of(self.request)? else { return work.await.and_then(|answer| created(&answer)) };
        let hash = hash(self.operation, body);
        let claim =
            shared.store.claim_request(self.tenant, &self.actor, &key, &hash, shared.now_ms(), ABANDONED_AFTER_MS).await?;
        match claim {
            Claim::Yours => self.first(shared, &key, work).await,
            Claim::Done { status, body } => Ok(again(status, body)),
            Claim::InProgress => {
                Err(Problem::conflict("in_progress", "the first request with this Idempotency-Key is still at work"))
            }
            Claim::Mismatch => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this Idempotency-Key came with another request before",
            )),
        }
    }

    async fn first<T: Serialize>(
        self,
        shared: &Shared,
        key: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<HttpResponse, Problem> {
        match work.await {
            Ok(answer) => {
                let body = serde_json::to_string(&answer).map_err(Problem::internal)?;
                shared.store.finish_request(self.tenant, &self.actor, key, 201, body.clone()).await?;
                Ok(again(201, body))
            }
            Err(problem) => {
                // A failure is no answer to keep: the next try does the work.
                if let Err(error) = shared.store.abandon_request(self.tenant, &self.actor, key).await {
                    tracing::warn!(%error, "an idempotency key stays claimed for a while");
                }
                Err(problem)
            }
        }
    }
}

fn key_of(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let fits = (1..=255).contains(&value.len()) && value.as_bytes().iter().all(|b| b.is_ascii_graphic());
    match value.to_str() {
        Ok(key) if fits => Ok(Some(key.to_owned())),
        _ => Err(Problem::invalid_field("Idempotency-Key", "must have 1 to 255 visible characters")),
    }
}

fn hash<B: Serialize>(operation: &str, body: &B) -> String {
    let mut digest = Sha256::new();
    digest.update(operation);
    digest.update([0]);
    digest.update(serde_json::to_vec(body).unwrap_or_default());
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn created<T: Serialize>(answer: &T) -> Result<HttpResponse, Problem> {
    Ok(again(201, serde_json::to_string(answer).map_err(Problem::internal)?))
}

fn again(status: u16, body: String) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED);
    HttpResponse::build(status).insert_header(("cache-control", "no-store")).content_type("application/json").body(body)
}

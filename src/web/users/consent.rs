//! What somebody agrees to, whatever room they are in.

use super::Account;
use crate::{
    identity::ConsentGrant,
    store::{
        Id,
        models::{ConsentRow, timestamp},
    },
    web::{body::Body, error::Problem, state::Shared, users},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use actors::{
    Timestamp,
    ids::{TenantId, UserId},
    protocol::{Consents, Purpose},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is absent stays as it was.
#[derive(Deserialize, ToSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Purposes {
    recording: Option<bool>,
    transcription: Option<bool>,
    emotion: Option<bool>,
    assistant: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRequest {
    purposes: Purposes,
    /// Which wording they agreed to; at most 80 characters.
    text_version: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAnswer {
    #[schema(value_type = Object)]
    purposes: Consents,
    /// To show when joining; valid for a day.
    consent_token: String,
}

/// Records a consent or its withdrawal.
#[utoipa::path(post, path = "/api/v1/users/consent", tag = "accounts", request_body = ConsentRequest,
    responses((status = 200, body = ConsentAnswer), (status = 401), (status = 422)))]
pub async fn consent(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    Body(body): Body<ConsentRequest>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let user = users::row(&shared, &account).await?;
    let version = crate::web::text::line("textVersion", body.text_version.as_deref().unwrap_or("1"), 1, 80)?;
    let rows = rows(&body.purposes, &account, &version, shared.now_ms());
    shared.store.record_consents(rows).await?;
    users::log(&shared, &user, "consent.changed").await;
    let held = shared.store.consents_of(account.user).await?;
    let granted: Vec<String> = held.iter().filter(|row| row.granted).map(|row| row.purpose.clone()).collect();
    let mut purposes = Consents::default();
    for purpose in Purpose::ALL {
        if let Some(row) = held.iter().find(|row| row.purpose == purpose.name()) {
            *purposes.answer_mut(purpose) = row.granted.into();
        }
    }
    let grant = ConsentGrant { user_id: UserId(account.user), tenant_id: TenantId(account.tenant), purposes: granted };
    let consent_token = shared.tokens.issue_consent(&grant, shared.clock.now()).into_text();
    Ok(HttpResponse::Ok().json(ConsentAnswer { purposes, consent_token }))
}

/// Answers that one export holds.
const EXPORT_MAX: i64 = 10_000;

/// One answer as it was given.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GivenConsent {
    /// `recording`, `transcription`, `emotion` or `assistant`.
    purpose: String,
    granted: bool,
    /// Of the words with which they were asked.
    text_version: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The session in which it held; absent where it holds everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
pub struct GivenConsents {
    items: Vec<GivenConsent>,
}

/// All that I was asked and answered, newest first.
#[utoipa::path(get, path = "/api/v1/users/me/consents", tag = "accounts",
    responses((status = 200, body = GivenConsents), (status = 401)))]
pub async fn given(account: Account, shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    users::row(&shared, &account).await?;
    let rows = shared.store.answers_of(account.user, EXPORT_MAX).await?;
    let item = |row: ConsentRow| GivenConsent {
        purpose: row.purpose,
        granted: row.granted,
        text_version: row.text_version,
        at: timestamp(row.at),
        session_id: row.session_id.map(|id| id.0),
    };
    Ok(HttpResponse::Ok().json(GivenConsents { items: rows.into_iter().map(item).collect() }))
}

fn rows(purposes: &Purposes, account: &Account, version: &str, now: i64) -> Vec<ConsentRow> {
    let given = [
        ("recording", purposes.recording),
        ("transcription", purposes.transcription),
        ("emotion", purposes.emotion),
        ("assistant", purposes.assistant),
    ];
    let row = |(purpose, granted): (&str, Option<bool>)| {
        Some(ConsentRow {
            id: Id::new(),
            user_id: Id(account.user),
            purpose: purpose.to_owned(),
            granted: granted?,
            text_version: version.to_owned(),
            at: now,
            session_id: None,
        })
    };
    given.into_iter().filter_map(row).collect()
}

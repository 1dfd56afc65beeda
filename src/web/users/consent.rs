//! What somebody agrees to, whatever room they are in.

use super::Account;
use crate::{
    identity::ConsentGrant,
    store::{Id, models::ConsentRow},
    web::{body::Body, error::Problem, state::Shared, users},
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use actors::{
    ids::{TenantId, UserId},
    protocol::Consents,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    let has = |purpose: &str| granted.iter().any(|held| held == purpose);
    let purposes = Consents {
        recording: has("recording"),
        transcription: has("transcription"),
        emotion: has("emotion"),
        assistant: has("assistant"),
    };
    let grant = ConsentGrant { user_id: UserId(account.user), tenant_id: TenantId(account.tenant), purposes: granted };
    let consent_token = shared.tokens.issue_consent(&grant, shared.clock.now()).into_text();
    Ok(HttpResponse::Ok().json(ConsentAnswer { purposes, consent_token }))
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
        })
    };
    given.into_iter().filter_map(row).collect()
}

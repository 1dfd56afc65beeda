//! Keys for integrators, made by an account for what is its own.

use super::{
    auth::Account,
    body::Body,
    error::{FieldError, Problem},
    state::Shared,
    text, users,
};
use crate::{
    identity::{Scope, api_keys::scopes_of},
    store::models::{ApiKeyRow, timestamp},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use actors::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Keys that one account may have.
const MOST_KEYS: usize = 50;

#[derive(Deserialize, ToSchema)]
pub struct CreateApiKey {
    /// 1 to 80 characters.
    name: String,
    /// Of `rooms:read`, `rooms:write`, `sessions:read`, `users:write`, `audit:read`, `egress:write`; at least one.
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyView {
    id: Uuid,
    name: String,
    /// The key's first characters, to tell it by.
    prefix: String,
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// The key itself: in the answer that makes it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl From<ApiKeyRow> for ApiKeyView {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id.0,
            scopes: scopes_of(&row),
            prefix: format!("grk_{}", row.prefix),
            created_at: timestamp(row.created_at),
            last_used_at: row.last_used_at.map(timestamp),
            name: row.name,
            key: None,
        }
    }
}

/// Makes a key. It reaches what belongs to the account.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "accounts", request_body = CreateApiKey,
    responses((status = 201, body = ApiKeyView), (status = 401), (status = 409, description = "Too many keys"), (status = 422)))]
pub async fn create(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    Body(body): Body<CreateApiKey>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let name = text::line("name", &body.name, 1, text::NAME)?;
    let scopes = scopes(&body.scopes)?;
    let user = shared.store.user_by_id(account.tenant, account.user).await.map_err(|_| Problem::unauthorized())?;
    if shared.store.api_keys_of(account.tenant, account.user).await?.len() >= MOST_KEYS {
        return Err(Problem::conflict("too_many_keys", format!("an account has at most {MOST_KEYS} keys")));
    }
    let (row, key) = shared.api_keys.create(account.tenant, Some(account.user), &name, &scopes, shared.now_ms()).await?;
    users::log(&shared, &user, "api_key.created").await;
    let view = ApiKeyView { key: Some(key.into_text()), ..row.into() };
    Ok(HttpResponse::Created().insert_header(("cache-control", "no-store")).json(view))
}

fn scopes(named: &[String]) -> Result<Vec<Scope>, FieldError> {
    let wrong = |message: String| FieldError { field: "scopes".to_owned(), message };
    if named.is_empty() || named.len() > Scope::ALL.len() {
        return Err(wrong("must name at least one scope, each once".to_owned()));
    }
    named.iter().map(|name| name.parse().map_err(|_| wrong(format!("knows no scope {name:?}")))).collect()
}

/// My keys, newest first.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "accounts", responses((status = 200, body = [ApiKeyView]), (status = 401)))]
pub async fn list(account: Account, shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    let keys = shared.store.api_keys_of(account.tenant, account.user).await?;
    Ok(HttpResponse::Ok()
        .json(serde_json::json!({ "items": keys.into_iter().map(ApiKeyView::from).collect::<Vec<_>>(), "nextCursor": null })))
}

/// Takes a key back; it opens nothing from now on.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "accounts", params(("id" = Uuid, Path)), responses((status = 204), (status = 401), (status = 404)))]
pub async fn revoke(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    shared.store.revoke_api_key(account.tenant, account.user, *id, shared.now_ms()).await?;
    if let Ok(user) = shared.store.user_by_id(account.tenant, account.user).await {
        users::log(&shared, &user, "api_key.revoked").await;
    }
    Ok(HttpResponse::NoContent().finish())
}

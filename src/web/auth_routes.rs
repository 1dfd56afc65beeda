//! Signing in, staying signed in, signing out.

use super::{
    body::{Body, OrDefault},
    error::Problem,
    links, origin,
    state::Shared,
    users::{self, UserView},
};
use crate::{
    identity::{Access, RefreshError, Secret, Shown, Tokens},
    store::{DEFAULT_TENANT, StoreError, models::UserRow},
};
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::StatusCode,
    web::Data,
};
use actors::ids::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

const COOKIE: &str = "greenroom_refresh";
const COOKIE_PATH: &str = "/api/v1/auth";

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    email: String,
    password: String,
    /// Where the installation has several tenants.
    tenant_id: Option<Uuid>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LoginAnswer {
    access_token: String,
    /// Also set as an HttpOnly cookie.
    refresh_token: String,
    /// Seconds that the access token lives.
    expires_in: u64,
    user: UserView,
}

/// Signs in.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "accounts", request_body = Login,
    responses((status = 200, body = LoginAnswer), (status = 401, description = "Address or password is wrong"), (status = 429)))]
pub async fn login(request: HttpRequest, shared: Data<Shared>, Body(body): Body<Login>) -> Result<HttpResponse, Problem> {
    shared.limits.sign_ins_by_address.check(shared.client_ip(&request))?;
    shared.limits.sign_ins_by_account.check(&account_key(&body.email))?;
    let tenant = body.tenant_id.unwrap_or(DEFAULT_TENANT.0);
    let user = match shared.store.user_by_email(tenant, &body.email).await {
        Ok(user) => Some(user),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    // An unknown address takes as long as a wrong password.
    let right = shared.passwords.verify(&body.password, user.as_ref().map(|user| user.password_hash.as_str())).await?;
    match user {
        Some(user) if right => {
            users::log(&shared, &user, "user.signed_in").await;
            signed_in(&request, &shared, user, StatusCode::OK).await
        }
        user => {
            if let Some(user) = user {
                users::log(&shared, &user, "user.sign_in_failed").await;
            }
            Err(Problem::new(StatusCode::UNAUTHORIZED, "wrong_credentials", "the address or the password is wrong"))
        }
    }
}

/// Bounded, so that an endless address is no endless key.
fn account_key(email: &str) -> String {
    email.trim().to_lowercase().chars().take(254).collect()
}

/// Starts a login for this account and answers with its tokens.
pub async fn signed_in(
    request: &HttpRequest,
    shared: &Shared,
    user: UserRow,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let login = shared.refresh_tokens.start(user.id.0, shared.now_ms()).await?;
    Ok(answer(request, shared, user, login.family_id, login.token, status))
}

fn answer(
    request: &HttpRequest,
    shared: &Shared,
    user: UserRow,
    login_id: Uuid,
    refresh: Secret,
    status: StatusCode,
) -> HttpResponse {
    let access = Access { user_id: UserId(user.id.0), tenant_id: TenantId(user.tenant_id.0), login_id };
    let body = LoginAnswer {
        access_token: shared.tokens.issue_access(&access, shared.clock.now()).into_text(),
        refresh_token: refresh.expose().to_owned(),
        expires_in: Tokens::ACCESS_SECONDS,
        user: user.into(),
    };
    let lives = Duration::milliseconds(crate::identity::refresh::LIFETIME_MS);
    HttpResponse::build(status)
        .cookie(cookie(request, shared, refresh.into_text(), lives))
        .insert_header(("cache-control", "no-store"))
        .json(body)
}

fn cookie(request: &HttpRequest, shared: &Shared, value: String, lives: Duration) -> Cookie<'static> {
    let https = links::base(request, &shared.config).starts_with("https://");
    Cookie::build(COOKIE, value)
        .path(COOKIE_PATH)
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(https)
        .max_age(lives)
        .finish()
}

#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Refresh {
    /// The cookie counts if this is not given.
    refresh_token: Option<String>,
}

/// The token of the body, else of the cookie; that one only from our own pages.
fn shown(request: &HttpRequest, shared: &Shared, body: Refresh) -> Result<Option<(String, Shown)>, Problem> {
    if let Some(token) = body.refresh_token {
        return Ok(Some((token, Shown::Body)));
    }
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(None) };
    origin::check(request, &shared.config)?;
    Ok(Some((cookie.value().to_owned(), Shown::Cookie)))
}

/// New tokens for an old refresh token, which is worth nothing afterwards. One that comes back ends the whole sign-in.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "accounts", request_body = Refresh,
    responses((status = 200, body = LoginAnswer), (status = 401, description = "Unknown, used, expired or ended"), (status = 403, description = "A cookie from a foreign page")))]
pub async fn refresh(
    request: HttpRequest,
    shared: Data<Shared>,
    OrDefault(body): OrDefault<Refresh>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let (token, place) = shown(&request, &shared, body)?.ok_or_else(Problem::unauthorized)?;
    match shared.refresh_tokens.rotate(&token, place, shared.now_ms()).await {
        Ok(next) => {
            let user = owner(&shared, next.user_id).await?;
            Ok(answer(&request, &shared, user, next.family_id, next.token, StatusCode::OK))
        }
        Err(RefreshError::Reused { user_id }) => {
            if let Ok(user) = shared.store.user_of_any_tenant(user_id).await {
                users::log(&shared, &user, "user.refresh_token_reused").await;
            }
            Err(Problem::unauthorized())
        }
        Err(RefreshError::Invalid) => Err(Problem::unauthorized()),
        Err(RefreshError::Store(error)) => Err(error.into()),
    }
}

async fn owner(shared: &Shared, user: Uuid) -> Result<UserRow, Problem> {
    match shared.store.user_of_any_tenant(user).await {
        Err(StoreError::NotFound) => Err(Problem::unauthorized()),
        other => Ok(other?),
    }
}

/// Ends this sign-in. Without a token there is nothing to end.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "accounts", request_body = Refresh, responses((status = 204), (status = 403, description = "A cookie from a foreign page")))]
pub async fn logout(
    request: HttpRequest,
    shared: Data<Shared>,
    OrDefault(body): OrDefault<Refresh>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    if let Some((token, _)) = shown(&request, &shared, body)? {
        shared.refresh_tokens.end(&token, shared.now_ms()).await?;
    }
    Ok(HttpResponse::NoContent().cookie(cookie(&request, &shared, String::new(), Duration::ZERO)).finish())
}

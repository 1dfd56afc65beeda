//! Accounts.

use super::{
    audit::{note, write},
    auth::{Account, Caller},
    auth_routes::{self, LoginAnswer},
    body::Body,
    error::Problem,
    state::Shared,
    text,
};
use crate::{
    identity::{Scope, passwords},
    store::{
        Id, StoreError,
        models::{UserChanges, UserRow, timestamp},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use actors::{
    Timestamp,
    ids::{Identity, TenantId, UserId},
    ports::AuditEntry,
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

pub mod consent;
pub mod password;

pub use consent::consent;
pub use password::{change_password, delete_me};

#[derive(Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    #[garde(email, length(max = 254))]
    email: String,
    /// 8 to 256 characters.
    #[garde(skip)]
    password: String,
    /// 1 to 80 characters.
    #[garde(skip)]
    display_name: String,
}

/// An account as its owner sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserView {
    pub user_id: Uuid,
    pub email: String,
    pub display_name: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<UserRow> for UserView {
    fn from(row: UserRow) -> Self {
        Self { user_id: row.id.0, email: row.email, display_name: row.display_name, created_at: timestamp(row.created_at) }
    }
}

/// Makes an account and signs it in.
#[utoipa::path(post, path = "/api/v1/users", tag = "accounts", request_body = SignUp,
    responses((status = 201, body = LoginAnswer), (status = 403, description = "Sign-up is closed"), (status = 409, description = "The address has an account"), (status = 422)))]
pub async fn sign_up(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    Body(body): Body<SignUp>,
) -> Result<HttpResponse, Problem> {
    shared.limits.sign_ups.check(shared.client_ip(&request))?;
    let may = matches!(&caller, Caller::Key(key) if key.may(Scope::UsersWrite));
    if !may && !shared.config.sign_up {
        return Err(Problem::forbidden("sign_up_closed", "on this server the operator makes the accounts"));
    }
    body.validate()?;
    let display_name = text::line("displayName", &body.display_name, 1, text::NAME)?;
    passwords::check_length(&body.password)?;
    let user = UserRow {
        id: Id::new(),
        tenant_id: Id(caller.tenant()),
        email: body.email.clone(),
        display_name,
        password_hash: shared.passwords.hash(&body.password).await?,
        created_at: shared.now_ms(),
        deleted_at: None,
    };
    match shared.store.create_user(user.clone()).await {
        Err(StoreError::Conflict) => return Err(Problem::conflict("email_taken", "there is an account with that address")),
        other => other?,
    }
    log(&shared, &user, "user.created").await;
    let user = shared.store.user_by_id(user.tenant_id.0, user.id.0).await?;
    auth_routes::signed_in(&request, &shared, user, actix_web::http::StatusCode::CREATED).await
}

/// Writes what somebody did to or with their own account.
pub async fn log(shared: &Shared, user: &UserRow, action: &str) {
    let entry = AuditEntry {
        tenant_id: TenantId(user.tenant_id.0),
        at: shared.clock.now(),
        actor: Identity::user(UserId(user.id.0)),
        action: action.to_owned(),
        room_id: None,
        session_id: None,
        detail: json!({}),
    };
    write(shared, entry).await;
}

/// My account.
#[utoipa::path(get, path = "/api/v1/users/me", tag = "accounts", responses((status = 200, body = UserView), (status = 401)))]
pub async fn me(account: Account, shared: Data<Shared>) -> Result<HttpResponse, Problem> {
    let user = row(&shared, &account).await?;
    Ok(HttpResponse::Ok().json(UserView::from(user)))
}

/// The caller's row; an account that is gone is as good as no token.
async fn row(shared: &Shared, account: &Account) -> Result<UserRow, Problem> {
    match shared.store.user_by_id(account.tenant, account.user).await {
        Err(StoreError::NotFound) => Err(Problem::unauthorized()),
        other => Ok(other?),
    }
}

#[derive(Deserialize, Validate, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ChangeMe {
    #[garde(skip)]
    display_name: Option<String>,
    #[garde(inner(email, length(max = 254)))]
    email: Option<String>,
}

/// Changes my name or address.
#[utoipa::path(patch, path = "/api/v1/users/me", tag = "accounts", request_body = ChangeMe,
    responses((status = 200, body = UserView), (status = 401), (status = 409, description = "The address has an account"), (status = 422)))]
pub async fn change_me(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    Body(body): Body<ChangeMe>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    body.validate()?;
    row(&shared, &account).await?;
    let display_name = body.display_name.as_deref().map(|name| text::line("displayName", name, 1, text::NAME)).transpose()?;
    let changes = UserChanges { display_name, email: body.email.clone(), password_hash: None };
    match shared.store.change_user(account.tenant, account.user, changes).await {
        Err(StoreError::Conflict) => Err(Problem::conflict("email_taken", "there is an account with that address")),
        other => Ok(HttpResponse::Ok().json(UserView::from(other?))),
    }
}

/// What people of a tenant may know of each other.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    user_id: Uuid,
    display_name: String,
}

/// Somebody's public profile; only within one tenant.
#[utoipa::path(get, path = "/api/v1/users/{id}/profile", tag = "accounts", params(("id" = Uuid, Path)),
    responses((status = 200, body = ProfileView), (status = 401), (status = 404)))]
pub async fn profile(caller: Caller, shared: Data<Shared>, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    if caller.is_anonymous() {
        return Err(Problem::unauthorized());
    }
    let user = shared.store.user_by_id(caller.tenant(), *id).await?;
    Ok(HttpResponse::Ok().json(ProfileView { user_id: user.id.0, display_name: user.display_name }))
}

async fn note_account(shared: &Shared, account: &Account, action: &str) {
    let access =
        crate::identity::Access { user_id: UserId(account.user), tenant_id: TenantId(account.tenant), login_id: account.login };
    note(shared, &Caller::Account(access), action, None, json!({})).await;
}

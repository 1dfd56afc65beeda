//! What needs the password once more.

use super::{Account, note_account, row};
use crate::web::{body::Body, error::Problem, state::Shared};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    current_password: String,
    /// 8 to 256 characters.
    new_password: String,
}

/// Changes my password; every other sign-in ends.
#[utoipa::path(post, path = "/api/v1/users/me/password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204), (status = 401), (status = 403, description = "The current password is wrong"), (status = 422), (status = 429)))]
pub async fn change_password(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    Body(body): Body<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    check(&request, &shared, &account, &body.current_password).await?;
    let password_hash = Some(shared.passwords.hash(&body.new_password).await?);
    let changes = crate::store::models::UserChanges { password_hash, ..Default::default() };
    shared.store.change_user(account.tenant, account.user, changes).await?;
    shared.refresh_tokens.end_all(account.user, Some(account.login), shared.now_ms()).await?;
    note_account(&shared, &account, "user.password_changed").await;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
pub struct DeleteMe {
    password: String,
}

/// Deletes my account with its rooms, keys and sign-ins. Nothing brings it back.
#[utoipa::path(delete, path = "/api/v1/users/me", tag = "accounts", request_body = DeleteMe,
    responses((status = 204), (status = 401), (status = 403, description = "The password is wrong"), (status = 429)))]
pub async fn delete_me(
    request: HttpRequest,
    account: Account,
    shared: Data<Shared>,
    Body(body): Body<DeleteMe>,
) -> Result<HttpResponse, Problem> {
    check(&request, &shared, &account, &body.password).await?;
    shared.store.delete_user(account.tenant, account.user, shared.now_ms()).await?;
    note_account(&shared, &account, "user.deleted").await;
    Ok(HttpResponse::NoContent().finish())
}

async fn check(request: &HttpRequest, shared: &Shared, account: &Account, password: &str) -> Result<(), Problem> {
    shared.limits.sign_ins_by_address.check(shared.client_ip(request))?;
    let user = row(shared, account).await?;
    shared.limits.sign_ins_by_account.check(&user.email)?;
    if shared.passwords.verify(password, Some(&user.password_hash)).await? {
        return Ok(());
    }
    tracing::info!(detail = %json!({ "user": account.user }), "a wrong password was given for an account in use");
    Err(Problem::forbidden("wrong_password", "the password is wrong"))
}

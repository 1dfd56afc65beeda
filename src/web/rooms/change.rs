//! Changing, ending and deleting a room.

use super::{
    create::{column, lay},
    find_managed,
    view::{settings_column, view},
};
use crate::{
    store::models::{RoomChanges, RoomRow},
    web::{audit::note, auth::Caller, body::Body, error::Problem, rooms::RoomView, state::Shared, text},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use actors::{
    Timestamp,
    ids::RoomId,
    protocol::{EndReason, ErrorCode, PartialSettings},
};
use serde::{Deserialize, Deserializer};
use serde_json::json;
use utoipa::ToSchema;

/// What is absent stays; `null` clears.
#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct ChangeRoom {
    name: Option<String>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    password: Option<Option<String>>,
    #[schema(value_type = Object)]
    settings: Option<PartialSettings>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Option<Timestamp>>,
}

/// Tells `null` from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Changes a room; those in it see it at once.
#[utoipa::path(patch, path = "/api/v1/rooms/{room}", tag = "rooms", params(("room" = String, Path)), request_body = ChangeRoom,
    responses((status = 200, body = RoomView), (status = 401), (status = 404), (status = 422)))]
pub async fn change(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    Body(body): Body<ChangeRoom>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let row = find_managed(&shared, &caller, &room).await?;
    let changes = changes(&shared, &row, body).await?;
    let row = shared.store.change_room(row.id.0, changes).await?;
    shared.rooms.changed(row.record()?).await?;
    note(&shared, &caller, "room.changed", Some(row.id.0), json!({})).await;
    Ok(HttpResponse::Ok().json(view(&shared, &caller, &row).await?))
}

async fn changes(shared: &Shared, row: &RoomRow, wish: ChangeRoom) -> Result<RoomChanges, Problem> {
    let settings = match &wish.settings {
        Some(changes) => Some(settings_column(&lay(shared, &row.record()?.settings, changes)?)?),
        None => None,
    };
    let password_hash = match wish.password {
        Some(Some(password)) => Some(Some(shared.passwords.hash_room_password(&password).await?)),
        Some(None) => Some(None),
        None => None,
    };
    let expires_at = wish.expires_at.map(|at| at.map(column));
    if expires_at.flatten().is_some_and(|at| at <= shared.now_ms()) {
        return Err(Problem::invalid_field("expiresAt", "must be in the future"));
    }
    Ok(RoomChanges {
        name: wish.name.map(|name| text::line("name", &name, 0, text::NAME)).transpose()?,
        settings,
        password_hash,
        starts_at: wish.starts_at.map(|at| at.map(column)),
        expires_at,
        ..RoomChanges::default()
    })
}

/// Ends the running session; the room stays.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/end", tag = "rooms", params(("room" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
pub async fn end(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let row = find_managed(&shared, &caller, &room).await?;
    end_session(&shared, &row, EndReason::EndedByHost).await?;
    note(&shared, &caller, "session.ended", Some(row.id.0), json!({})).await;
    Ok(HttpResponse::NoContent().finish())
}

/// A session that is over already is ended, too.
async fn end_session(shared: &Shared, row: &RoomRow, reason: EndReason) -> Result<(), Problem> {
    match shared.rooms.end(RoomId(row.id.0), reason).await {
        Err(error) if error.code != ErrorCode::RoomEnded => Err(error.into()),
        _ => Ok(()),
    }
}

/// Deletes a room and ends what runs in it.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}", tag = "rooms", params(("room" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
pub async fn delete(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let row = find_managed(&shared, &caller, &room).await?;
    shared.store.delete_room(row.id.0, shared.now_ms()).await?;
    end_session(&shared, &row, EndReason::Deleted).await?;
    note(&shared, &caller, "room.deleted", Some(row.id.0), json!({})).await;
    Ok(HttpResponse::NoContent().finish())
}

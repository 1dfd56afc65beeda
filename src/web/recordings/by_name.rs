//! For set-ups that know a room by a name and nothing else: `GET /api/record/start?roomName=` and `…/stop`.

use super::control::{begin, end};
use crate::{
    store::models::RoomRow,
    web::{auth::Caller, error::Problem, rooms, state::Shared},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};
use actors::ids::RoomId;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct ByName {
    /// The room's code, its id, or the name of one of the caller's rooms.
    room_name: Option<String>,
}

/// Records the room's running session.
#[utoipa::path(get, path = "/api/record/start", tag = "recordings", params(ByName),
    responses((status = 200, description = "`{recordingId, roomId}`"), (status = 401), (status = 403, description = "No room name, or recording is off there"), (status = 404), (status = 409, description = "It is being recorded already, or nobody is there"), (status = 500)))]
pub async fn start_by_name(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    query: Query<ByName>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    shared.accepting()?;
    let room = find(&shared, &caller, query.into_inner()).await?;
    let (id, is_new) = begin(&shared, &caller, &room).await?;
    if !is_new {
        return Err(Problem::conflict("already_recording", "the meeting is being recorded already"));
    }
    Ok(HttpResponse::Ok().json(json!({ "recordingId": id, "roomId": room.id.0 })))
}

/// Stops what runs there.
#[utoipa::path(get, path = "/api/record/stop", tag = "recordings", params(ByName),
    responses((status = 200, description = "`{recordingId, roomId}`"), (status = 401), (status = 403, description = "No room name"), (status = 404, description = "No such room, or nothing is being recorded there"), (status = 500)))]
pub async fn stop_by_name(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    query: Query<ByName>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let room = find(&shared, &caller, query.into_inner()).await?;
    let running = shared.rooms.recording(RoomId(room.id.0)).await.ok_or_else(Problem::not_found)?;
    end(&shared, &caller, &room, running.id).await?;
    Ok(HttpResponse::Ok().json(json!({ "recordingId": running.id, "roomId": room.id.0 })))
}

async fn find(shared: &Shared, caller: &Caller, query: ByName) -> Result<RoomRow, Problem> {
    if caller.is_anonymous() {
        return Err(Problem::unauthorized());
    }
    let name = query.room_name.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Problem::forbidden("room_name_needed", "roomName is missing"))?;
    match rooms::find_managed(shared, caller, name.trim()).await {
        Ok(room) => return Ok(room),
        Err(problem) if problem.status.is_server_error() => return Err(problem),
        Err(_) => {}
    }
    let named = shared.store.rooms_named(caller.tenant(), name.trim()).await?;
    let mut mine: Vec<RoomRow> =
        named.into_iter().filter(|room| caller.manages(room) && !room.expired(shared.now_ms())).collect();
    // Of several that are called the same, the one with people in it.
    mine.sort_by_key(|room| std::cmp::Reverse(room.created_at));
    for room in &mine {
        if shared.rooms.live(RoomId(room.id.0)).await.is_some() {
            return Ok(room.clone());
        }
    }
    mine.into_iter().next().ok_or_else(Problem::not_found)
}

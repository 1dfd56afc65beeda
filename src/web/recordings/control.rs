//! Starting, stopping, removing.

use super::refused;
use crate::{
    store::{StoreError, models::RoomRow},
    web::{audit::note, auth::Caller, error::Problem, rooms, state::Shared},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use actors::{
    Timestamp,
    ids::{RecordingId, RoomId},
    protocol::RecordingStop,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// A recording that runs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    recording_id: Uuid,
    room_id: Uuid,
    session_id: Option<Uuid>,
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    state: &'static str,
}

/// Records the running session, of those who agree to it. While one runs: that one, with 200.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/recordings", tag = "recordings", params(("room" = String, Path)),
    responses((status = 201, body = Started), (status = 200, description = "It runs already", body = Started), (status = 401), (status = 403, description = "The room's setting is `off`"), (status = 404), (status = 409, description = "Nobody is in the room, or this server can't record")))]
pub async fn start(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    shared.accepting()?;
    let room = rooms::find_managed(&shared, &caller, &room).await?;
    let (id, is_new) = begin(&shared, &caller, &room).await?;
    let started = view(&shared, &room, id).await;
    Ok(if is_new { HttpResponse::Created().json(started) } else { HttpResponse::Ok().json(started) })
}

/// Answers with the recording, and whether it runs from now on only.
pub async fn begin(shared: &Shared, caller: &Caller, room: &RoomRow) -> Result<(RecordingId, bool), Problem> {
    let room_id = RoomId(room.id.0);
    let before = shared.rooms.recording(room_id).await.map(|running| running.id);
    let id = shared.rooms.start_recording(room_id, caller.actor()).await.map_err(refused)?;
    Ok((id, before != Some(id)))
}

async fn view(shared: &Shared, room: &RoomRow, id: RecordingId) -> Started {
    let room_id = RoomId(room.id.0);
    let running = shared.rooms.recording(room_id).await.filter(|running| running.id == id);
    Started {
        recording_id: id.0,
        room_id: room.id.0,
        session_id: shared.rooms.live(room_id).await.map(|live| live.session_id.0),
        started_at: running.map(|running| running.started_at),
        state: "recording",
    }
}

/// Stops a recording that runs: its files are made ready then. Removes one that is over, with all its files.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}/recordings/{recording}", tag = "recordings", params(("room" = String, Path), ("recording" = Uuid, Path)),
    responses((status = 202, description = "It ran, and stops"), (status = 204, description = "It is removed"), (status = 401), (status = 404), (status = 409, description = "It is being finished")))]
pub async fn remove(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    path: Path<(String, Uuid)>,
) -> Result<HttpResponse, Problem> {
    shared.limits.writes.check(shared.client_ip(&request))?;
    let (room, recording) = path.into_inner();
    let room = rooms::find_managed(&shared, &caller, &room).await?;
    let id = RecordingId(recording);
    if shared.rooms.recording(RoomId(room.id.0)).await.is_some_and(|running| running.id == id) {
        end(&shared, &caller, &room, id).await?;
        return Ok(HttpResponse::Accepted().finish());
    }
    let row = shared.store.recording(room.id.0, recording).await?;
    if row.state == "recording" {
        return Err(Problem::conflict("not_recording", "it has stopped and is being finished; try again"));
    }
    match shared.library.remove(recording).await {
        Ok(()) => {}
        Err(StoreError::NotFound) => return Err(Problem::not_found()),
        Err(error) => return Err(error.into()),
    }
    note(&shared, &caller, "recording.deleted", Some(room.id.0), json!({ "recordingId": recording })).await;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn end(shared: &Shared, caller: &Caller, room: &RoomRow, id: RecordingId) -> Result<(), Problem> {
    let by = Some(caller.actor());
    shared.rooms.stop_recording(RoomId(room.id.0), id, RecordingStop::Stopped, by).await.map_err(refused)
}

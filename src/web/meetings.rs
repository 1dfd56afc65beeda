//! The same rooms under the other name, for clients that call them meetings.

use super::{
    auth::Caller,
    body::OrDefault,
    error::Problem,
    rooms::{self, CreateRoom, CreatedRoom, JoinRequest, RoomView},
    state::Shared,
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use actors::{Timestamp, protocol::PartialSettings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub fn routes(api: &mut ServiceConfig) {
    api.service(web::resource("/meetings").route(web::post().to(create)))
        .service(web::resource("/meetings/{meeting}").route(web::get().to(read)))
        .service(web::resource("/meetings/{meeting}/join").route(web::post().to(join)))
        .service(web::resource("/meetings/{meeting}/end").route(web::put().to(end)));
}

#[derive(Serialize, Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateMeeting {
    /// Your own id of the host.
    host_id: Option<String>,
    host_name: Option<String>,
    #[serde(alias = "name")]
    title: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_time: Option<Timestamp>,
    password: Option<String>,
    template: Option<String>,
    #[schema(value_type = Object)]
    settings: PartialSettings,
}

impl From<CreateMeeting> for CreateRoom {
    fn from(meeting: CreateMeeting) -> Self {
        Self {
            host_name: meeting.host_name,
            name: meeting.title,
            template: meeting.template,
            password: meeting.password,
            settings: meeting.settings,
            starts_at: meeting.scheduled_time,
            expires_at: None,
            host_id: meeting.host_id,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedMeeting {
    meeting_id: Uuid,
    meeting_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_time: Option<Timestamp>,
    #[serde(flatten)]
    room: CreatedRoom,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeetingView {
    meeting_id: Uuid,
    meeting_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    scheduled_time: Option<Timestamp>,
    /// Who is its host: an account's id, or the integrator's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    host_id: Option<String>,
    /// `scheduled`, `active`, `ended` (the last sitting is over) or `idle`.
    status: &'static str,
    #[serde(flatten)]
    room: RoomView,
}

/// Makes a meeting.
#[utoipa::path(post, path = "/v1/meetings", tag = "meetings", request_body = CreateMeeting,
    responses((status = 201, body = CreatedMeeting), (status = 401), (status = 422), (status = 429)))]
pub async fn create(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    OrDefault(body): OrDefault<CreateMeeting>,
) -> Result<HttpResponse, Problem> {
    // Whoever signed in is the host, whatever id they name.
    let host_id = match &caller {
        Caller::Account(access) => Some(access.user_id.to_string()),
        _ => body.host_id.clone(),
    };
    let scheduled_time = body.scheduled_time;
    let meeting = |room: CreatedRoom| CreatedMeeting {
        meeting_id: room.room_id,
        meeting_code: room.room_code.clone(),
        host_id,
        scheduled_time,
        room,
    };
    rooms::create_once("POST meetings", &request, &shared, &caller, body, meeting).await
}

/// A meeting by id or code.
#[utoipa::path(get, path = "/v1/meetings/{meeting}", tag = "meetings", params(("meeting" = String, Path)), responses((status = 200, body = MeetingView), (status = 404)))]
pub async fn read(caller: Caller, shared: Data<Shared>, meeting: Path<String>) -> Result<HttpResponse, Problem> {
    let row = rooms::find(&shared, &caller, &meeting).await?;
    let room = rooms::view_of(&shared, &caller, &row).await?;
    let status = match room.starts_at {
        _ if room.live => "active",
        _ if has_ended(&shared, row.id.0).await? => "ended",
        Some(starts) if starts > shared.clock.now() => "scheduled",
        _ => "idle",
    };
    let view = MeetingView {
        meeting_id: room.room_id,
        meeting_code: room.room_code.clone(),
        scheduled_time: room.starts_at,
        host_id: room.managed.as_ref().map(|_| row.record().map(|record| record.host.person().to_owned())).transpose()?,
        status,
        room,
    };
    Ok(HttpResponse::Ok().json(view))
}

async fn has_ended(shared: &Shared, room: Uuid) -> Result<bool, Problem> {
    let last = shared.store.sessions_of(room, None, 1).await?;
    Ok(last.first().is_some_and(|session| session.ended_at.is_some()))
}

/// Asks to join a meeting.
#[utoipa::path(post, path = "/v1/meetings/{meeting}/join", tag = "meetings", params(("meeting" = String, Path)), request_body = JoinRequest,
    responses((status = 200, body = rooms::JoinAnswer), (status = 403), (status = 404), (status = 409), (status = 423), (status = 429)))]
pub async fn join(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    meeting: Path<String>,
    OrDefault(wish): OrDefault<JoinRequest>,
) -> Result<HttpResponse, Problem> {
    let answer = rooms::join_as(&request, &shared, &caller, &meeting, wish).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(answer))
}

/// Ends the meeting's running session.
#[utoipa::path(put, path = "/v1/meetings/{meeting}/end", tag = "meetings", params(("meeting" = String, Path)), responses((status = 204), (status = 401), (status = 404)))]
pub async fn end(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    meeting: Path<String>,
) -> Result<HttpResponse, Problem> {
    rooms::end(request, caller, shared, meeting).await
}

//! For set-ups that have a LiveKit server: what its webhook tells, and where its clients ask how to connect.

pub mod connection;
mod event;
mod signature;

use connection::connection_details;

use super::{audit, egress::place::told_room, error::Problem, one, state::Shared};
use crate::store::{DEFAULT_TENANT, outside::Told};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Bytes, Data, ServiceConfig},
};
use actors::{
    ids::{Identity, RoomId, TenantId},
    ports::AuditEntry,
};
use event::{Event, Happened};
use serde_json::json;
use utoipa::ToSchema;

/// Names of rooms that a LiveKit server told of.
const SCOPE: &str = "livekit";
/// Who owns these rooms.
const HOST: &str = "key:livekit:host";

pub fn routes(app: &mut ServiceConfig) {
    app.service(one("/livekit/webhook", web::post().to(webhook)))
        .service(one("/api/connection-details", web::get().to(connection_details)));
}

/// What LiveKit sends; other fields are not looked at.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct WebhookEvent {
    /// `room_started`, `room_finished`, `participant_joined`, …
    event: String,
    /// The same one again changes nothing.
    id: String,
    /// `{sid, name}`
    #[schema(value_type = Object)]
    room: String,
}

/// Takes what a LiveKit server tells. It is signed with the key and the secret that are set; a room that began there has a session here, which its media
/// goes into.
#[utoipa::path(post, path = "/livekit/webhook", tag = "livekit",
    request_body(content = WebhookEvent, content_type = "application/webhook+json"),
    responses((status = 200, description = "Taken, or told before"), (status = 400), (status = 401, description = "Not signed, or not by the key that is set"), (status = 404, description = "No key is set"), (status = 413)))]
pub async fn webhook(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let body = body.map_err(|error| match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(shared.config.max_body_bytes as u64),
        _ => Problem::bad_request("the body can't be read"),
    })?;
    let (Some(key), Some(secret)) = (&shared.config.livekit_api_key, &shared.config.livekit_api_secret) else {
        return Err(Problem::not_found());
    };
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let now = shared.clock.now().ms() / 1_000;
    if !shown.is_some_and(|shown| signature::is_signed(shown, key, secret.reveal(), &body, now)) {
        metrics::counter!("greenroom_livekit_events_total", "outcome" => "refused").increment(1);
        return Err(Problem::unauthorized());
    }
    let event = Event::read(&body)?;
    let told = take(&shared, &event).await?;
    let outcome = if told == Told::Now { "taken" } else { "told_before" };
    metrics::counter!("greenroom_livekit_events_total", "outcome" => outcome).increment(1);
    Ok(HttpResponse::Ok().json(json!({})))
}

async fn take(shared: &Shared, event: &Event) -> Result<Told, Problem> {
    let now = shared.now_ms();
    let tenant = TenantId(DEFAULT_TENANT.0);
    let (room, action, told) = match &event.happened {
        Happened::Nothing => return Ok(shared.store.note_event(&event.id, now).await?),
        Happened::Began(about) => {
            let room = told_room(shared, tenant, SCOPE, &Identity::from_subject(HOST), &about.name).await?;
            let told = shared.store.outside_began(&event.id, room.id.0, &about.sid, now).await?;
            (room, "livekit.room_started", told)
        }
        Happened::Ended(about) => {
            let room = told_room(shared, tenant, SCOPE, &Identity::from_subject(HOST), &about.name).await?;
            let told = shared.store.outside_ended(&event.id, room.id.0, &about.sid, now).await?;
            (room, "livekit.room_finished", told)
        }
    };
    if told == Told::Now {
        let entry = AuditEntry {
            tenant_id: tenant,
            at: shared.clock.now(),
            actor: Identity::from_subject(HOST),
            action: action.to_owned(),
            room_id: Some(RoomId(room.id.0)),
            session_id: None,
            detail: json!({}),
        };
        audit::write(shared, entry).await;
    }
    Ok(told)
}

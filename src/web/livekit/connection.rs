//! How a client connects, in the shape that LiveKit's own clients ask for: a room by any name, made when somebody asks for it first.

use crate::{
    store::{StoreError, models::RoomRow},
    web::{
        auth::Caller,
        error::Problem,
        links, room_code,
        rooms::{self, JoinRequest},
        state::Shared,
        text,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Names that anybody may ask for.
const SCOPE: &str = "open";
const NAME_MAX: usize = 200;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct ConnectionQuery {
    /// A room's code or id, or any name: whoever asks for a name first makes its room and is its host.
    room_name: Option<String>,
    /// 1 to 80 characters.
    participant_name: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionDetails {
    /// The signalling socket.
    server_url: String,
    room_name: String,
    /// A join token, valid for ten minutes.
    participant_token: String,
    participant_name: String,
    room_id: Uuid,
    room_code: String,
}

/// Where to connect and with what.
#[utoipa::path(get, path = "/api/connection-details", tag = "livekit", params(ConnectionQuery),
    responses((status = 200, body = ConnectionDetails), (status = 401, description = "On this server not everybody makes rooms"), (status = 403), (status = 404), (status = 409), (status = 422), (status = 423), (status = 429)))]
pub async fn connection_details(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    query: Query<ConnectionQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let named = |field: &str, text: Option<String>, most| {
        let text = text.ok_or_else(|| Problem::invalid_field(field, "is missing"))?;
        text::line(field, &text, 1, most).map_err(Problem::from)
    };
    let room_name = named("roomName", query.room_name, NAME_MAX)?;
    let participant_name = named("participantName", query.participant_name, text::NAME)?;
    let (room, caller) = room(&request, &shared, caller, &room_name).await?;
    let wish = JoinRequest { display_name: Some(participant_name.clone()), ..JoinRequest::default() };
    let joined = rooms::join_as(&request, &shared, &caller, &room, wish).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(ConnectionDetails {
        server_url: links::signal(&links::base(&request, &shared.config)),
        room_name,
        participant_token: joined.token,
        participant_name,
        room_id: joined.room_id,
        room_code: joined.room_code,
    }))
}

/// The room's id, and who asks: whoever made it just now goes on as its host.
async fn room(request: &HttpRequest, shared: &Shared, caller: Caller, name: &str) -> Result<(String, Caller), Problem> {
    if Uuid::parse_str(name).is_ok() || is_code(shared, name).await? {
        return Ok((name.to_owned(), caller));
    }
    let found: Result<RoomRow, StoreError> = shared.store.named_room(caller.tenant(), Some(SCOPE), name).await;
    let room = match found {
        Err(StoreError::NotFound) => {
            shared.accepting()?;
            caller.may_create_rooms(&shared.config)?;
            shared.limits.rooms.check(shared.client_ip(request))?;
            rooms::create_named(shared, caller.tenant_id(), &caller.host_identity(None), SCOPE, name).await?
        }
        found => found?,
    };
    let guest = match &caller {
        Caller::Anonymous(id) if caller.actor().as_str() == room.host => Some(*id),
        _ => None,
    };
    let caller = match guest {
        Some(guest_id) => Caller::Guest(crate::identity::Guest { guest_id, tenant_id: caller.tenant_id(), display_name: None }),
        None => caller,
    };
    Ok((room.id.to_string(), caller))
}

/// Eight letters and digits may be a code, and may be a name.
async fn is_code(shared: &Shared, name: &str) -> Result<bool, Problem> {
    let Some(code) = room_code::read(name) else { return Ok(false) };
    match shared.store.room_by_code(&code).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

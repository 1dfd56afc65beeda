//! Making a room.

use super::view::settings_column;
use crate::{
    store::{Id, StoreError, models::RoomRow},
    web::{
        audit::note,
        auth::Caller,
        body::OrDefault,
        error::{FieldError, Problem, ProblemBody},
        idempotency::Once,
        links, room_code,
        state::Shared,
        templates, text,
    },
};
use actix_web::{HttpRequest, HttpResponse, web::Data};
use actors::{
    Timestamp,
    ids::Identity,
    protocol::{PartialSettings, Role, Settings, room::WaitingRoom},
};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Codes to try before giving up; with a million rooms the second is needed once in a thousand.
const TRIES: usize = 16;

#[derive(Serialize, Deserialize, Validate, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateRoom {
    /// The host's name in the room; 1 to 80 characters.
    #[garde(skip)]
    pub host_name: Option<String>,
    /// At most 80 characters.
    #[garde(skip)]
    pub name: Option<String>,
    /// The id of one of `GET /templates`.
    #[garde(inner(length(chars, min = 1, max = 80)))]
    pub template: Option<String>,
    #[garde(inner(length(chars, min = 1, max = 256)))]
    pub password: Option<String>,
    #[garde(skip)]
    #[schema(value_type = Object)]
    pub settings: PartialSettings,
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub starts_at: Option<Timestamp>,
    #[garde(skip)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// With an API key: your own id of the host.
    #[garde(inner(length(chars, min = 1, max = 128), ascii))]
    pub host_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedRoom {
    pub room_id: Uuid,
    #[schema(example = "ABCD-2345")]
    pub room_code: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub name: String,
    /// The host's, valid for some minutes; say hello with it.
    pub join_token: String,
    /// The page to share.
    pub join_url: String,
    /// Of a creator without an account: whoever shows it again is the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_token: Option<String>,
}

/// Makes a room. Without an account it works where the operator allows it.
#[utoipa::path(post, path = "/api/v1/rooms", tag = "rooms", request_body = CreateRoom,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body again get the same answer")),
    responses((status = 201, body = CreatedRoom), (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"), (status = 429, description = "Too many")))]
pub async fn create(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    OrDefault(body): OrDefault<CreateRoom>,
) -> Result<HttpResponse, Problem> {
    create_once("POST rooms", &request, &shared, &caller, body, |room| room).await
}

/// What [`create`] and its other name share: once for an `Idempotency-Key`, and as often as one address may. `shaped` is what that name answers.
pub async fn create_once<B: Serialize + Into<CreateRoom>, T: Serialize>(
    operation: &'static str,
    request: &HttpRequest,
    shared: &Shared,
    caller: &Caller,
    body: B,
    shaped: impl FnOnce(CreatedRoom) -> T,
) -> Result<HttpResponse, Problem> {
    let address = shared.client_ip(request);
    shared.limits.rooms.check(address)?;
    let once = Once { tenant: caller.tenant(), actor: caller.idempotency_actor(address), operation, request };
    let asked = serde_json::to_value(&body).map_err(Problem::internal)?;
    let (wish, base) = (body.into(), links::base(request, &shared.config));
    once.run(shared, &asked, async { Ok(shaped(create_for(shared, caller, &wish, base).await?)) }).await
}

async fn create_for(shared: &Shared, caller: &Caller, wish: &CreateRoom, base: String) -> Result<CreatedRoom, Problem> {
    shared.accepting()?;
    caller.may_create_rooms(&shared.config)?;
    wish.validate()?;
    let host = caller.host_identity(wish.host_id.as_deref());
    let host_name = wish.host_name.as_deref().map(|name| text::line("hostName", name, 1, text::NAME)).transpose()?;
    let known_as = caller.display_name(shared).await?;
    let name = host_name.or(known_as).unwrap_or_else(|| "Host".to_owned());
    check_count(shared, caller.tenant()).await?;
    let room = new_room(shared, caller, wish, &host).await?;
    let room = keep(shared, room).await?;
    note(shared, caller, "room.created", Some(room.id.0), serde_json::json!({ "template": room.template })).await;
    Ok(CreatedRoom {
        room_id: room.id.0,
        join_token: shared.join_token(&room, &host, &name, Role::Host, Vec::new())?,
        join_url: links::room_page(&base, &room.code),
        guest_token: if caller.is_anonymous() { Some(shared.guest_token(caller.tenant(), &host)?) } else { None },
        created_at: Timestamp(room.created_at.unsigned_abs()),
        room_code: room.code,
        name: room.name,
    })
}

/// Has the tenant room for one more?
pub async fn check_count(shared: &Shared, tenant: Uuid) -> Result<(), Problem> {
    let most = shared.config.max_rooms_per_tenant;
    if shared.store.room_count(tenant).await? < most {
        return Ok(());
    }
    Err(Problem::conflict("too_many_rooms", format!("there may be at most {most} rooms")))
}

async fn new_room(shared: &Shared, caller: &Caller, wish: &CreateRoom, host: &Identity) -> Result<RoomRow, Problem> {
    let now = shared.now_ms();
    let template = wish.template.as_deref().unwrap_or(templates::PLAIN);
    let settings = settings(shared, host, template, &wish.settings)?;
    check_times(wish, now)?;
    let password_hash = match &wish.password {
        Some(password) => Some(shared.passwords.hash_room_password(password).await?),
        None => None,
    };
    Ok(RoomRow {
        id: Id::new(),
        tenant_id: Id(caller.tenant()),
        code: String::new(),
        name: text::line("name", wish.name.as_deref().unwrap_or_default(), 0, text::NAME)?,
        host: host.as_str().to_owned(),
        template: template.to_owned(),
        settings: settings_column(&settings)?,
        password_hash,
        starts_at: wish.starts_at.map(column),
        expires_at: wish.expires_at.map(column),
        created_at: now,
        deleted_at: None,
    })
}

/// Defaults, then the template, then what was asked for.
fn settings(shared: &Shared, host: &Identity, template: &str, wished: &PartialSettings) -> Result<Settings, Problem> {
    let waiting_room = if host.is_guest() { WaitingRoom::Everyone } else { WaitingRoom::Guests };
    let defaults = Settings { waiting_room, ..Settings::default() };
    let of_template = templates::settings_of(template, &shared.config.templates)
        .ok_or_else(|| Problem::invalid_field("template", "there is no such template"))?;
    let most = shared.config.max_participants_per_room;
    let of_template =
        PartialSettings { max_participants: of_template.max_participants.map(|wished| wished.min(most)), ..of_template };
    lay(shared, &lay(shared, &defaults, &of_template)?, wished)
}

/// `changes` over `settings`, within their ranges and the operator's. What nobody asked for (a default, a template, a maximum that the
/// operator has lowered since) gives way to the operator's silently.
pub fn lay(shared: &Shared, settings: &Settings, changes: &PartialSettings) -> Result<Settings, Problem> {
    let most = shared.config.max_participants_per_room;
    if changes.max_participants.is_some_and(|wished| wished > most) {
        return Err(Problem::invalid_field("settings.maxParticipants", format!("must be at most {most} on this server")));
    }
    let mut settings =
        settings.with(changes).map_err(|error| Problem::invalid_field(format!("settings.{}", error.field), error.message))?;
    settings.max_participants = settings.max_participants.min(most);
    Ok(settings)
}

fn check_times(wish: &CreateRoom, now: i64) -> Result<(), FieldError> {
    let wrong = |message: &str| Err(FieldError { field: "expiresAt".to_owned(), message: message.to_owned() });
    match (wish.starts_at.map(column), wish.expires_at.map(column)) {
        (_, Some(expires)) if expires <= now => wrong("must be in the future"),
        (Some(starts), Some(expires)) if expires <= starts => wrong("must be after startsAt"),
        _ => Ok(()),
    }
}

pub fn column(at: Timestamp) -> i64 {
    crate::store::models::millis(at)
}

/// Gives the room a code that no other has, and keeps it.
async fn keep(shared: &Shared, mut room: RoomRow) -> Result<RoomRow, Problem> {
    for _ in 0..TRIES {
        room.code = room_code::draw(&mut rand::rng());
        match shared.store.create_room(room.clone()).await {
            Ok(()) => return Ok(room),
            Err(StoreError::Conflict) => continue,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::internal("no free room code was drawn"))
}

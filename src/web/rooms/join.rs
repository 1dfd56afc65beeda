//! Asking for a place in a room: what comes back is a token to say hello with.

use super::find;
use crate::{
    identity::{Admission, Asker, Join, PasswordCheck, Refusal, Scope, admit},
    store::models::RoomRow,
    web::{auth::Caller, body::OrDefault, error::Problem, links, state::Shared, text},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path},
};
use actors::{
    ids::{Identity, ParticipantId, RoomId, TenantId},
    ports::{IceServers, RoomRecord},
    protocol::{IceServer, Role, Settings, room::WaitingRoom},
    room::observe::LiveRoom,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Deserialize, ToSchema, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct JoinRequest {
    /// 1 to 80 characters; an account's own name if not given.
    pub display_name: Option<String>,
    pub password: Option<String>,
    /// With an API key: your own id of the person.
    pub user_id: Option<String>,
    /// What `POST /users/consent` answered.
    pub consent_token: Option<String>,
    /// With an API key: what they are in the room.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JoinAnswer {
    /// A join token, valid for ten minutes: say hello with it.
    pub token: String,
    pub signal_url: String,
    /// Empty for who has to wait: they come with the welcome.
    #[schema(value_type = Vec<Object>)]
    pub ice_servers: Vec<IceServer>,
    #[schema(value_type = String)]
    pub role: Role,
    /// Will they wait for a host first, as far as can be told now?
    pub waiting_room: bool,
    pub room_id: Uuid,
    pub room_code: String,
    pub room_name: String,
    /// For who has no account: show it next time to be the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_token: Option<String>,
    #[schema(value_type = Object)]
    pub settings: Settings,
}

/// Asks to join.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/join", tag = "rooms", params(("room" = String, Path)), request_body = JoinRequest,
    responses((status = 200, body = JoinAnswer), (status = 403, description = "Password missing or wrong, or no guests"), (status = 404), (status = 409, description = "Full"),
        (status = 422), (status = 423, description = "Locked"), (status = 429)))]
pub async fn join(
    request: HttpRequest,
    caller: Caller,
    shared: Data<Shared>,
    room: Path<String>,
    OrDefault(wish): OrDefault<JoinRequest>,
) -> Result<HttpResponse, Problem> {
    let answer = join_as(&request, &shared, &caller, &room, wish).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(answer))
}

/// What [`join`] and its other name share.
pub async fn join_as(
    request: &HttpRequest,
    shared: &Shared,
    caller: &Caller,
    named: &str,
    wish: JoinRequest,
) -> Result<JoinAnswer, Problem> {
    shared.accepting()?;
    shared.limits.joins.check(shared.client_ip(request))?;
    let room = find(shared, caller, named).await?;
    // Those who manage it may still look at it and give it more time, but nobody meets in it.
    if room.expired(shared.now_ms()) {
        return Err(Problem::not_found());
    }
    let record = room.record()?;
    let purposes = consented(shared, caller, &wish)?;
    let name = display_name(shared, caller, &wish).await?;
    let admission = decide(request, shared, caller, &room, &record, &wish).await?;
    let live = shared.rooms.live(RoomId(room.id.0)).await;
    check_door(shared, &admission, &record, live.as_ref())?;
    let waits = admission.waits
        || !(admission.role.is_host() || record.settings.join_before_host || live.is_some_and(|live| live.host_present));
    let token = shared.join_token(&room, &admission.identity, &name, admission.role, purposes)?;
    answer(request, shared, &room, record, admission, token, waits)
}

async fn decide(
    request: &HttpRequest,
    shared: &Shared,
    caller: &Caller,
    room: &RoomRow,
    record: &RoomRecord,
    wish: &JoinRequest,
) -> Result<Admission, Problem> {
    // Whoever shows a join token is who it says: its policy was applied when it was made, but for what the room says now.
    if let Caller::Joiner(join) = caller {
        if join.room_id.0 != room.id.0 {
            return Err(Problem::not_found());
        }
        return Ok(again(join, record));
    }
    let asker = asker(caller, wish)?;
    let decided = match (admit(record, &asker, PasswordCheck::Missing, shared.clock.now()), &wish.password) {
        // Only whom the password would let in has it looked at.
        (Err(Refusal::PasswordMissing), Some(password)) => {
            let checked = check_password(request, shared, room, password).await?;
            admit(record, &asker, checked, shared.clock.now())
        }
        (decided, _) => decided,
    };
    decided.map_err(refused)
}

/// Their place, as the token says it; that the room has passed to another host since counts more.
fn again(join: &Join, record: &RoomRecord) -> Admission {
    let owns = join.identity == record.host;
    let role = if join.role == Role::Host && !owns { Role::Participant } else { join.role };
    let waits = match record.settings.waiting_room {
        _ if role.is_host() => false,
        WaitingRoom::Off => false,
        WaitingRoom::Everyone => true,
        WaitingRoom::Guests => join.guest,
    };
    Admission { identity: join.identity.clone(), role, guest: join.guest, waits }
}

fn asker(caller: &Caller, wish: &JoinRequest) -> Result<Asker, Problem> {
    Ok(match caller {
        Caller::Account(access) => Asker::Account { user_id: access.user_id, tenant_id: access.tenant_id },
        Caller::Guest(guest) => Asker::Guest { guest_id: guest.guest_id, tenant_id: guest.tenant_id },
        Caller::Anonymous(guest_id) => Asker::Anonymous { guest_id: *guest_id },
        Caller::Key(key) => Asker::ApiKey {
            key_id: key.id,
            tenant_id: TenantId(key.tenant_id),
            may_write_rooms: key.may(Scope::RoomsWrite),
            person: person(wish)?,
            role: wish.role,
        },
        Caller::Joiner(_) => return Err(Problem::unauthorized()),
    })
}

/// An integrator's own id of somebody; without one they are somebody new each time.
fn person(wish: &JoinRequest) -> Result<String, Problem> {
    match &wish.user_id {
        Some(id) if (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()) => Ok(id.clone()),
        Some(_) => Err(Problem::invalid_field("userId", "must have 1 to 128 visible characters")),
        None => Ok(Uuid::new_v4().to_string()),
    }
}

async fn check_password(
    request: &HttpRequest,
    shared: &Shared,
    room: &RoomRow,
    password: &str,
) -> Result<PasswordCheck, Problem> {
    let guess = shared.limits.room_passwords.guess(shared.client_ip(request), room.id.0)?;
    match shared.passwords.verify(password, room.password_hash.as_deref()).await {
        Ok(true) => {
            guess.right();
            Ok(PasswordCheck::Right)
        }
        Ok(false) => Ok(PasswordCheck::Wrong),
        Err(error) => {
            guess.unjudged();
            Err(error.into())
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => Problem::not_found(),
        Refusal::PasswordMissing => Problem::forbidden("password_required", "the room has a password"),
        Refusal::PasswordWrong => Problem::forbidden("wrong_password", "the password is wrong"),
        Refusal::GuestsNotAllowed => Problem::forbidden("guests_not_allowed", "this room is for people with an account"),
        Refusal::NotPermitted => Problem::forbidden("scope_needed", "this API key lacks the scope rooms:write"),
    }
}

/// What the running room says; hosts are never kept out of their own room.
fn check_door(shared: &Shared, admission: &Admission, record: &RoomRecord, live: Option<&LiveRoom>) -> Result<(), Problem> {
    let Some(live) = live else { return Ok(()) };
    if admission.role.is_host() {
        return Ok(());
    }
    if live.banned.contains(&admission.identity) {
        return Err(Problem::forbidden("banned", "a host removed you from this session"));
    }
    if live.locked {
        return Err(Problem::new(StatusCode::LOCKED, "room_locked", "the room is locked"));
    }
    let most = record.settings.max_participants.min(shared.config.max_participants_per_room) as usize;
    if live.participants >= most {
        return Err(Problem::conflict("room_full", "the room is full"));
    }
    Ok(())
}

/// What the caller's consent token grants; it must be the caller's own.
fn consented(shared: &Shared, caller: &Caller, wish: &JoinRequest) -> Result<Vec<String>, Problem> {
    let Some(token) = &wish.consent_token else { return Ok(Vec::new()) };
    let grant = shared.tokens.verify_consent(token, shared.clock.now()).ok();
    match (caller, grant) {
        (Caller::Account(access), Some(grant)) if grant.user_id == access.user_id => Ok(grant.purposes),
        _ => Err(Problem::invalid_field("consentToken", "is not a consent token of yours")),
    }
}

async fn display_name(shared: &Shared, caller: &Caller, wish: &JoinRequest) -> Result<String, Problem> {
    match &wish.display_name {
        Some(name) => Ok(text::line("displayName", name, 1, text::NAME)?),
        None => Ok(caller.display_name(shared).await?.unwrap_or_else(|| "Guest".to_owned())),
    }
}

fn answer(
    request: &HttpRequest,
    shared: &Shared,
    room: &RoomRow,
    record: RoomRecord,
    admission: Admission,
    token: String,
    waits: bool,
) -> Result<JoinAnswer, Problem> {
    let base = links::base(request, &shared.config);
    let ice_servers =
        if waits { Vec::new() } else { shared.turn.for_participant(ParticipantId(Uuid::new_v4()), shared.clock.now()) };
    Ok(JoinAnswer {
        token,
        signal_url: links::signal(&base),
        ice_servers,
        role: admission.role,
        waiting_room: waits,
        room_id: room.id.0,
        guest_token: guest_token(shared, room, &admission)?,
        room_code: record.room_code,
        room_name: record.name,
        settings: record.settings,
    })
}

fn guest_token(shared: &Shared, room: &RoomRow, admission: &Admission) -> Result<Option<String>, Problem> {
    let identity: &Identity = &admission.identity;
    if identity.is_guest() { shared.guest_token(room.tenant_id.0, identity).map(Some) } else { Ok(None) }
}

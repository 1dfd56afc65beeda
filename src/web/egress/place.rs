//! Where a stream's files go: the session that its names mean.

use crate::{
    identity::ApiKey,
    store::{StoreError, models::RoomRow},
    web::{auth::Caller, error::Problem, room_code, rooms, state::Shared},
};
use actors::ids::{Identity, RoomId, SessionId, TenantId};
use uuid::Uuid;

/// A session, and whether it is one that runs on another server.
pub struct Placed {
    pub room: RoomRow,
    pub session: SessionId,
    pub outside: bool,
}

/// By the meeting's id where that is one of ours; else by the room's id, code or name. A name that nobody has used becomes a room.
pub async fn place(shared: &Shared, key: &ApiKey, room: &str, meeting: Option<&str>) -> Result<Placed, Problem> {
    let caller = Caller::Key(key.clone());
    for named in meeting.into_iter().chain([room]) {
        if let Some(placed) = session_named(shared, &caller, named).await? {
            return Ok(placed);
        }
        if let Some(room) = room_named(shared, &caller, named).await? {
            return running_in(shared, room).await;
        }
    }
    let scope = format!("key:{}", key.id);
    // An operator's key reaches every room of its tenant, whoever named it.
    let reached = if key.user_id.is_some() { Some(scope.as_str()) } else { None };
    let room = match shared.store.named_room(key.tenant_id, reached, room).await {
        Ok(room) => room,
        Err(StoreError::NotFound) => {
            rooms::create_named(shared, TenantId(key.tenant_id), &caller.host_identity(None), &scope, room).await?
        }
        Err(error) => return Err(error.into()),
    };
    running_in(shared, room).await
}

/// What goes on in a room: our own session, or one of another server, begun now where there is none.
pub async fn running_in(shared: &Shared, room: RoomRow) -> Result<Placed, Problem> {
    if let Some(live) = shared.rooms.live(RoomId(room.id.0)).await {
        return Ok(Placed { room, session: live.session_id, outside: false });
    }
    let entered = shared.store.enter_outside_session(room.id.0, shared.now_ms()).await?;
    Ok(Placed { room, session: SessionId(entered.session.0), outside: !entered.is_told })
}

/// A session that runs. One that is over takes nothing more.
async fn session_named(shared: &Shared, caller: &Caller, named: &str) -> Result<Option<Placed>, Problem> {
    let Ok(id) = Uuid::parse_str(named) else { return Ok(None) };
    match shared.store.session_and_room(id).await {
        Ok((session, room)) if caller.sends_media(&room) && session.ended_at.is_none() => {
            Ok(Some(Placed { room, session: SessionId(session.id.0), outside: false }))
        }
        Ok((_, room)) if caller.sends_media(&room) => Err(Problem::conflict("session_over", "that session is over")),
        Ok(_) | Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A room that the key reaches. One that it does not is as good as none.
async fn room_named(shared: &Shared, caller: &Caller, named: &str) -> Result<Option<RoomRow>, Problem> {
    let found = match (Uuid::parse_str(named), room_code::read(named)) {
        (Ok(id), _) => shared.store.room_by_id(id).await,
        (_, Some(code)) => shared.store.room_by_code(&code).await,
        _ => return Ok(None),
    };
    match found {
        Ok(room) if caller.sends_media(&room) && !room.expired(shared.now_ms()) => Ok(Some(room)),
        Ok(_) | Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The room that another server's webhook speaks of: of ours by its code or id, else by the name, made where there is none.
pub async fn told_room(shared: &Shared, tenant: TenantId, scope: &str, host: &Identity, name: &str) -> Result<RoomRow, Problem> {
    let found = match (Uuid::parse_str(name), room_code::read(name)) {
        (Ok(id), _) => shared.store.room_by_id(id).await,
        (_, Some(code)) => shared.store.room_by_code(&code).await,
        _ => Err(StoreError::NotFound),
    };
    match found {
        Ok(room) if room.tenant_id.0 == tenant.0 => return Ok(room),
        Ok(_) | Err(StoreError::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    match shared.store.named_room(tenant.0, Some(scope), name).await {
        Ok(room) => Ok(room),
        Err(StoreError::NotFound) => rooms::create_named(shared, tenant, host, scope, name).await,
        Err(error) => Err(error.into()),
    }
}

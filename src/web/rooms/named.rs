//! Rooms that are known by a name: those of other servers, and those that a client asks for before anybody made them.

use super::{create::check_count, view::settings_column};
use crate::{
    store::{Id, StoreError, models::RoomRow},
    web::{error::Problem, room_code, state::Shared, templates, text},
};
use actors::{
    ids::{Identity, TenantId},
    protocol::{Settings, room::WaitingRoom},
};

/// Codes to try before giving up.
const TRIES: usize = 16;

/// Makes the room of this name in its scope, unless somebody else just did; the one that is there. Whoever knows the name comes in: nobody waits.
pub async fn create_named(
    shared: &Shared,
    tenant: TenantId,
    host: &Identity,
    scope: &str,
    name: &str,
) -> Result<RoomRow, Problem> {
    check_count(shared, tenant.0).await?;
    let most = shared.config.max_participants_per_room;
    let defaults = Settings::default();
    let settings = Settings {
        waiting_room: WaitingRoom::Off,
        join_before_host: true,
        max_participants: defaults.max_participants.min(most),
        ..defaults
    };
    let mut room = RoomRow {
        id: Id::new(),
        tenant_id: Id(tenant.0),
        code: String::new(),
        name: name.chars().take(text::NAME).collect(),
        host: host.as_str().to_owned(),
        template: templates::PLAIN.to_owned(),
        settings: settings_column(&settings)?,
        password_hash: None,
        starts_at: None,
        expires_at: None,
        created_at: shared.now_ms(),
        deleted_at: None,
    };
    for _ in 0..TRIES {
        room.code = room_code::draw(&mut rand::rng());
        match shared.store.create_named_room(room.clone(), scope, name).await {
            Err(StoreError::Conflict) => continue,
            done => return Ok(done?),
        }
    }
    Err(Problem::internal("no free room code was drawn"))
}

//! Rows for tests, of people with names.

use actors::protocol::Settings;
use uuid::Uuid;

use super::models::{RoomRow, UserRow};
use super::{DEFAULT_TENANT, Id, Store};

/// Makes an account and says its id.
pub async fn user(store: &Store, email: &str) -> Uuid {
    let id = Id::new();
    let row = UserRow {
        id,
        tenant_id: DEFAULT_TENANT,
        email: email.to_owned(),
        display_name: email.split('@').next().unwrap_or_default().to_owned(),
        password_hash: "a hash".to_owned(),
        created_at: 1_000,
        deleted_at: None,
    };
    store.create_user(row).await.expect("kept");
    id.0
}

/// A room that is not kept yet.
pub fn room(code: &str, host: &str, created_at: i64) -> RoomRow {
    RoomRow {
        id: Id::new(),
        tenant_id: DEFAULT_TENANT,
        code: code.to_owned(),
        name: "Planning".to_owned(),
        host: host.to_owned(),
        template: "open".to_owned(),
        settings: serde_json::to_string(&Settings::default()).expect("plain data"),
        password_hash: None,
        starts_at: None,
        expires_at: None,
        created_at,
        deleted_at: None,
    }
}

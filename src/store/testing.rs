//! Rows for tests, of people with names.

use actors::protocol::Settings;
use uuid::Uuid;

use super::models::{RecordingFileRow, RecordingRow, RoomRow, UserRow};
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

/// A recording that runs, not kept yet.
pub fn recording(room: &RoomRow, started_at: i64) -> RecordingRow {
    RecordingRow {
        id: Id::new(),
        tenant_id: room.tenant_id,
        room_id: room.id,
        session_id: Id::new(),
        started_at,
        ended_at: None,
        state: "recording".to_owned(),
        step: None,
        progress: 0.0,
        duration_ms: 0,
        bytes: 0,
        started_by: None,
        problem: None,
        tier: "local".to_owned(),
    }
}

pub fn recording_file(recording: &RecordingRow, name: &str) -> RecordingFileRow {
    RecordingFileRow {
        id: Id::new(),
        recording_id: recording.id,
        kind: "composite".to_owned(),
        name: name.to_owned(),
        mime: "video/mp4".to_owned(),
        bytes: 0,
        duration_ms: None,
        sha256: None,
        participant_id: None,
        display_name: None,
        source: None,
        tier: "local".to_owned(),
        location: format!("{}/{name}", recording.id),
        created_at: recording.started_at,
    }
}

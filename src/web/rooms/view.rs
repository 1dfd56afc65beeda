//! A room as its address shows it.

use crate::{
    store::{StoreError, models::RoomRow},
    web::{auth::Caller, error::Problem, state::Shared},
};
use actors::{Timestamp, ids::RoomId, ports::RoomRecord, protocol::Settings, protocol::room::WaitingRoom};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What anyone who has the code may know, and after it what the host and API keys may.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoomView {
    pub room_id: Uuid,
    #[schema(example = "ABCD-2345")]
    pub room_code: String,
    pub name: String,
    pub has_password: bool,
    pub locked: bool,
    /// Is somebody in it?
    pub live: bool,
    pub participant_count: usize,
    /// Is it being recorded now? Whoever comes is asked before anything of theirs is.
    pub recording: bool,
    #[schema(value_type = String, example = "guests")]
    pub waiting_room: WaitingRoom,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub starts_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    #[serde(flatten)]
    pub managed: Option<ManagedView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagedView {
    #[schema(value_type = Object)]
    pub settings: Settings,
    pub template: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Who owns the room, if that is an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_user_id: Option<Uuid>,
    /// People in the waiting room.
    pub waiting_count: usize,
    /// The running session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
}

/// The room for this caller, with what its actor knows if it runs.
pub async fn view(shared: &Shared, caller: &Caller, row: &RoomRow) -> Result<RoomView, Problem> {
    let record = row.record()?;
    let live = shared.rooms.live(RoomId(row.id.0)).await;
    let managed = caller.manages(row).then(|| ManagedView {
        settings: record.settings.clone(),
        template: record.template.clone(),
        created_at: record.created_at,
        host_user_id: host_user(&record),
        waiting_count: live.as_ref().map_or(0, |live| live.waiting),
        session_id: live.as_ref().map(|live| live.session_id.0),
    });
    let participant_count = live.as_ref().map_or(0, |live| live.participants);
    let recording = participant_count > 0 && shared.rooms.recording(RoomId(row.id.0)).await.is_some();
    Ok(RoomView {
        room_id: row.id.0,
        room_code: record.room_code,
        name: record.name,
        has_password: record.has_password,
        locked: live.as_ref().is_some_and(|live| live.locked),
        live: participant_count > 0,
        participant_count,
        recording,
        waiting_room: record.settings.waiting_room,
        starts_at: record.starts_at,
        expires_at: record.expires_at,
        managed,
    })
}

fn host_user(record: &RoomRecord) -> Option<Uuid> {
    record.host.account().map(|id| id.0)
}

/// Settings as a column keeps them.
pub fn settings_column(settings: &Settings) -> Result<String, StoreError> {
    Ok(serde_json::to_string(settings)?)
}

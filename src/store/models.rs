//! The rows. Those with something personal or secret in them don't derive `Debug`. Times are milliseconds since 1970 UTC.

use actors::clock::Timestamp;
use actors::ids::{Identity, RoomId, TenantId};
use actors::ports::RoomRecord;
use diesel::prelude::*;

use super::schema::{
    api_keys, audit_log, consents, emotion_points, files, idempotency_keys, quality_points, recording_files, recording_uploads,
    recordings, refresh_tokens, room_journal, room_snapshots, rooms, sessions, users,
};
use super::{Id, StoreError};

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rooms)]
pub struct RoomRow {
    pub id: Id,
    pub tenant_id: Id,
    pub code: String,
    pub name: String,
    /// An `Identity`.
    pub host: String,
    pub template: String,
    /// A `protocol::Settings` as JSON.
    pub settings: String,
    pub password_hash: Option<String>,
    pub starts_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
}

impl RoomRow {
    /// The room as the inside knows it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the settings can't be read.
    pub fn record(&self) -> Result<RoomRecord, StoreError> {
        Ok(RoomRecord {
            room_id: RoomId(self.id.0),
            tenant_id: TenantId(self.tenant_id.0),
            room_code: self.code.clone(),
            name: self.name.clone(),
            template: self.template.clone(),
            settings: serde_json::from_str(&self.settings)?,
            host: Identity::from_subject(&self.host),
            has_password: self.password_hash.is_some(),
            created_at: timestamp(self.created_at),
            starts_at: self.starts_at.map(timestamp),
            expires_at: self.expires_at.map(timestamp),
        })
    }

    pub fn expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// What may change of a room; `None` leaves it, `Some(None)` clears it.
#[derive(Clone, Default, AsChangeset)]
#[diesel(table_name = rooms)]
pub struct RoomChanges {
    pub name: Option<String>,
    pub host: Option<String>,
    pub template: Option<String>,
    pub settings: Option<String>,
    pub password_hash: Option<Option<String>>,
    pub starts_at: Option<Option<i64>>,
    pub expires_at: Option<Option<i64>>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = users)]
pub struct UserRow {
    pub id: Id,
    pub tenant_id: Id,
    /// Lower case; unique in its tenant.
    pub email: String,
    pub display_name: String,
    pub password_hash: String,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
}

#[derive(Clone, Default, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserChanges {
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub password_hash: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub struct RefreshTokenRow {
    pub id: Id,
    /// All tokens that descend from one login.
    pub family_id: Id,
    pub parent_id: Option<Id>,
    pub user_id: Id,
    pub token_hash: String,
    pub issued_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
pub struct ApiKeyRow {
    pub id: Id,
    pub tenant_id: Id,
    pub user_id: Option<Id>,
    pub name: String,
    pub prefix: String,
    pub key_hash: String,
    /// Separated by one space.
    pub scopes: String,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: Id,
    pub room_id: Id,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
    pub peak: i32,
    /// The report as JSON, once the session has ended.
    pub summary: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = room_journal)]
pub struct JournalRow {
    pub session_id: Id,
    pub seq: i64,
    pub at_ms: i64,
    pub input: String,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = room_snapshots)]
pub struct SnapshotRow {
    pub session_id: Id,
    pub seq: i64,
    pub state: String,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log)]
pub struct AuditRow {
    pub id: Id,
    pub tenant_id: Id,
    pub at: i64,
    /// An `Identity`.
    pub actor: String,
    pub action: String,
    pub room_id: Option<Id>,
    pub session_id: Option<Id>,
    /// JSON.
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = consents)]
pub struct ConsentRow {
    pub id: Id,
    pub user_id: Id,
    pub purpose: String,
    pub granted: bool,
    pub text_version: String,
    pub at: i64,
    /// In which session it holds; everywhere where there is none.
    pub session_id: Option<Id>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = files)]
pub struct FileRow {
    pub id: Id,
    pub room_id: Id,
    pub session_id: Id,
    /// An `Identity`.
    pub uploader: String,
    /// As the uploader called it: shown, never part of a path.
    pub name: String,
    pub size: i64,
    pub mime: String,
    /// Below the data directory, made of ids only.
    pub path: String,
    pub created_at: i64,
}

#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = quality_points)]
pub struct QualityRow {
    pub session_id: Id,
    pub participant_id: Id,
    pub at: i64,
    /// 1 to 5, a mean opinion score.
    pub score: f64,
    pub rtt_ms: f64,
    /// Fraction 0 to 1.
    pub loss: f64,
    pub jitter_ms: f64,
}

#[derive(Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = emotion_points)]
pub struct EmotionRow {
    pub session_id: Id,
    pub participant_id: Id,
    pub at: i64,
    /// 0 calm to 1 animated.
    pub arousal: f64,
    /// None where it could not be told.
    pub label: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
    pub unusual: bool,
    /// Of somebody who is none of the session's participants.
    pub speaker: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
pub struct IdempotencyRow {
    pub tenant_id: Id,
    pub actor: String,
    pub key: String,
    pub request_hash: String,
    pub status: Option<i32>,
    pub body: Option<String>,
    pub created_at: i64,
}

#[derive(Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = recordings)]
pub struct RecordingRow {
    pub id: Id,
    pub tenant_id: Id,
    pub room_id: Id,
    pub session_id: Id,
    pub started_at: i64,
    pub ended_at: Option<i64>,
    /// `recording`, `processing`, `ready`, `failed`, `deleting`.
    pub state: String,
    /// What is done with it just now: `composite`, `thumbnails`, `upload`, …
    pub step: Option<String>,
    /// Of the step, 0 to 1.
    pub progress: f64,
    pub duration_ms: i64,
    pub bytes: i64,
    /// An `Identity`; none when the room's setting started it.
    pub started_by: Option<String>,
    pub problem: Option<String>,
    /// Where its files lie: `local`, `store`, `archive`.
    pub tier: String,
}

/// What may change of a recording; `None` leaves it, `Some(None)` clears it.
#[derive(Clone, Default, AsChangeset)]
#[diesel(table_name = recordings)]
pub struct RecordingChanges {
    pub ended_at: Option<i64>,
    pub state: Option<String>,
    pub step: Option<Option<String>>,
    pub progress: Option<f64>,
    pub duration_ms: Option<i64>,
    pub bytes: Option<i64>,
    pub problem: Option<Option<String>>,
    pub tier: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recording_files, treat_none_as_null = true)]
pub struct RecordingFileRow {
    pub id: Id,
    pub recording_id: Id,
    /// `composite`, `track`, `audio`, `thumbnail`, `report`, `backup`.
    pub kind: String,
    /// Our own, below the recording's folder.
    pub name: String,
    pub mime: String,
    pub bytes: i64,
    pub duration_ms: Option<i64>,
    /// Hex.
    pub sha256: Option<String>,
    pub participant_id: Option<Id>,
    pub display_name: Option<String>,
    pub source: Option<String>,
    pub tier: String,
    /// The object's key in its tier's store.
    pub location: String,
    pub created_at: i64,
}

#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = recording_uploads)]
pub struct UploadRow {
    pub file_id: Id,
    pub tier: String,
    pub location: String,
    /// The store's own.
    pub upload_id: String,
    pub part_bytes: i64,
    /// JSON: what the store answered to each part, in their order.
    pub parts: String,
}

pub fn timestamp(ms: i64) -> Timestamp {
    Timestamp(ms.max(0).unsigned_abs())
}

/// Milliseconds for a column; what lies beyond 292 million years is the last moment there is.
pub fn millis(at: Timestamp) -> i64 {
    i64::try_from(at.ms()).unwrap_or(i64::MAX)
}

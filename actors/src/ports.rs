//! What the inside needs of the outside. `src/` implements these; tests use the memory twins in `testing`.

use crate::media::{MediaCommand, MediaEvents};
use crate::sinks::SinkItem;
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{CommandError, Consents, EmotionReading, EndReason, IceServer, Purpose, RecordingStop, Settings},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{future::Future, pin::Pin};
use thiserror::Error;

pub type Answer<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>;

/// Why something could not be kept or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The queue of writes is full: try again later.
    #[error("the store is busy")]
    Busy,
    #[error("not in the store")]
    NotFound,
    /// It would break a rule of the store, such as two rooms of one code.
    #[error("already in the store")]
    Conflict,
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A room as it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomRecord {
    pub room_id: RoomId,
    pub tenant_id: TenantId,
    pub room_code: String,
    pub name: String,
    pub template: String,
    pub settings: Settings,
    /// Who owns the room: whoever shows this identity is its host.
    pub host: Identity,
    pub has_password: bool,
    pub created_at: Timestamp,
    pub starts_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

/// One entry of a session's journal.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    pub session_id: SessionId,
    /// From 1, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    /// A `room::Input` as JSON.
    pub input: String,
}

/// The state of a session after the journal entry `seq`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    pub session_id: SessionId,
    pub seq: u64,
    /// A `room::RoomState` as JSON.
    pub state: String,
}

/// People whose admission is remembered, a room; the newest.
pub const KNOWN_MAX: usize = 1_000;

/// A room with what is needed to go on where its open session was.
#[derive(Clone, PartialEq)]
pub struct StoredRoom {
    pub record: RoomRecord,
    pub session: Option<StoredSession>,
    /// Whom hosts admitted before, the oldest first, at most [`KNOWN_MAX`].
    pub known: Vec<Identity>,
}

#[derive(Clone, PartialEq)]
pub struct StoredSession {
    pub session_id: SessionId,
    pub started_at: Timestamp,
    /// The newest snapshot, if there is one.
    pub snapshot: Option<Snapshot>,
    /// What came after it, in order.
    pub tail: Vec<JournalEntry>,
}

/// What an ended session leaves for its report.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSummary {
    /// Shapes as in the report: `participants`, `chat`, `chatCount`, `peak`; and `identities`, who took part, which is for deciding who may
    /// read it and never shown.
    pub report: Value,
    pub peak: u32,
}

/// Who did what: kept for `audit`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    pub tenant_id: TenantId,
    pub at: Timestamp,
    pub actor: Identity,
    /// `room.joined`, `room.left`, `role.changed`, `person.admitted`, `consent.changed`, …
    pub action: String,
    pub room_id: Option<RoomId>,
    pub session_id: Option<SessionId>,
    pub detail: Value,
}

/// One participant's quality at one time.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QualityPoint {
    pub session_id: SessionId,
    pub participant_id: ParticipantId,
    pub at: Timestamp,
    /// 1 to 5.
    pub score: f32,
    pub rtt_ms: f32,
    /// Fraction 0 to 1.
    pub loss: f32,
    pub jitter_ms: f32,
}

/// An answer of somebody who was asked whether their media may be used for a purpose.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRecord {
    pub identity: Identity,
    pub purpose: Purpose,
    pub granted: bool,
    /// Of the words with which they were asked.
    pub text_version: String,
    pub at: Timestamp,
}

/// Keeps rooms, sessions and their journals. An answered write survives a crash of the process.
pub trait RoomStore: Send + Sync + 'static {
    /// Sees every write that was asked for before.
    fn room(&self, room: RoomId) -> Answer<Option<StoredRoom>>;
    /// Rooms whose session was open when the process ended.
    fn rooms_with_open_session(&self) -> Answer<Vec<RoomId>>;
    fn start_session(&self, room: RoomId, session: SessionId, at: Timestamp) -> Answer<()>;
    /// Entries are kept in order and without gaps; the very same one again is kept already. Anything else is a [`StoreError::Conflict`].
    fn append(&self, entry: JournalEntry) -> Answer<()>;
    /// Replaces the session's snapshot.
    fn save_snapshot(&self, snapshot: Snapshot) -> Answer<()>;
    fn end_session(&self, session: SessionId, at: Timestamp, reason: EndReason, summary: SessionSummary) -> Answer<()>;
    /// A host changed the room from inside.
    fn update_room(&self, room: RoomId, name: String, settings: Settings, host: Identity) -> Answer<()>;
    /// A host let this person in. The newest [`KNOWN_MAX`] of a room are kept.
    fn remember_admitted(&self, room: RoomId, identity: Identity, at: Timestamp) -> Answer<()>;
    fn forget_admitted(&self, room: RoomId, identity: Identity) -> Answer<()>;
    fn audit(&self, entry: AuditEntry) -> Answer<()>;
    fn record_quality(&self, point: QualityPoint) -> Answer<()>;
    /// With the account, of those who have one; of others the audit log and the session's report know it.
    fn record_consent(&self, session: SessionId, consent: ConsentRecord) -> Answer<()>;
    fn record_emotion(&self, session: SessionId, reading: EmotionReading) -> Answer<()>;
}

/// Makes ICE servers with credentials for one participant.
pub trait IceServers: Send + Sync + 'static {
    fn for_participant(&self, participant: ParticipantId, now: Timestamp) -> Vec<IceServer>;
}

/// The media plane can't take a command now: the room tries again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the media plane is busy")]
pub struct MediaBusy;

/// Where the media of a track goes that somebody agreed to. Called on a media worker's thread, and by the room for marks: it must not block.
pub trait MediaSink: Send + Sync + 'static {
    /// Says whether there was room; what there was none for is lost, and the sink has to say so where it is missing.
    fn put(&self, item: SinkItem) -> bool;
}

/// Forwards media for rooms. Calls never block.
pub trait MediaPlane: Send + Sync + 'static {
    /// Gives the room a place, on the worker with the least to do; the same room again replaces where its events go.
    fn open(&self, room: RoomId, events: MediaEvents) -> Result<(), MediaBusy>;
    /// Taken in order, or not at all.
    fn send(&self, room: RoomId, command: MediaCommand) -> Result<(), MediaBusy>;
}

/// News of one room's recording, in order. What is told twice is so once.
#[derive(Clone, PartialEq)]
pub enum RecorderNews {
    /// This recording runs: it begins now, or goes on after a restart.
    Runs(Box<RecordingOrder>),
    /// Everybody who is there, with their answers as they are from `at` on.
    People {
        people: Vec<PersonInRecording>,
        at: Timestamp,
    },
    Stopped {
        recording: RecordingId,
        reason: RecordingStop,
        at: Timestamp,
    },
}

#[derive(Clone, PartialEq)]
pub struct RecordingOrder {
    pub recording: RecordingId,
    pub started_at: Timestamp,
    /// Known when it begins.
    pub started_by: Option<Identity>,
    pub room: RoomRecord,
    pub session: SessionId,
}

#[derive(Clone, PartialEq)]
pub struct PersonInRecording {
    pub id: ParticipantId,
    pub display_name: String,
    pub consents: Consents,
}

/// Records rooms. Calls never block.
pub trait Recorder: Send + Sync + 'static {
    fn tell(&self, room: RoomId, news: RecorderNews);
}

/// Reads the emotion of voices. Calls never block.
pub trait EmotionReader: Send + Sync + 'static {
    /// Listen to this room's session, to those who agree, or stop it. Told twice is told once.
    fn listen(&self, room: RoomId, session: SessionId, wanted: bool);
    /// A clip that somebody sent of themselves: a file of any audio format that is understood.
    fn clip(&self, participant: ParticipantId, clip: Clip) -> ClipAnswer;
}

/// A file as it came.
#[derive(Clone)]
pub enum Clip {
    File(Bytes),
    Base64(String),
}

pub type ClipAnswer = Pin<Box<dyn Future<Output = Result<EmotionReading, CommandError>> + Send>>;

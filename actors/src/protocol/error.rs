//! What can go wrong with a command, as the client is told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Stable names of errors; clients may act on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    BadJson,
    UnknownType,
    BadField,
    TooLong,
    NotAuthenticated,
    AlreadyAuthenticated,
    TokenInvalid,
    ResumeExpired,
    ResumeInvalid,
    NotAdmitted,
    NotPermitted,
    NoSuchParticipant,
    NotInRoom,
    RoomNotFound,
    RoomFull,
    RoomLocked,
    RoomEnded,
    Banned,
    // The answers to a resume of somebody whom a host turned away while their socket was gone.
    Denied,
    Removed,
    NotRecording,
    RateLimited,
    NotAvailable,
    Busy,
    StorageUnavailable,
    Internal,
}

impl ErrorCode {
    /// As on the wire.
    pub fn name(self) -> String {
        let text = serde_json::to_string(&self).unwrap_or_default();
        text.trim_matches('"').to_owned()
    }
}

/// The caller's error: it goes back with its `ref`, and changed nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommandError {
    pub code: ErrorCode,
    /// A sentence for people.
    pub message: String,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_in_ms: Option<u64>,
}

impl CommandError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_in_ms: None }
    }

    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    pub fn retry_in(mut self, ms: u64) -> Self {
        self.retry_in_ms = Some(ms);
        self
    }

    pub fn bad_field(field: &str, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadField, message).field(field)
    }

    pub fn too_long(field: &str, limit: usize) -> Self {
        Self::new(ErrorCode::TooLong, format!("{field} is over its limit of {limit}")).field(field)
    }

    pub fn not_permitted() -> Self {
        Self::new(ErrorCode::NotPermitted, "your role in this room does not allow that")
    }

    pub fn no_such_participant() -> Self {
        Self::new(ErrorCode::NoSuchParticipant, "nobody with that id is here")
    }

    pub fn not_available(what: &str) -> Self {
        Self::new(ErrorCode::NotAvailable, format!("this server does not offer {what}"))
    }

    pub fn busy() -> Self {
        Self::new(ErrorCode::Busy, "the server is busy; try again").retry_in(500)
    }
}

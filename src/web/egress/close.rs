//! How a stream's socket ends, and what its sender is told.

use actix_http::ws::{CloseCode, CloseReason};
use serde_json::{Value, json};

/// Why. The code is in the last message before the close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// The sender said so, or went.
    Done,
    /// Nothing came for too long.
    Idle,
    /// The server goes away.
    Draining,
    TooBig,
    NotUtf8,
    /// Said too much that is no event.
    Policy,
    /// The disk took nothing for too long.
    Stuck,
    /// Does not read what it is told.
    Slow,
    Internal,
}

impl End {
    pub fn reason(self) -> CloseReason {
        let code = match self {
            Self::Done | Self::Idle => CloseCode::Normal,
            Self::Draining => CloseCode::Restart,
            Self::TooBig => CloseCode::Size,
            Self::NotUtf8 => CloseCode::Invalid,
            Self::Policy => CloseCode::Policy,
            Self::Stuck => CloseCode::Again,
            Self::Slow => CloseCode::Other(4408),
            Self::Internal => CloseCode::Error,
        };
        CloseReason { code, description: None }
    }

    /// Nothing is wrong where there is none.
    pub fn error(self) -> Option<Value> {
        let (code, message) = match self {
            Self::Done | Self::Slow => return None,
            Self::Idle => ("idle", "nothing came for too long"),
            Self::Draining => ("draining", "the server is shutting down; connect again"),
            Self::TooBig => ("too_big", "a message was longer than it may be"),
            Self::NotUtf8 => ("not_utf8", "a text message was no UTF-8"),
            Self::Policy => ("too_many_errors", "too much of what came was no event"),
            Self::Stuck => ("storage_unavailable", "nothing could be written for too long"),
            Self::Internal => ("internal", "something went wrong on the server"),
        };
        Some(error(code, message))
    }
}

pub fn error(code: &str, message: &str) -> Value {
    json!({ "type": "error", "code": code, "message": message })
}

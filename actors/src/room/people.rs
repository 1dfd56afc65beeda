//! The people of a session, as its state keeps them.

use super::Claims;
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{Connection, Participant},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Somebody in the room.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    /// As everybody sees them.
    pub person: Participant,
    pub claims: Claims,
    /// `None` when their resume token is dead.
    pub resume_hash: Option<String>,
    /// Since when the socket is gone.
    pub gone_at: Option<Timestamp>,
    /// A host asked them to unmute, which the room's setting alone would forbid.
    pub unmute_allowed: bool,
    /// A host chose the name; a new connection does not change it back.
    pub named_by_host: bool,
    /// What a host switched off, until the person switches it on again.
    #[serde(default)]
    pub stopped: Stopped,
}

/// Streams that the server does not let through, whatever the client sends.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(super) struct Stopped {
    pub microphone: bool,
    pub camera: bool,
    pub screen: bool,
}

impl Member {
    pub fn identity(&self) -> &Identity {
        &self.claims.identity
    }

    pub fn online(&self) -> bool {
        self.person.connection == Connection::Online
    }
}

/// Somebody who waits.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Knock {
    pub claims: Claims,
    pub resume_hash: Option<String>,
    pub since: Timestamp,
    pub gone_at: Option<Timestamp>,
    pub message: Option<String>,
    pub lease: Option<Lease>,
}

impl Knock {
    pub fn online(&self) -> bool {
        self.gone_at.is_none()
    }

    pub fn live_lease(&self, now: Timestamp) -> Option<&Lease> {
        self.lease.as_ref().filter(|lease| lease.until > now)
    }
}

/// An admission that is not redeemed yet.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lease {
    pub grant: Uuid,
    pub until: Timestamp,
}

/// One person's stays in this session, for the report.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visit {
    pub identity: Identity,
    pub display_name: String,
    pub role: crate::protocol::Role,
    pub joined_at: Timestamp,
    pub left_at: Option<Timestamp>,
    /// Of the stays before the present one.
    pub stayed_ms: u64,
}

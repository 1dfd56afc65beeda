//! People as the wire shows them.

use crate::{clock::Timestamp, ids::*};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody is in a room. Ordered: a later one may do less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Host,
    Cohost,
    Presenter,
    Participant,
    /// Sees and hears, publishes nothing, is shown apart.
    Observer,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Host, Role::Cohost, Role::Presenter, Role::Participant, Role::Observer];

    pub fn is_host(self) -> bool {
        matches!(self, Role::Host | Role::Cohost)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    Online,
    Reconnecting,
}

/// What somebody agreed to, a purpose each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Consents {
    pub recording: bool,
    pub transcription: bool,
    pub emotion: bool,
    pub assistant: bool,
}

/// What media on the server may be used for: each is agreed to by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Recording,
    Transcription,
    Emotion,
    Assistant,
}

impl Purpose {
    pub const ALL: [Purpose; 4] = [Purpose::Recording, Purpose::Transcription, Purpose::Emotion, Purpose::Assistant];

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Recording => "recording",
            Purpose::Transcription => "transcription",
            Purpose::Emotion => "emotion",
            Purpose::Assistant => "assistant",
        }
    }
}

impl Consents {
    pub fn allow(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Recording => self.recording,
            Purpose::Transcription => self.transcription,
            Purpose::Emotion => self.emotion,
            Purpose::Assistant => self.assistant,
        }
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    pub id: ParticipantId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    pub display_name: String,
    pub role: Role,
    pub joined_at: Timestamp,
    pub muted: bool,
    pub video_on: bool,
    pub screen_sharing: bool,
    /// Since when the hand is up; hands are answered in this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_raised_at: Option<Timestamp>,
    pub connection: Connection,
    /// Has no account here.
    pub guest: bool,
    pub consents: Consents,
}

/// Somebody who knocked, as hosts see it.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingPerson {
    pub id: ParticipantId,
    pub display_name: String,
    pub since: Timestamp,
    pub online: bool,
    /// Was admitted to this room before.
    pub known: bool,
    pub has_preview: bool,
}

/// Whom a host's command means: one participant by id, or `"all"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Whom {
    One(ParticipantId),
    All(Everyone),
}

/// `"all"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    All,
}

/// Which of somebody's streams a host's command means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Audio,
    Video,
    Screen,
}

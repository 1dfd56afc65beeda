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

/// What somebody answered when they were asked whether their media may be used for a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    /// Not asked, or still thinking: as good as refused.
    #[default]
    Unanswered,
    Granted,
    Refused,
}

impl From<bool> for ConsentAnswer {
    fn from(granted: bool) -> Self {
        if granted { Self::Granted } else { Self::Refused }
    }
}

impl<'de> Deserialize<'de> for ConsentAnswer {
    /// Journals of sessions that began before refusals were kept say `true` and `false`, where `false` was also said of those who were never asked.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Old(bool),
            Name(Name),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Name {
            Unanswered,
            Granted,
            Refused,
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Old(true) | Either::Name(Name::Granted) => Self::Granted,
            Either::Old(false) | Either::Name(Name::Unanswered) => Self::Unanswered,
            Either::Name(Name::Refused) => Self::Refused,
        })
    }
}

/// The version of the words with which people are asked. To be changed with them: an answer is worth what was asked.
pub const CONSENT_TEXT: &str = "2026-11";

/// What somebody agreed to, a purpose each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Consents {
    pub recording: ConsentAnswer,
    pub transcription: ConsentAnswer,
    pub emotion: ConsentAnswer,
    pub assistant: ConsentAnswer,
    /// Hosts may see the emotion too, and not only the person.
    pub share_emotion: bool,
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
    /// Those who agreed to these purposes and were not asked about the others.
    pub fn granting(purposes: impl IntoIterator<Item = Purpose>) -> Self {
        purposes.into_iter().fold(Self::default(), |mut consents, purpose| {
            *consents.answer_mut(purpose) = ConsentAnswer::Granted;
            consents
        })
    }

    pub fn answer(&self, purpose: Purpose) -> ConsentAnswer {
        match purpose {
            Purpose::Recording => self.recording,
            Purpose::Transcription => self.transcription,
            Purpose::Emotion => self.emotion,
            Purpose::Assistant => self.assistant,
        }
    }

    pub fn answer_mut(&mut self, purpose: Purpose) -> &mut ConsentAnswer {
        match purpose {
            Purpose::Recording => &mut self.recording,
            Purpose::Transcription => &mut self.transcription,
            Purpose::Emotion => &mut self.emotion,
            Purpose::Assistant => &mut self.assistant,
        }
    }

    pub fn allow(&self, purpose: Purpose) -> bool {
        self.answer(purpose) == ConsentAnswer::Granted
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

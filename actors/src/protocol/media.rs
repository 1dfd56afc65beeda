//! Media as the wire speaks of it.

use super::people::Purpose;
use crate::ids::*;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;

/// The other side of a connection: a participant's id, or `"sfu"`, the server itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Address {
    Sfu,
    Participant(ParticipantId),
}

const SFU: &str = "sfu";

impl From<ParticipantId> for Address {
    fn from(id: ParticipantId) -> Self {
        Self::Participant(id)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sfu => serializer.serialize_str(SFU),
            Self::Participant(id) => id.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        if text == SFU {
            return Ok(Self::Sfu);
        }
        text.parse().map(Self::Participant).map_err(|_| de::Error::custom("neither a participant's id nor \"sfu\""))
    }
}

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let participant = generator.subschema_for::<ParticipantId>();
        json_schema!({ "anyOf": [{ "const": SFU, "type": "string" }, participant] })
    }
}

/// What a track shows or plays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Microphone,
    Camera,
    Screen,
    ScreenAudio,
}

impl Source {
    pub const ALL: [Source; 4] = [Source::Microphone, Source::Camera, Source::Screen, Source::ScreenAudio];

    pub fn is_audio(self) -> bool {
        matches!(self, Source::Microphone | Source::ScreenAudio)
    }

    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Source::Microphone => "microphone",
            Source::Camera => "camera",
            Source::Screen => "screen",
            Source::ScreenAudio => "screen_audio",
        }
    }
}

/// Of the connections that a participant has with the server.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// The participant sends on it and makes its offers.
    Publish,
    /// The participant receives on it; the server makes its offers.
    Receive,
    /// In a mesh, the participant sends an extra copy on it for what runs on the server, and makes its offers.
    Tap,
}

/// Which m-line of a publisher's offer is what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrackLabel {
    pub mid: String,
    pub source: Source,
}

/// Who is in a slot of a receiving connection.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub mid: String,
    pub participant_id: ParticipantId,
    pub source: Source,
}

/// A track that a receiver shows, and how large.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Want {
    pub participant_id: ParticipantId,
    pub source: Source,
    /// Of the tile, in device pixels; 0 when it is not visible.
    #[serde(default)]
    pub height: u32,
    /// Higher is served first; pinned and spotlit tiles, then the speaker. 0 to 10.
    #[serde(default)]
    pub priority: u8,
}

/// A track or part of it that somebody watches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LayersWanted {
    pub source: Source,
    /// Of `q`, `h`, `f`, from the smallest; empty when nobody watches.
    pub layers: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitReason {
    /// The receiver's connection has no room for it.
    Bandwidth,
    /// The publisher sends more than it may.
    SourceLimit,
    /// Nothing comes from the publisher.
    NotSent,
}

/// Something that a receiver wants and does not get now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limited {
    pub participant_id: ParticipantId,
    pub source: Source,
    pub reason: LimitReason,
}

/// Whose media the server hears for something that runs on it, by their consent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tap {
    pub participant_id: ParticipantId,
    /// What it hears and sees of them while it is on. Of a camera and a screen, in a mesh, the low encoding alone.
    pub sources: Vec<Source>,
    /// What for.
    pub purposes: Vec<Purpose>,
}

/// Why the server did not take a description.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DescriptionProblem {
    Unreadable,
    TooManyLines,
    /// An answer to nothing.
    NoOffer,
    /// The participant has no place in the media plane now.
    NoPeer,
    /// The server can't take more media.
    Full,
}

/// Why a switch was given up; media stays on the old path.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollbackReason {
    /// Somebody could not bring the new path up in time.
    NotReady,
    /// Nothing asks for it any more.
    NotNeeded,
    /// The media plane failed.
    MediaFailed,
}

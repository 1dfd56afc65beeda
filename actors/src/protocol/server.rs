//! What the server sends: replies, and events in the past tense.

use super::{
    error::CommandError,
    media::{Address, DescriptionProblem, LayersWanted, Leg, Limited, RollbackReason, Slot, Tap},
    people::{MediaKind, Participant, WaitingPerson},
    room::{
        ChatMessage, EmotionReading, IceServer, RecordingStop, Room, RunningRecording, SharedFile, Topology, TopologyMode,
        TopologyReason,
    },
};
use crate::{clock::Timestamp, ids::*};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The answer to one command.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename = "reply", rename_all = "camelCase")]
pub struct Reply {
    #[serde(rename = "ref")]
    pub reference: Option<u64>,
    pub ok: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub body: Option<ReplyBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<CommandError>,
}

impl Reply {
    pub fn new(reference: Option<u64>, result: Result<ReplyBody, CommandError>) -> Self {
        match result {
            Ok(body) => Self { reference, ok: true, body: Some(body), error: None },
            Err(error) => Self { reference, ok: false, body: None, error: Some(error) },
        }
    }
}

/// What a reply says beside `ok`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum ReplyBody {
    /// `hello` and `resume`.
    Started {
        state: Stage,
        participant_id: ParticipantId,
        /// Of `resume` alone: the missed events follow one by one; otherwise a snapshot does.
        #[serde(skip_serializing_if = "Option::is_none")]
        replayed: Option<bool>,
    },
    /// `chat`.
    Sent { id: ChatId },
    /// `ping`.
    Pong { server_time: Timestamp },
    /// `start_recording`: the one that runs now.
    Recording { recording_id: RecordingId },
    /// `emotion_clip`.
    Emotion { emotion: Box<EmotionReading> },
    /// `get_ice_servers`.
    IceServers { ice_servers: Vec<IceServer> },
    /// Everything else.
    Done {},
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    Joined,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    Left,
    ConnectionLost,
    Removed,
    SentToWaiting,
    /// The same person is back at once with new peer connections.
    Rejoined,
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    EndedByHost,
    Expired,
    Empty,
    Deleted,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityLevel {
    Good,
    Fair,
    Poor,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityProblem {
    Loss,
    Latency,
    Jitter,
    Bandwidth,
    Cpu,
}

/// The whole of what one person may know of the room; later events are changes to it.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    pub session_id: SessionId,
    pub room_id: RoomId,
    pub room_code: String,
    pub you: Participant,
    /// Filled by the participant, never by the room: the room does not know it.
    pub resume_token: String,
    pub resume_grace_seconds: u64,
    pub room: Room,
    pub participants: Vec<Participant>,
    /// Only for those who may admit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Vec<WaitingPerson>>,
    pub topology: Topology,
    /// Filled by the participant: credentials are personal and short-lived.
    pub ice_servers: Vec<IceServer>,
    pub chat: Vec<ChatMessage>,
}

/// All that a waiting person is told.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    pub participant_id: ParticipantId,
    /// From 1.
    pub position: u32,
    pub host_present: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    pub room_name: String,
    /// Filled by the participant.
    pub resume_token: String,
    pub resume_grace_seconds: u64,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ServerEvent {
    Welcome(Box<Welcome>),
    Waiting(Box<Waiting>),
    WaitingUpdated {
        waiting: Vec<WaitingPerson>,
    },
    Admitted {},
    Denied {
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    ParticipantJoined {
        participant: Participant,
    },
    ParticipantLeft {
        participant_id: ParticipantId,
        reason: LeaveReason,
    },
    ParticipantUpdated {
        participant: Participant,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<ParticipantId>,
    },
    RoomUpdated {
        room: Box<Room>,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<ParticipantId>,
    },
    OfferReceived {
        from: Address,
        sdp: String,
        epoch: u32,
    },
    AnswerReceived {
        from: Address,
        sdp: String,
        epoch: u32,
    },
    IceCandidateReceived {
        from: Address,
        candidate: Value,
        epoch: u32,
    },
    ChatReceived(ChatMessage),
    ReactionReceived {
        from: ParticipantId,
        emoji: String,
    },
    UnmuteRequested {
        from: ParticipantId,
        kind: MediaKind,
    },
    Removed {
        ban: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<ParticipantId>,
    },
    TopologyUpdated {
        topology: Topology,
    },
    TopologySwitching {
        epoch: u32,
        to: TopologyMode,
        reason: TopologyReason,
    },
    TopologySwitched {
        epoch: u32,
        mode: TopologyMode,
    },
    TopologyRolledBack {
        epoch: u32,
        reason: RollbackReason,
    },
    /// The server did not take this participant's description on that leg: what was there before goes on.
    DescriptionRefused {
        leg: Leg,
        epoch: u32,
        reason: DescriptionProblem,
        message: String,
    },
    /// Who is in each slot of the receiving connection: the whole map.
    SlotsUpdated {
        epoch: u32,
        slots: Vec<Slot>,
    },
    /// The encodings that somebody watches: the others can be paused at the sender. The whole list.
    LayersWanted {
        tracks: Vec<LayersWanted>,
    },
    /// What is wanted and not sent now: the whole list.
    MediaLimited {
        tracks: Vec<Limited>,
    },
    /// Whom the server hears for something that runs on it: the whole list. With `epoch` (in a mesh) those who are named send it an extra copy
    /// of these sources; without, it hears what goes through it anyway.
    TapsUpdated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<u32>,
        taps: Vec<Tap>,
    },
    /// The server heard nothing on that connection for a while: restart ICE there.
    PathLost {
        leg: Leg,
    },
    RecordingStarted {
        recording: RunningRecording,
    },
    /// A problem came or went.
    RecordingUpdated {
        recording: RunningRecording,
    },
    RecordingStopped {
        recording_id: RecordingId,
        reason: RecordingStop,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<ParticipantId>,
    },
    SessionEnded {
        reason: EndReason,
    },
    ServerDraining {
        #[serde(skip_serializing_if = "Option::is_none")]
        reconnect_to: Option<String>,
        retry_in_ms: u64,
    },
    ActiveSpeakerChanged {
        #[serde(skip_serializing_if = "Option::is_none")]
        participant_id: Option<ParticipantId>,
    },
    QualityUpdated {
        participant_id: ParticipantId,
        /// A mean opinion score, 1 to 5.
        score: f32,
        level: QualityLevel,
    },
    QualityWarned {
        participant_id: ParticipantId,
        reason: QualityProblem,
        advice: String,
    },
    /// To the person, and to hosts where that person agreed.
    EmotionUpdated(EmotionReading),
    TypingChanged {
        participant_id: ParticipantId,
        typing: bool,
    },
    WaitingPreview {
        participant_id: ParticipantId,
        image: Option<String>,
    },
}

/// Events of the same key replace one another: the newest wins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CoalesceKey {
    Speaker,
    Quality(ParticipantId),
    Warning(ParticipantId),
    Typing(ParticipantId),
    Emotion(ParticipantId),
    Preview(ParticipantId),
    Slots,
    LayersWanted,
    MediaLimited,
    Taps,
    PathLost(Leg),
    Participant(ParticipantId),
    Room,
    Topology,
    WaitingList,
}

impl ServerEvent {
    /// Carries no `seq`: only the newest of its key is worth having.
    pub fn latest_wins(&self) -> Option<CoalesceKey> {
        match self {
            Self::ActiveSpeakerChanged { .. } => Some(CoalesceKey::Speaker),
            Self::QualityUpdated { participant_id, .. } => Some(CoalesceKey::Quality(*participant_id)),
            Self::QualityWarned { participant_id, .. } => Some(CoalesceKey::Warning(*participant_id)),
            Self::EmotionUpdated(reading) => Some(CoalesceKey::Emotion(reading.participant_id)),
            Self::TypingChanged { participant_id, .. } => Some(CoalesceKey::Typing(*participant_id)),
            Self::WaitingPreview { participant_id, .. } => Some(CoalesceKey::Preview(*participant_id)),
            Self::SlotsUpdated { .. } => Some(CoalesceKey::Slots),
            Self::LayersWanted { .. } => Some(CoalesceKey::LayersWanted),
            Self::MediaLimited { .. } => Some(CoalesceKey::MediaLimited),
            Self::TapsUpdated { .. } => Some(CoalesceKey::Taps),
            Self::PathLost { leg } => Some(CoalesceKey::PathLost(*leg)),
            _ => None,
        }
    }

    /// Has a `seq`, but while it still waits for its turn a newer one of the same key may take its place: each holds the whole of its subject.
    pub fn coalesces(&self) -> Option<CoalesceKey> {
        match self {
            Self::ParticipantUpdated { participant, .. } => Some(CoalesceKey::Participant(participant.id)),
            Self::RoomUpdated { .. } => Some(CoalesceKey::Room),
            Self::TopologyUpdated { .. } => Some(CoalesceKey::Topology),
            Self::WaitingUpdated { .. } => Some(CoalesceKey::WaitingList),
            _ => None,
        }
    }
}

/// Why the server closes a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[repr(u16)]
pub enum CloseCode {
    Normal = 1000,
    GoingAway = 1001,
    NotText = 1003,
    NotUtf8 = 1007,
    Policy = 1008,
    TooBig = 1009,
    Internal = 1011,
    NotAuthenticated = 4401,
    Refused = 4403,
    NoSuchRoom = 4404,
    SlowConsumer = 4408,
    JoinedElsewhere = 4409,
    SessionEnded = 4410,
    TooFast = 4429,
    Draining = 4503,
}

impl CloseCode {
    pub fn number(self) -> u16 {
        self as u16
    }

    pub fn sentence(self) -> &'static str {
        match self {
            Self::Normal => "goodbye",
            Self::GoingAway => "the server is going away",
            Self::NotText => "text frames only",
            Self::NotUtf8 => "the frame is not UTF-8",
            Self::Policy => "the frame breaks the protocol",
            Self::TooBig => "the frame is too big",
            Self::Internal => "something broke here; resume",
            Self::NotAuthenticated => "say hello or resume within 5 seconds",
            Self::Refused => "a host does not let you in",
            Self::NoSuchRoom => "there is no such room",
            Self::SlowConsumer => "events were not acknowledged; resume",
            Self::JoinedElsewhere => "you joined from elsewhere",
            Self::SessionEnded => "the session has ended",
            Self::TooFast => "too many frames",
            Self::Draining => "the server is draining",
        }
    }
}

/// A file that a member uploaded, to be named in a chat message.
pub type UploadedFile = SharedFile;

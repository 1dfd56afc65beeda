//! What clients send: imperative commands, each a struct of its own.

use super::{
    error::CommandError,
    media::{Address, TrackLabel, Want},
    people::{MediaKind, Purpose, Role, Whom},
    room::PartialSettings,
    schema::Nullable,
};
use crate::ids::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Links that one `telemetry` may speak of.
pub const TELEMETRY_PEERS: usize = 100;

/// Defines the commands once: a struct each, the enum over them, and the parser's table from a type's name to its struct.
macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $wire:literal $({ $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? })?)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = "camelCase")]
            pub struct $name { $($($(#[$field_meta])* pub $field: $type,)*)? }
        )*

        /// A command, without its `ref`.
        #[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "type")]
        pub enum ClientCommand { $(#[serde(rename = $wire)] $name($name),)* }

        impl ClientCommand {
            /// The wire's name of every command.
            pub const NAMES: &'static [&'static str] = &[$($wire),*];

            /// The wire's name of this command.
            pub fn name(&self) -> &'static str {
                match self { $(ClientCommand::$name(_) => $wire,)* }
            }

            /// Reads the command called `name` from a whole frame; `None` when there is no such command.
            pub(super) fn read(name: &str, text: &str) -> Option<serde_json::Result<ClientCommand>> {
                match name {
                    $($wire => Some(serde_json::from_str::<$name>(text).map(ClientCommand::$name)),)*
                    _ => None,
                }
            }
        }

        $(impl From<$name> for ClientCommand {
            fn from(command: $name) -> Self { ClientCommand::$name(command) }
        })*
    };
}

/// An optional field that must tell `null` from absent: `None` absent, `Some(None)` null.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

commands! {
    /// Starts a connection with a join token.
    Hello "hello" {
        token: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_name: Option<String>,
        /// `mesh`; `few_links`: this device bears few links of a mesh. Others mean nothing.
        #[serde(default)]
        capabilities: Vec<String>,
    }
    /// Starts a connection as a participant that is already here.
    Resume "resume" {
        resume_token: String,
        last_seq: u64,
        /// The client lost its state (a reload): send a snapshot, and tell the others that its peer connections are gone.
        #[serde(default)]
        fresh: bool,
    }
    /// Everything up to `seq` has arrived.
    Ack "ack" { seq: u64 }
    Ping "ping"
    LeaveRoom "leave_room"
    Offer "offer" {
        to: Address,
        sdp: String,
        epoch: u32,
        /// To the server: what is what. Without it the first audio is the microphone, the first video the camera, the second video the screen, the
        /// second audio its sound.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracks: Option<Vec<TrackLabel>>,
    }
    Answer "answer" { to: Address, sdp: String, epoch: u32 }
    IceCandidate "ice_candidate" {
        to: Address,
        /// An `RTCIceCandidateInit`, or `null` at the end of a generation.
        #[serde(deserialize_with = "present_value")]
        candidate: Value,
        epoch: u32,
    }
    GetIceServers "get_ice_servers"
    UpdateState "update_state" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        muted: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        video_on: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screen_sharing: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hand_raised: Option<bool>,
    }
    RaiseHand "raise_hand" { #[serde(default = "yes")] raised: bool }
    React "react" { emoji: String }
    Typing "typing" {
        typing: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ParticipantId>,
    }
    Chat "chat" {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ParticipantId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ChatId>,
        client_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_id: Option<FileId>,
    }
    Rename "rename" {
        display_name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant_id: Option<ParticipantId>,
    }
    Admit "admit" { participant_id: ParticipantId }
    AdmitAll "admit_all"
    Deny "deny" {
        participant_id: ParticipantId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }
    DenyAll "deny_all" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }
    SendToWaiting "send_to_waiting" { participant_id: ParticipantId }
    WaitingMessage "waiting_message" {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<ParticipantId>,
    }
    /// A waiting person shows hosts a still picture, or takes it back with `null`.
    OfferPreview "offer_preview" {
        #[serde(deserialize_with = "present")]
        #[schemars(with = "Nullable<String>")]
        image: Option<String>,
    }
    SetRole "set_role" { participant_id: ParticipantId, role: Role }
    /// Exactly one of `participantId` (which may be `"all"`) and `all`.
    Mute "mute" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant_id: Option<Whom>,
        #[serde(default)]
        all: bool,
        kind: MediaKind,
    }
    /// Exactly one of `participantId` (which may be `"all"`) and `all`.
    AskUnmute "ask_unmute" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant_id: Option<Whom>,
        #[serde(default)]
        all: bool,
        #[serde(default = "audio")]
        kind: MediaKind,
    }
    LowerHands "lower_hands" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        participant_id: Option<ParticipantId>,
    }
    Remove "remove" { participant_id: ParticipantId, #[serde(default)] ban: bool }
    Lock "lock" { locked: bool }
    Spotlight "spotlight" {
        #[serde(deserialize_with = "present")]
        #[schemars(with = "Nullable<ParticipantId>")]
        participant_id: Option<ParticipantId>,
    }
    UpdateRoom "update_room" {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settings: Option<PartialSettings>,
    }
    TransferHost "transfer_host" { participant_id: ParticipantId }
    EndSession "end_session"
    Consent "consent" {
        purposes: Purposes,
        /// The version of the words with which they were asked, 1 to 40 characters; absent: the server's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text_version: Option<String>,
        /// May hosts see the emotion too? Absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share_emotion: Option<bool>,
    }
    /// Those whose media is decoded on the new path: the whole list each time.
    TopologyReady "topology_ready" { epoch: u32, #[serde(default)] edges: Vec<ParticipantId> }
    /// What is on the screen, and how large: the whole list each time.
    Subscribe "subscribe" { tracks: Vec<Want> }
    /// The way to the receiving connection is broken: asks for an offer with new ICE credentials.
    RestartReceive "restart_receive" { epoch: u32 }
    Telemetry "telemetry" {
        #[serde(default)]
        peers: Vec<PeerStats>,
        /// The encoder is held back by the processor.
        #[serde(default)]
        cpu_limited: bool,
        /// 0 to 1, the loudest since the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        audio_level: Option<f32>,
    }
    StartRecording "start_recording"
    StopRecording "stop_recording"
    /// A clip of one's own voice, a whole file in base64; as a binary frame the file as it is. The reply holds the reading.
    EmotionClip "emotion_clip" { clip: String }
    /// Only with `--dev`: makes the server misbehave, for authors of clients and tests.
    Simulate "simulate" { fault: Fault }
}

fn yes() -> bool {
    true
}

fn audio() -> MediaKind {
    MediaKind::Audio
}

/// `null` is a value here, absent is not.
fn present_value<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// The purposes that a consent speaks of; absent ones stay as they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Purposes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant: Option<bool>,
}

/// What one side saw of the media between it and one other, over the time since it last told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeerStats {
    pub participant_id: ParticipantId,
    #[serde(default)]
    pub rtt_ms: f32,
    /// Fraction 0 to 1 of what we sent that they lost.
    #[serde(default)]
    pub loss_up: f32,
    /// Fraction 0 to 1 of what they sent that we lost.
    #[serde(default)]
    pub loss_down: f32,
    #[serde(default)]
    pub jitter_ms: f32,
    /// Bits a second.
    #[serde(default)]
    pub bitrate_up: f32,
    /// Bits a second.
    #[serde(default)]
    pub bitrate_down: f32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames_per_second: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame_height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freezes: Option<u32>,
    #[serde(default)]
    pub relayed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
}

impl PeerStats {
    /// Is every number one that can be measured? Losses over 1 are rounding of the client's, which scoring puts right.
    pub fn check(&self) -> Result<(), CommandError> {
        let numbers = [
            ("peers.rttMs", self.rtt_ms),
            ("peers.lossUp", self.loss_up),
            ("peers.lossDown", self.loss_down),
            ("peers.jitterMs", self.jitter_ms),
            ("peers.bitrateUp", self.bitrate_up),
            ("peers.bitrateDown", self.bitrate_down),
            ("peers.framesPerSecond", self.frames_per_second.unwrap_or_default()),
        ];
        match numbers.iter().find(|(_, number)| !measurable(*number)) {
            Some((field, _)) => Err(CommandError::bad_field(field, "must be a finite number that is not negative")),
            None => Ok(()),
        }
    }
}

impl Telemetry {
    /// The first thing that is wrong with it, if anything is.
    pub fn check(&self) -> Result<(), CommandError> {
        if self.peers.len() > TELEMETRY_PEERS {
            return Err(CommandError::too_long("peers", TELEMETRY_PEERS));
        }
        if !self.audio_level.is_none_or(measurable) {
            return Err(CommandError::bad_field("audioLevel", "must be a finite number that is not negative"));
        }
        self.peers.iter().try_for_each(PeerStats::check)
    }
}

fn measurable(number: f32) -> bool {
    number.is_finite() && number >= 0.0
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Cut this socket without a close frame.
    DropSocket,
    /// Forget this participant's resume token.
    RefuseResume,
    PanicParticipant,
    PanicRoom,
    PanicManager,
}

impl Purposes {
    /// The answer to one purpose, if it speaks of it.
    pub fn of(&self, purpose: Purpose) -> Option<bool> {
        match purpose {
            Purpose::Recording => self.recording,
            Purpose::Transcription => self.transcription,
            Purpose::Emotion => self.emotion,
            Purpose::Assistant => self.assistant,
        }
    }
}

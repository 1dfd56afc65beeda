//! A room as the wire shows it.

use super::people::Role;
use crate::{clock::Timestamp, ids::*};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingRoom {
    Off,
    Everyone,
    /// Only those without an account.
    Guests,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopologyChoice {
    Auto,
    Mesh,
    Sfu,
}

/// What cameras and screens are encoded with on their way through the server, by those who can.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoCodec {
    Vp8,
    Vp9,
    H264,
    Av1,
}

/// From which role on something is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    Everyone,
    Presenters,
    Hosts,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingSetting {
    Off,
    Manual,
    Auto,
}

/// How a room behaves. Every one has a default; unknown ones are refused, so that a typing error is not silently lost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    pub waiting_room: WaitingRoom,
    /// May people meet while no host is there?
    pub join_before_host: bool,
    /// 1 to 1,000.
    pub max_participants: u32,
    pub mute_on_entry: bool,
    pub topology: TopologyChoice,
    /// How many people may be peer to peer, 2 to 12.
    pub mesh_limit: u32,
    /// Through the server; who can't encode it sends VP8.
    pub video_codec: VideoCodec,
    pub chat: Allowed,
    pub screen_share: Allowed,
    pub unmute: Allowed,
    pub recording: RecordingSetting,
    pub ai_enabled: bool,
    /// Is the emotion of voices read, of those who agree to it?
    pub emotion: bool,
    pub retention_days: u32,
    pub region: String,
    /// Let in at once whoever a host admitted to this room before.
    pub admit_known: bool,
    /// May people without an account come in (through the waiting room, if that says so)?
    pub allow_guests: bool,
    /// With every host gone, hand the room to a cohost, else to the one present longest.
    pub hand_over_host: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            waiting_room: WaitingRoom::Everyone,
            join_before_host: false,
            max_participants: 100,
            mute_on_entry: false,
            topology: TopologyChoice::Auto,
            mesh_limit: 5,
            video_codec: VideoCodec::Vp8,
            chat: Allowed::Everyone,
            screen_share: Allowed::Everyone,
            unmute: Allowed::Everyone,
            recording: RecordingSetting::Off,
            ai_enabled: false,
            emotion: false,
            retention_days: 30,
            region: "default".to_owned(),
            admit_known: false,
            allow_guests: true,
            hand_over_host: true,
        }
    }
}

/// Some settings, to be laid over others.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PartialSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_room: Option<WaitingRoom>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_before_host: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_participants: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mute_on_entry: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topology: Option<TopologyChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mesh_limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_codec: Option<VideoCodec>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<Allowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_share: Option<Allowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmute: Option<Allowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ai_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admit_known: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_guests: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over_host: Option<bool>,
}

/// A setting outside its range: its wire name and a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingError {
    pub field: &'static str,
    pub message: &'static str,
}

impl Settings {
    /// These settings with `changes` laid over them, or the first that is out of range.
    pub fn with(&self, changes: &PartialSettings) -> Result<Settings, SettingError> {
        let mut new = self.clone();
        macro_rules! lay { ($($field:ident),*) => { $( if let Some(value) = &changes.$field { new.$field = value.clone(); } )* } }
        lay!(
            waiting_room,
            join_before_host,
            max_participants,
            mute_on_entry,
            topology,
            mesh_limit,
            video_codec,
            chat,
            screen_share,
            unmute,
            recording,
            ai_enabled,
            emotion,
            retention_days,
            region,
            admit_known,
            allow_guests,
            hand_over_host
        );
        new.check()?;
        Ok(new)
    }

    /// Is every number in its range?
    pub fn check(&self) -> Result<(), SettingError> {
        let rules: [(bool, &'static str, &'static str); 4] = [
            ((1..=1000).contains(&self.max_participants), "maxParticipants", "must be 1 to 1000"),
            ((2..=12).contains(&self.mesh_limit), "meshLimit", "must be 2 to 12"),
            ((1..=3650).contains(&self.retention_days), "retentionDays", "must be 1 to 3650"),
            ((1..=40).contains(&self.region.chars().count()), "region", "must have 1 to 40 characters"),
        ];
        match rules.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, message)) => Err(SettingError { field, message }),
            None => Ok(()),
        }
    }
}

/// One thing that a role may be allowed to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    PublishAudio,
    PublishVideo,
    ShareScreen,
    Unmute,
    Chat,
    React,
    RaiseHand,
    RenameSelf,
    Admit,
    Moderate,
    SetRole,
    Lock,
    Spotlight,
    UpdateRoom,
    TransferHost,
    EndSession,
    Record,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    pub room_id: RoomId,
    pub room_code: String,
    pub name: String,
    pub template: String,
    pub host_present: bool,
    pub locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spotlight: Option<ParticipantId>,
    pub settings: Settings,
    pub permissions: BTreeMap<Role, Vec<Permission>>,
    pub created_at: Timestamp,
    pub started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    pub has_password: bool,
    /// The one that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RunningRecording>,
    /// Can this server record?
    #[serde(default)]
    pub can_record: bool,
    /// Can this server read the emotion of a voice?
    #[serde(default)]
    pub can_read_emotion: bool,
    /// The version of the words with which people are asked for their consent.
    #[serde(default)]
    pub consent_text: String,
}

/// A recording that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunningRecording {
    pub id: RecordingId,
    pub started_at: Timestamp,
    /// Who started it; none when the room's setting or an integrator did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ParticipantId>,
    /// Why nothing is kept at the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<RecordingProblem>,
}

/// Why a recording keeps nothing. It goes on by itself when it can.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingProblem {
    DiskFull,
    ReadOnly,
    Failed,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingStop {
    /// Somebody stopped it, or the room's setting does not allow it any more.
    Stopped,
    SessionEnded,
    /// It could not go on.
    Failed,
}

/// What a clip of somebody's voice sounds like. A hint, never a fact about a person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmotionReading {
    pub participant_id: ParticipantId,
    /// When the clip ended.
    pub at: Timestamp,
    /// 0 calm to 1 animated.
    pub arousal: f32,
    /// None where it can't be told.
    pub label: Option<String>,
    /// 0 to 1, of the label that is likeliest.
    pub confidence: f32,
    /// Shares of one, by label.
    pub scores: BTreeMap<String, f32>,
    /// Unlike this speaker's clips before.
    pub unusual: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopologyMode {
    Mesh,
    Sfu,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopologyReason {
    /// Two people: the straight line.
    Pair,
    /// Few enough for a mesh.
    SmallRoom,
    /// The room's setting says so.
    Pinned,
    /// More people than a mesh carries well.
    TooLargeForMesh,
    /// The setting asks for the SFU, and this server has none.
    SfuNotAvailable,
    /// A link of the mesh loses too much.
    Loss,
    /// A device can't encode for so many others.
    Cpu,
    /// Too much of the mesh goes through relays.
    Relays,
    /// The recording needs everybody's media.
    Recording,
    /// Captions need everybody's sound.
    Captions,
    /// Something on the server needs media, and somebody's extra copy of a mesh does not arrive there.
    Tap,
    /// Few enough for a mesh, and the SFU for a moment yet: a room does not go to and fro.
    Settling,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Topology {
    pub mode: TopologyMode,
    /// Names the path that media takes; grows with each path that is tried.
    pub epoch: u32,
    pub reason: TopologyReason,
    /// Where the policy would be, if the server could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<TopologyMode>,
    /// The path that is brought up beside the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switching: Option<Switching>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Switching {
    pub epoch: u32,
    pub to: TopologyMode,
    pub reason: TopologyReason,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharedFile {
    pub id: FileId,
    pub name: String,
    /// Bytes.
    pub size: u64,
    pub mime: String,
    pub url: String,
}

#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    pub id: ChatId,
    pub from: ParticipantId,
    /// The sender's name when it was sent: they may be gone.
    pub from_name: String,
    pub text: String,
    pub sent_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ChatId>,
    /// The sender's own id for it.
    pub client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<SharedFile>,
}

/// A STUN or TURN server, in the shape of `RTCIceServer`.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

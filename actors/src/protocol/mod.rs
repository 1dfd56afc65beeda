//! The wire: commands in, replies and events out. `docs/protocol.md` is the page for people.

pub mod client;
pub mod error;
pub mod media;
pub mod parse;
pub mod people;
pub mod room;
pub mod schema;
pub mod server;

pub use client::ClientCommand;
pub use error::{CommandError, ErrorCode};
pub use media::{
    Address, DescriptionProblem, LayersWanted, Leg, LimitReason, Limited, RollbackReason, Slot, Source, Tap, TrackLabel, Want,
};
pub use parse::{BadFrame, ClientFrame, parse};
pub use people::{Connection, ConsentAnswer, Consents, Everyone, MediaKind, Participant, Purpose, Role, WaitingPerson, Whom};
pub use room::{
    ChatMessage, EmotionReading, IceServer, PartialSettings, Permission, RecordingProblem, RecordingStop, Room, RunningRecording,
    Settings, SharedFile, Switching, Topology, TopologyMode, TopologyReason,
};
pub use schema::schema;
pub use server::{CloseCode, CoalesceKey, EndReason, LeaveReason, Reply, ReplyBody, ServerEvent, Stage, Waiting, Welcome};

/// The WebSocket subprotocol.
pub const SUBPROTOCOL: &str = "greenroom.v1";

//! What a participant is told, by its socket and by its room.

use super::{Participant, outbox::Frame};
use crate::{
    ids::ParticipantId,
    protocol::{ClientCommand, CloseCode, ServerEvent, Stage},
    room::{
        CommandResult,
        actor::{Room, messages::Refused},
    },
};
use actix::{Addr, Message, Recipient};
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

/// From a participant to its socket.
#[derive(Message)]
#[rtype(result = "()")]
pub enum ToSocket {
    Text(String),
    /// Close, after what was sent before.
    Close(CloseCode),
    /// Cut without a close frame: a simulated fault.
    Cut,
}

/// A socket, as its participant sees it; the number tells one from the next.
#[derive(Clone)]
pub struct Socket {
    pub number: u64,
    pub to: Recipient<ToSocket>,
}

/// A command that arrived on the socket.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Incoming {
    pub socket: u64,
    /// When its frame was read.
    pub received: Instant,
    pub reference: Option<u64>,
    pub command: ClientCommand,
}

/// A clip of their own voice that arrived on the socket as a binary frame.
#[derive(Message)]
#[rtype(result = "()")]
pub struct IncomingClip {
    pub socket: u64,
    pub received: Instant,
    pub file: Bytes,
}

/// The socket is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SocketClosed {
    pub socket: u64,
}

/// The client answered a ping: it reads.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SocketAlive;

/// The room let this socket in.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Attach {
    pub socket: Socket,
    pub reference: Option<u64>,
    pub stage: Stage,
    pub start: Start,
    /// Given when the socket is taken; dropped if the participant ends before, so that the socket asks again.
    pub answer: oneshot::Sender<Result<Addr<Participant>, Refused>>,
}

/// How a client starts on a socket.
pub enum Start {
    /// It knows nothing. `resume_token` is new.
    Hello { resume_token: String },
    /// It knows everything up to `last_seq`.
    Resume { last_seq: u64, resume_token: String },
    /// As resume, but it lost what it knew: a snapshot is on its way.
    Fresh { last_seq: u64, resume_token: String },
}

/// Events for one person that the room released together.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// The journal's number at which the room was: tells after a rebuild whether something was missed.
    pub room_seq: u64,
    pub event: Outgoing,
}

pub enum Outgoing {
    /// The same for everybody who gets it.
    Shared(Arc<Frame>),
    /// A welcome or a waiting: this participant adds what only it knows.
    Personal(Box<ServerEvent>),
}

/// The snapshot that a participant asked for; everything before it is in it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TakeSnapshot {
    pub room_seq: u64,
    pub event: Box<ServerEvent>,
}

/// The room's answer to a command.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Answer {
    pub reference: Option<u64>,
    pub result: CommandResult,
}

/// An admission's one-time grant: hand it back to come in.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Granted {
    pub grant: Uuid,
}

/// Close the socket. `forget`: the room knows this person no more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Dismiss {
    pub code: CloseCode,
    pub forget: bool,
}

/// The room's actor was made again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RoomRebuilt {
    pub room: Addr<Room>,
}

/// What an observer sees of a participant.
#[derive(Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantObservation {
    pub participant_id: ParticipantId,
    pub stage: Stage,
    pub attached: bool,
    pub last_seq: u64,
    pub unacknowledged: usize,
    pub queued: usize,
}

#[derive(Message)]
#[rtype(result = "ParticipantObservation")]
pub struct ObserveParticipant;

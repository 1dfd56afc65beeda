//! What the room's actor is told.

use crate::supervise::PulseWatch;
use crate::{
    ids::{Identity, ParticipantId, RecordingId},
    participant::{
        Participant,
        messages::{ParticipantObservation, Socket},
        resume_token::ResumeToken,
    },
    ports::RoomRecord,
    protocol::{
        ClientCommand, CloseCode, CommandError, Consents, EmotionReading, EndReason, Purpose, RecordingProblem, RecordingStop,
        RunningRecording, SharedFile,
    },
    room::{Claims, CommandResult, observe::LiveRoom},
};
use actix::{Addr, Message, dev::MessageResponse};
use serde::Serialize;
use tokio::{sync::oneshot, time::Instant};
use uuid::Uuid;

/// How somebody wants to come in.
#[derive(Clone)]
pub enum Entrance {
    Hello(Claims),
    Resume { token: ResumeToken, last_seq: u64, fresh: bool },
}

/// A socket asks to come in. Answered when it is let in (the participant replies to the client itself) or refused.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enter {
    pub entrance: Entrance,
    pub socket: Socket,
    pub reference: Option<u64>,
    pub answer: oneshot::Sender<Result<Addr<Participant>, Refused>>,
}

/// Why a socket was not let in: the error for the reply, and what to close with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub error: CommandError,
    pub close: CloseCode,
}

/// A command of somebody who is in or waiting.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FromParticipant {
    pub participant: ParticipantId,
    pub reference: Option<u64>,
    pub command: ClientCommand,
    pub sent: Instant,
}

#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Redeem {
    pub participant: ParticipantId,
    pub grant: Uuid,
}

/// The participant's socket is gone; ignored when it has another one by now.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct SocketGone {
    pub participant: ParticipantId,
    pub socket: u64,
}

#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct WantSnapshot {
    pub participant: ParticipantId,
}

/// The resume token of this participant is worth nothing any more.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct ForgetResume {
    pub participant: ParticipantId,
}

/// A participant that outlived the room's actor.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Reattach {
    pub participant: ParticipantId,
    pub addr: Addr<Participant>,
    pub pulse: PulseWatch,
    pub room_seq: u64,
    pub socket: Option<u64>,
}

/// A member uploaded a file.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FileUploaded {
    pub participant: ParticipantId,
    pub file: SharedFile,
    pub answer: oneshot::Sender<CommandResult>,
}

/// The room was changed from outside.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RoomChanged {
    pub record: Box<RoomRecord>,
}

/// End the session from outside. Answered when that is kept.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EndSession {
    pub reason: EndReason,
    pub answer: oneshot::Sender<CommandResult>,
}

/// Record the session. Answered with the recording that runs, when that is kept.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StartRecording {
    pub by: Identity,
    pub answer: oneshot::Sender<CommandResult>,
}

/// Answered when that is kept.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StopRecording {
    pub recording: RecordingId,
    pub reason: RecordingStop,
    pub by: Option<Identity>,
    pub answer: oneshot::Sender<CommandResult>,
}

/// The recorder keeps nothing for this reason, or keeps again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RecordingTroubled {
    pub recording: RecordingId,
    pub problem: Option<RecordingProblem>,
}

/// What a clip of a member's voice sounds like.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EmotionRead(pub EmotionReading);

/// The recording that runs, if one does.
#[derive(Message)]
#[rtype(result = "Option<RunningRecording>")]
pub struct RunningRecordingOf;

/// The server is going away: tell everybody, keep a snapshot, close the sockets. Answered when done.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain {
    pub reconnect_to: Option<String>,
    pub retry_in_ms: u64,
    pub answer: oneshot::Sender<()>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct SimulatePanic;

/// What may be known of a room from outside.
#[derive(Message)]
#[rtype(result = "LiveRoom")]
pub struct Observe;

/// The room's actor and those of everybody in it.
#[derive(Message)]
#[rtype(result = "RoomObservation")]
pub struct ObserveEverybody;

/// Is this participant a member now (not waiting)?
#[derive(Message)]
#[rtype(result = "bool")]
pub struct IsMember(pub ParticipantId);

/// Does this member agree to that? None: there is no such member now.
#[derive(Message)]
#[rtype(result = "Option<bool>")]
pub struct Allows(pub ParticipantId, pub Purpose);

/// As whom somebody is a member now (not waiting); none if they aren't.
#[derive(Message)]
#[rtype(result = "Option<ParticipantId>")]
pub struct MemberOf(pub Identity);

/// As whom somebody is a member now, and what they agree to; none if they aren't.
#[derive(Message)]
#[rtype(result = "Option<(ParticipantId, Consents)>")]
pub struct ConsentsOf(pub Identity);

/// The room's actor with everybody in it: for operators and tests.
#[derive(Clone, Serialize, MessageResponse)]
#[serde(rename_all = "camelCase")]
pub struct RoomObservation {
    pub live: LiveRoom,
    pub journal_seq: u64,
    pub uncommitted: usize,
    pub participants: Vec<ParticipantObservation>,
}

//! What a room wants done: values, run by the shell in order.

use super::Input;
use crate::{
    ids::*,
    media::MediaCommand,
    ports::{QualityPoint, RecorderNews, SessionSummary},
    protocol::{CloseCode, CommandError, EmotionReading, EndReason, Purpose, ReplyBody, ServerEvent},
    sinks::{SinkEnd, SinkKey},
    topology::{Ended, tap::Heard},
};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

pub type CommandResult = Result<ReplyBody, CommandError>;

/// The outcome of one input.
#[derive(Clone, PartialEq)]
pub struct Outcome {
    /// The answer to whoever caused the input.
    pub reply: CommandResult,
    pub effects: Vec<Effect>,
    /// State that must survive has changed: the input belongs in the journal.
    pub durable: bool,
}

#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Put an event into each one's outbox. A `welcome` or `waiting` lacks the resume token and the ICE servers: the participant's shell adds them.
    Deliver {
        to: Vec<ParticipantId>,
        event: ServerEvent,
    },
    /// Give a waiting person's shell the grant to redeem, if it is there.
    Grant {
        to: ParticipantId,
        grant: Uuid,
    },
    /// Close the socket, after what was delivered before. The participant is gone from the room (or waits on without a socket for `JoinedElsewhere`).
    Close {
        participant: ParticipantId,
        code: CloseCode,
    },
    /// Nobody by this id is in the room or waiting any more: the shell may stop.
    Forget {
        participant: ParticipantId,
    },
    /// What the room has found out from what is not in its journal: take this input at once.
    Conclude(Input),
    /// Runs before anything waits for the store: to stop somebody's media is always right, and order is kept.
    Media(MediaCommand),
    /// Somebody's media for what runs on the server. As soon as [`Effect::Media`], and in order with it.
    Sink(SinkChange),
    /// A switch of the topology has ended: for the operator's numbers and the log.
    SwitchEnded(Ended),
    Audit {
        actor: Identity,
        action: &'static str,
        detail: Value,
    },
    Quality(QualityPoint),
    /// To be kept with the account, of those who have one.
    ConsentGiven {
        identity: Identity,
        purpose: Purpose,
        granted: bool,
        text_version: String,
    },
    /// Tell whoever records.
    Recorder(RecorderNews),
    /// Tell whoever reads emotion that this room wants it, or not any more.
    EmotionWanted(bool),
    /// For the session's timeline.
    EmotionRead(Box<EmotionReading>),
    /// Somebody who waited came in: for the operator's numbers.
    Admitted {
        after: Duration,
    },
    /// A host let this person in: keep that for the sessions to come.
    RememberAdmitted(Identity),
    /// A host removed this person.
    ForgetAdmitted(Identity),
    /// A host changed name, settings or ownership: keep the room's record.
    RoomRecordChanged,
    SessionEnded {
        reason: EndReason,
        summary: Box<SessionSummary>,
    },
}

/// What is heard on the server, and what not any more.
#[derive(Clone, PartialEq)]
pub enum SinkChange {
    /// Again for one that is there: its quality, or whether it is on, changed.
    Attach(Heard),
    Detach {
        key: SinkKey,
        why: SinkEnd,
    },
}

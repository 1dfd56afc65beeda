//! Hello and resume: how a socket gets its participant.

use super::Signalling;
use actix::{Addr, prelude::SendError};
use actors::{
    ids::RoomId,
    participant::{Participant, messages::Socket, resume_token::ResumeToken},
    protocol::{CloseCode, CommandError, ErrorCode, client::Resume},
    room::{
        Claims,
        actor::{
            Room,
            messages::{Enter, Entrance, Refused},
        },
    },
    supervise::BackOff,
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::oneshot, time::timeout};

pub type Entered = Result<Addr<Participant>, Refused>;

/// How long letting somebody in may take.
const DEADLINE: Duration = Duration::from_secs(8);
/// Attempts at a room whose session is just ending.
const ATTEMPTS: u32 = 6;

/// How a connection wants to begin.
#[derive(Clone, Copy)]
pub enum Beginning {
    Hello,
    Resume,
}

impl Beginning {
    /// Counts a refusal.
    pub fn refused(self, error: &CommandError) {
        match self {
            Self::Hello => metrics::counter!("greenroom_joins_total", "outcome" => error.code.name()).increment(1),
            Self::Resume => metrics::counter!("greenroom_resumes_total", "outcome" => "refused").increment(1),
        }
    }
}

/// Enters a room with what its join token says, opening the room if nobody is there.
pub async fn hello(shared: Arc<Signalling>, room: RoomId, claims: Claims, socket: Socket, reference: Option<u64>) -> Entered {
    let mut pauses = pauses();
    let entering = async {
        loop {
            let open = shared.rooms.open(room).await.map_err(refuse)?;
            match enter(&open.addr, Entrance::Hello(claims.clone()), socket.clone(), reference).await {
                // A session that just ended makes room for a new one.
                Some(Err(refused)) if refused.error.code == ErrorCode::RoomEnded && pauses.failures() < ATTEMPTS => {}
                Some(entered) => return entered,
                None => {}
            }
            tokio::time::sleep(pauses.next_pause()).await;
        }
    };
    timeout(DEADLINE, entering).await.unwrap_or_else(|_| Err(refuse(CommandError::busy())))
}

/// Goes on as a participant that is there already.
pub async fn resume(
    shared: Arc<Signalling>,
    token: ResumeToken,
    resume: Resume,
    socket: Socket,
    reference: Option<u64>,
) -> Entered {
    let mut pauses = pauses();
    let entering = async {
        loop {
            let open = shared.rooms.existing(token.room).await.map_err(refuse)?;
            let entrance = Entrance::Resume { token: token.clone(), last_seq: resume.last_seq, fresh: resume.fresh };
            if let Some(entered) = enter(&open.addr, entrance, socket.clone(), reference).await {
                return entered;
            }
            tokio::time::sleep(pauses.next_pause()).await;
        }
    };
    let entered = timeout(DEADLINE, entering).await.unwrap_or_else(|_| Err(refuse(CommandError::busy())));
    entered.map_err(|refused| match refused.error.code {
        ErrorCode::RoomEnded => refuse(CommandError::new(ErrorCode::ResumeExpired, "the session is over")),
        ErrorCode::RoomNotFound => refuse(CommandError::new(ErrorCode::ResumeInvalid, "that resume token is not valid")),
        _ => refused,
    })
}

fn pauses() -> BackOff {
    BackOff::new(Duration::from_millis(20), Duration::from_millis(320))
}

/// Asks the room to let this socket in; `None` when an actor on the way ended by a fault, and the question with it: the next one can answer.
async fn enter(room: &Addr<Room>, entrance: Entrance, socket: Socket, reference: Option<u64>) -> Option<Entered> {
    let (answer, entered) = oneshot::channel();
    match room.try_send(Enter { entrance, socket, reference, answer }) {
        Ok(()) => entered.await.ok(),
        Err(SendError::Full(_)) => Some(Err(refuse(CommandError::busy()))),
        Err(SendError::Closed(_)) => None,
    }
}

fn refuse(error: CommandError) -> Refused {
    let close = match error.code {
        ErrorCode::RoomNotFound => CloseCode::NoSuchRoom,
        ErrorCode::RoomEnded => CloseCode::SessionEnded,
        ErrorCode::ResumeExpired | ErrorCode::ResumeInvalid => CloseCode::NotAuthenticated,
        _ => CloseCode::Internal,
    };
    Refused { error, close }
}

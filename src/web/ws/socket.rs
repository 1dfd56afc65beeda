//! One socket as an actor: frames to commands, hello and resume, liveness. What a command does is for the participant behind it.

use super::{
    Signalling,
    reassembly::{Piece, Reassembly},
};
use ::actors::{
    participant::{
        Participant,
        messages::{Incoming, Socket, SocketAlive, SocketClosed, ToSocket},
        resume_token::ResumeToken,
    },
    protocol::{
        BadFrame, ClientCommand, ClientFrame, CloseCode, CommandError, ErrorCode, Reply, ReplyBody,
        client::{Hello, Resume},
        parse,
    },
    room::actor::messages::{Enter, Entrance, Refused},
};
use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Handler, StreamHandler, fut::wrap_future, prelude::SendError,
};
use actix_web_actors::ws::{self, WebsocketContext};
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// Texts that may wait for one socket: a window of events and as many replies.
const MAILBOX: usize = 1_024;
/// Frames kept while a hello is on its way.
const EARLY_MAX: usize = 32;
/// Frames that could not be read, before the socket is closed.
const BAD_FRAMES_MAX: u32 = 50;
/// Frames before hello.
const UNKNOWN_FRAMES_MAX: u32 = 20;
/// How long letting somebody in may take.
const ENTER_DEADLINE: Duration = Duration::from_secs(8);

/// Where the connection is.
enum Stage {
    /// Nothing said yet.
    New,
    /// Hello or resume is on its way; what arrives meanwhile waits.
    Entering {
        early: VecDeque<String>,
    },
    In(Addr<Participant>),
    Closed,
}

pub struct SignalSocket {
    shared: Arc<Signalling>,
    number: u64,
    stage: Stage,
    pieces: Reassembly,
    last_heard: Instant,
    opened: Instant,
    frames: u32,
    bad_frames: u32,
}

type Context = WebsocketContext<SignalSocket>;
type Entered = Result<Addr<Participant>, Refused>;

impl SignalSocket {
    pub fn new(shared: Arc<Signalling>) -> Self {
        let now = Instant::now();
        let number = shared.opened.fetch_add(1, Ordering::Relaxed);
        Self {
            shared,
            number,
            stage: Stage::New,
            pieces: Reassembly::default(),
            last_heard: now,
            opened: now,
            frames: 0,
            bad_frames: 0,
        }
    }

    fn close(&mut self, code: CloseCode, ctx: &mut Context) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        metrics::counter!("greenroom_socket_closes_total", "code" => code.number().to_string()).increment(1);
        ctx.close(Some(ws::CloseReason {
            code: ws::CloseCode::Other(code.number()),
            description: Some(code.sentence().to_owned()),
        }));
        self.leave();
        ctx.stop();
    }

    /// The participant behind it learns that this socket is gone.
    fn leave(&mut self) {
        if let Stage::In(participant) = std::mem::replace(&mut self.stage, Stage::Closed)
            && let Err(SendError::Full(closed)) = participant.try_send(SocketClosed { socket: self.number })
        {
            // Must not be lost: the grace time begins with it.
            actix::spawn(async move {
                let _ = participant.send(closed).await;
            });
        }
    }

    fn reply(&self, reference: Option<u64>, result: Result<ReplyBody, CommandError>, ctx: &mut Context) {
        if let Ok(text) = serde_json::to_string(&Reply::new(reference, result)) {
            ctx.text(text);
        }
    }

    fn text(&mut self, text: &str, ctx: &mut Context) {
        self.frames = self.frames.saturating_add(1);
        match &mut self.stage {
            Stage::Closed => {}
            Stage::Entering { early } if early.len() < EARLY_MAX => early.push_back(text.to_owned()),
            Stage::Entering { .. } => self.close(CloseCode::Policy, ctx),
            Stage::New if self.frames > UNKNOWN_FRAMES_MAX => self.close(CloseCode::Policy, ctx),
            Stage::New | Stage::In(_) => match parse(text) {
                Ok(frame) => self.command(frame, ctx),
                Err(bad) => self.bad_frame(bad, ctx),
            },
        }
    }

    fn bad_frame(&mut self, bad: BadFrame, ctx: &mut Context) {
        metrics::counter!("greenroom_bad_frames_total").increment(1);
        self.bad_frames += 1;
        self.reply(bad.reference, Err(bad.error), ctx);
        if self.bad_frames > BAD_FRAMES_MAX {
            self.close(CloseCode::Policy, ctx);
        }
    }

    fn command(&mut self, frame: ClientFrame, ctx: &mut Context) {
        metrics::counter!("greenroom_commands_total", "type" => frame.command.name()).increment(1);
        let Stage::In(participant) = &self.stage else { return self.first(frame, ctx) };
        let reference = frame.reference;
        let sent = participant.try_send(Incoming { socket: self.number, reference, command: frame.command });
        match sent {
            Ok(()) => {}
            Err(SendError::Full(_)) => self.reply(reference, Err(CommandError::busy()), ctx),
            Err(SendError::Closed(_)) => self.close(CloseCode::Internal, ctx),
        }
    }

    /// The first command must say who this is.
    fn first(&mut self, frame: ClientFrame, ctx: &mut Context) {
        let reference = frame.reference;
        match frame.command {
            ClientCommand::Hello(hello) => self.hello(hello, reference, ctx),
            ClientCommand::Resume(resume) => self.resume(resume, reference, ctx),
            _ => {
                let error = CommandError::new(ErrorCode::NotAuthenticated, "say hello or resume first");
                self.reply(reference, Err(error), ctx);
            }
        }
    }

    fn hello(&mut self, hello: Hello, reference: Option<u64>, ctx: &mut Context) {
        let Some((room, mut claims)) = self.shared.tokens.read(&hello.token) else {
            let error = CommandError::new(ErrorCode::TokenInvalid, "the token is not valid for this server, or its time is over");
            self.reply(reference, Err(error), ctx);
            return self.close(CloseCode::NotAuthenticated, ctx);
        };
        if let Some(name) = hello.display_name {
            claims.display_name = name;
        }
        let socket = self.socket(ctx);
        let rooms = self.shared.rooms.clone();
        let entering = async move {
            let mut pauses = ::actors::supervise::BackOff::new(Duration::from_millis(20), Duration::from_millis(320));
            loop {
                let open = rooms.open(room).await.map_err(refuse)?;
                let entered = enter(&open.addr, Entrance::Hello(claims.clone()), socket.clone(), reference).await;
                // A session that just ended makes room for a new one.
                let again =
                    matches!(&entered, Err(refused) if refused.error.code == ErrorCode::RoomEnded) && pauses.failures() < 6;
                if !again {
                    return entered;
                }
                tokio::time::sleep(pauses.next_pause()).await;
            }
        };
        self.enter(entering, reference, ctx);
    }

    fn resume(&mut self, resume: Resume, reference: Option<u64>, ctx: &mut Context) {
        let Some(token) = ResumeToken::decode(&resume.resume_token) else {
            let error = CommandError::new(ErrorCode::ResumeInvalid, "this resume token is not valid");
            return self.reply(reference, Err(error), ctx);
        };
        let socket = self.socket(ctx);
        let rooms = self.shared.rooms.clone();
        let entering = async move {
            let open = rooms.existing(token.room).await.map_err(|mut error| {
                if matches!(error.code, ErrorCode::RoomNotFound | ErrorCode::RoomEnded) {
                    error.code = ErrorCode::ResumeExpired;
                }
                refuse(error)
            })?;
            let entrance = Entrance::Resume { token, last_seq: resume.last_seq, fresh: resume.fresh };
            enter(&open.addr, entrance, socket, reference).await.map_err(|mut refused| {
                if refused.error.code == ErrorCode::RoomEnded {
                    refused = Refused {
                        error: CommandError::new(ErrorCode::ResumeExpired, "the session is over"),
                        close: CloseCode::NotAuthenticated,
                    };
                }
                refused
            })
        };
        self.enter(entering, reference, ctx);
    }

    fn socket(&self, ctx: &Context) -> Socket {
        Socket { number: self.number, to: ctx.address().recipient() }
    }

    fn enter(&mut self, entering: impl Future<Output = Entered> + 'static, reference: Option<u64>, ctx: &mut Context) {
        self.stage = Stage::Entering { early: VecDeque::new() };
        let entering = async move {
            tokio::time::timeout(ENTER_DEADLINE, entering).await.unwrap_or_else(|_| Err(refuse(CommandError::busy())))
        };
        ctx.spawn(wrap_future::<_, Self>(entering).map(move |entered, socket, ctx| socket.entered(entered, reference, ctx)));
    }

    fn entered(&mut self, entered: Entered, reference: Option<u64>, ctx: &mut Context) {
        let Stage::Entering { early } = std::mem::replace(&mut self.stage, Stage::New) else {
            // Closed meanwhile: the participant must learn that nobody is there.
            if let Ok(participant) = entered {
                let socket = self.number;
                actix::spawn(async move {
                    let _ = participant.send(SocketClosed { socket }).await;
                });
            }
            self.stage = Stage::Closed;
            return;
        };
        match entered {
            Ok(participant) => {
                metrics::histogram!("greenroom_join_seconds").record(self.opened.elapsed().as_secs_f64());
                self.stage = Stage::In(participant);
            }
            Err(refused) => {
                self.reply(reference, Err(refused.error), ctx);
                // After a failed resume the client may say hello on the same socket.
                if refused.close != CloseCode::NotAuthenticated {
                    return self.close(refused.close, ctx);
                }
            }
        }
        for text in early {
            self.text(&text, ctx);
        }
    }

    /// Pings, and notices a peer that is gone without a word.
    fn keep_alive(&mut self, ctx: &mut Context) {
        ctx.run_interval(self.shared.ping_every, |socket, ctx| {
            if socket.last_heard.elapsed() > socket.shared.ping_every * 2 {
                metrics::counter!("greenroom_sockets_lost_total").increment(1);
                socket.leave();
                return ctx.terminate();
            }
            ctx.ping(b"");
        });
        ctx.run_later(self.shared.hello_timeout, |socket, ctx| {
            if matches!(socket.stage, Stage::New) {
                socket.close(CloseCode::NotAuthenticated, ctx);
            }
        });
    }
}

/// Asks the room to let this socket in.
async fn enter(room: &Addr<::actors::room::actor::Room>, entrance: Entrance, socket: Socket, reference: Option<u64>) -> Entered {
    let (answer, entered) = oneshot::channel();
    room.try_send(Enter { entrance, socket, reference, answer }).map_err(|_| refuse(CommandError::busy()))?;
    entered.await.unwrap_or_else(|_| Err(refuse(CommandError::busy())))
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

impl Actor for SignalSocket {
    type Context = Context;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        metrics::gauge!("greenroom_connections").increment(1.0);
        self.keep_alive(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.leave();
    }
}

impl Drop for SignalSocket {
    fn drop(&mut self) {
        self.leave();
        metrics::gauge!("greenroom_connections").decrement(1.0);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for SignalSocket {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        self.last_heard = Instant::now();
        match message {
            Ok(ws::Message::Text(text)) => self.text(&text, ctx),
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Pong(_)) => {
                if let Stage::In(participant) = &self.stage {
                    drop(participant.try_send(SocketAlive));
                }
            }
            Ok(ws::Message::Continuation(item)) => match self.pieces.take(item, self.shared.max_frame_bytes) {
                Piece::Incomplete => {}
                Piece::TooBig => self.close(CloseCode::TooBig, ctx),
                Piece::Unwanted => self.close(CloseCode::Policy, ctx),
                Piece::Whole(bytes) => match std::str::from_utf8(&bytes) {
                    Ok(text) => self.text(text, ctx),
                    Err(_) => self.close(CloseCode::NotUtf8, ctx),
                },
            },
            Ok(ws::Message::Binary(_)) => self.close(CloseCode::Policy, ctx),
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason.map(|reason| ws::CloseReason { code: reason.code, description: None }));
                self.leave();
                ctx.stop();
            }
            Ok(ws::Message::Nop) => {}
            Err(ws::ProtocolError::Overflow) => self.close(CloseCode::TooBig, ctx),
            // The library tells text that is not UTF-8 by this kind alone; a connection that broke has it too, and then nobody reads the close.
            Err(ws::ProtocolError::Io(error)) if error.kind() == std::io::ErrorKind::Other => self.close(CloseCode::NotUtf8, ctx),
            Err(_) => self.close(CloseCode::Policy, ctx),
        }
    }

    fn finished(&mut self, ctx: &mut Self::Context) {
        self.leave();
        ctx.stop();
    }
}

impl Handler<ToSocket> for SignalSocket {
    type Result = ();

    fn handle(&mut self, message: ToSocket, ctx: &mut Self::Context) {
        match message {
            ToSocket::Text(text) => ctx.text(text),
            ToSocket::Close(code) => {
                // It is the participant that lets go: nothing to tell it.
                if !matches!(self.stage, Stage::Closed) {
                    self.stage = Stage::New;
                }
                self.close(code, ctx);
            }
            ToSocket::Cut => {
                self.stage = Stage::Closed;
                ctx.terminate();
            }
        }
    }
}

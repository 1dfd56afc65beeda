//! One socket as an actor: frames to commands, hello and resume, liveness. What a command does is for the participant behind it.

use super::{
    Signalling,
    entering::{self, Beginning, Entered},
    reassembly::{Piece, Reassembly},
    transport::{FramesIn, FramesOut},
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
};
use actix::{
    Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, StreamHandler, fut::wrap_future,
    prelude::SendError,
};
use actix_http::ws::{self, Frame, Message, ProtocolError};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    rc::Rc,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::net::TcpStream;

/// Texts that may wait for one socket: a window of events and as many replies.
const MAILBOX: usize = 1_024;
/// Frames kept while a hello is on its way.
const EARLY_MAX: usize = 32;
/// Frames that could not be read, before the socket is closed.
const BAD_FRAMES_MAX: u32 = 50;
/// Frames before hello.
const UNKNOWN_FRAMES_MAX: u32 = 20;
/// How long a close frame may take to leave before the connection is cut.
const CLOSE_DEADLINE: Duration = Duration::from_secs(3);

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
    out: FramesOut,
    /// A flush is on its way.
    flushing: bool,
    pieces: Reassembly,
    last_heard: Instant,
    opened: Instant,
    frames: u32,
    bad_frames: u32,
}

impl SignalSocket {
    /// Starts the actor of a socket that was just upgraded, on this thread.
    pub fn run(shared: Arc<Signalling>, io: Rc<TcpStream>, frames: FramesIn) {
        let now = Instant::now();
        let number = shared.opened.fetch_add(1, Ordering::Relaxed);
        shared.open.fetch_add(1, Ordering::Relaxed);
        SignalSocket::create(|ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            ctx.add_stream(frames);
            SignalSocket {
                shared,
                number,
                stage: Stage::New,
                out: FramesOut::new(io),
                flushing: false,
                pieces: Reassembly::default(),
                last_heard: now,
                opened: now,
                frames: 0,
                bad_frames: 0,
            }
        });
    }

    /// Puts a frame out. Those of one turn of the actor leave together.
    fn send(&mut self, message: Message, ctx: &mut Context<Self>) {
        self.out.send(message);
        if !self.flushing {
            self.flushing = true;
            ctx.spawn(wrap_future::<_, Self>(std::future::ready(())).map(|(), socket, ctx| socket.flush(ctx)));
        }
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        match self.out.flush() {
            Ok(true) => {
                self.flushing = false;
                if matches!(self.stage, Stage::Closed) {
                    let gone = wrap_future::<_, Self>(self.out.farewell());
                    ctx.spawn(gone.map(|(), _, ctx| ctx.stop()));
                }
            }
            Ok(false) => {
                let writable = wrap_future::<_, Self>(self.out.writable());
                ctx.spawn(writable.map(|_, socket, ctx| socket.flush(ctx)));
            }
            Err(_) => self.cut(ctx),
        }
    }

    /// Ends without a word.
    fn cut(&mut self, ctx: &mut Context<Self>) {
        self.leave();
        ctx.stop();
    }

    fn close(&mut self, code: CloseCode, ctx: &mut Context<Self>) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        metrics::counter!("greenroom_socket_closes_total", "code" => code.number().to_string()).increment(1);
        let code = ws::CloseReason { code: ws::CloseCode::Other(code.number()), description: Some(code.sentence().to_owned()) };
        self.close_with(Some(code), ctx);
    }

    fn close_with(&mut self, reason: Option<ws::CloseReason>, ctx: &mut Context<Self>) {
        self.leave();
        self.send(Message::Close(reason), ctx);
        ctx.run_later(CLOSE_DEADLINE, |_, ctx| ctx.stop());
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

    fn reply(&mut self, reference: Option<u64>, result: Result<ReplyBody, CommandError>, ctx: &mut Context<Self>) {
        if let Ok(text) = serde_json::to_string(&Reply::new(reference, result)) {
            self.send(Message::Text(text.into()), ctx);
        }
    }

    fn text(&mut self, text: &str, ctx: &mut Context<Self>) {
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

    fn bad_frame(&mut self, bad: BadFrame, ctx: &mut Context<Self>) {
        metrics::counter!("greenroom_bad_frames_total").increment(1);
        self.bad_frames += 1;
        self.reply(bad.reference, Err(bad.error), ctx);
        if self.bad_frames > BAD_FRAMES_MAX {
            self.close(CloseCode::Policy, ctx);
        }
    }

    fn command(&mut self, frame: ClientFrame, ctx: &mut Context<Self>) {
        metrics::counter!("greenroom_commands_total", "type" => frame.command.name()).increment(1);
        let Stage::In(participant) = &self.stage else { return self.first(frame, ctx) };
        let reference = frame.reference;
        let sent = participant.try_send(Incoming {
            socket: self.number,
            received: tokio::time::Instant::now(),
            reference,
            command: frame.command,
        });
        match sent {
            Ok(()) => {}
            Err(SendError::Full(_)) => {
                metrics::counter!("greenroom_queue_drops_total", "queue" => "participant").increment(1);
                self.reply(reference, Err(CommandError::busy()), ctx);
            }
            Err(SendError::Closed(_)) => self.close(CloseCode::Internal, ctx),
        }
    }

    /// The first command must say who this is.
    fn first(&mut self, frame: ClientFrame, ctx: &mut Context<Self>) {
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

    fn hello(&mut self, hello: Hello, reference: Option<u64>, ctx: &mut Context<Self>) {
        let Some((room, mut claims)) = self.shared.tokens.read(&hello.token) else {
            let error = CommandError::new(ErrorCode::TokenInvalid, "the token is not valid for this server, or its time is over");
            Beginning::Hello.refused(&error);
            self.reply(reference, Err(error), ctx);
            return self.close(CloseCode::NotAuthenticated, ctx);
        };
        if let Some(name) = hello.display_name {
            claims.display_name = name;
        }
        let entering = entering::hello(self.shared.clone(), room, claims, self.socket(ctx), reference);
        self.enter(Beginning::Hello, entering, reference, ctx);
    }

    fn resume(&mut self, resume: Resume, reference: Option<u64>, ctx: &mut Context<Self>) {
        let Some(token) = ResumeToken::decode(&resume.resume_token) else {
            let error = CommandError::new(ErrorCode::ResumeInvalid, "this resume token is not valid");
            Beginning::Resume.refused(&error);
            return self.reply(reference, Err(error), ctx);
        };
        let entering = entering::resume(self.shared.clone(), token, resume, self.socket(ctx), reference);
        self.enter(Beginning::Resume, entering, reference, ctx);
    }

    fn socket(&self, ctx: &Context<Self>) -> Socket {
        Socket { number: self.number, to: ctx.address().recipient() }
    }

    fn enter(
        &mut self,
        beginning: Beginning,
        entering: impl Future<Output = Entered> + 'static,
        reference: Option<u64>,
        ctx: &mut Context<Self>,
    ) {
        self.stage = Stage::Entering { early: VecDeque::new() };
        ctx.spawn(
            wrap_future::<_, Self>(entering).map(move |entered, socket, ctx| socket.entered(beginning, entered, reference, ctx)),
        );
    }

    fn entered(&mut self, beginning: Beginning, entered: Entered, reference: Option<u64>, ctx: &mut Context<Self>) {
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
                beginning.refused(&refused.error);
                self.reply(reference, Err(refused.error), ctx);
                // After a failed resume the client may say hello on the same socket.
                if refused.close != CloseCode::NotAuthenticated {
                    return self.close(refused.close, ctx);
                }
                self.expect_hello(ctx);
            }
        }
        for text in early {
            self.text(&text, ctx);
        }
    }

    /// Pings, and notices a peer that is gone without a word.
    fn keep_alive(&mut self, ctx: &mut Context<Self>) {
        ctx.run_interval(self.shared.ping_every, |socket, ctx| {
            if socket.last_heard.elapsed() > socket.shared.ping_every * 2 {
                metrics::counter!("greenroom_sockets_lost_total").increment(1);
                return socket.cut(ctx);
            }
            socket.send(Message::Ping(Bytes::new()), ctx);
        });
    }

    fn expect_hello(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(self.shared.hello_timeout, |socket, ctx| {
            if matches!(socket.stage, Stage::New) {
                socket.close(CloseCode::NotAuthenticated, ctx);
            }
        });
    }

    fn piece(&mut self, item: ws::Item, ctx: &mut Context<Self>) {
        match self.pieces.take(item, self.shared.max_frame_bytes) {
            Piece::Incomplete => {}
            Piece::TooBig => self.close(CloseCode::TooBig, ctx),
            Piece::Unwanted => self.close(CloseCode::Policy, ctx),
            Piece::Whole(bytes) => self.utf8(&bytes, ctx),
        }
    }

    fn utf8(&mut self, bytes: &[u8], ctx: &mut Context<Self>) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text, ctx),
            Err(_) => self.close(CloseCode::NotUtf8, ctx),
        }
    }
}

impl Actor for SignalSocket {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        metrics::counter!("greenroom_connects_total", "outcome" => "opened").increment(1);
        metrics::gauge!("greenroom_connections").increment(1.0);
        self.keep_alive(ctx);
        self.expect_hello(ctx);
    }
}

impl Drop for SignalSocket {
    fn drop(&mut self) {
        self.leave();
        self.shared.open.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("greenroom_connections").decrement(1.0);
    }
}

impl StreamHandler<Result<Frame, ProtocolError>> for SignalSocket {
    fn handle(&mut self, frame: Result<Frame, ProtocolError>, ctx: &mut Self::Context) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        self.last_heard = Instant::now();
        match frame {
            Ok(Frame::Text(text)) => self.utf8(&text, ctx),
            Ok(Frame::Ping(payload)) => self.send(Message::Pong(payload), ctx),
            Ok(Frame::Pong(_)) => {
                if let Stage::In(participant) = &self.stage {
                    drop(participant.try_send(SocketAlive));
                }
            }
            Ok(Frame::Continuation(item)) => self.piece(item, ctx),
            Ok(Frame::Close(reason)) => {
                let reason = reason.map(|reason| ws::CloseReason { code: reason.code, description: None });
                self.close_with(reason, ctx);
            }
            Err(ProtocolError::Overflow) => self.close(CloseCode::TooBig, ctx),
            Ok(Frame::Binary(_)) | Err(_) => self.close(CloseCode::Policy, ctx),
        }
    }

    /// The peer is gone, or said something after which nothing can be read; then a close frame is on its way.
    fn finished(&mut self, ctx: &mut Self::Context) {
        if !matches!(self.stage, Stage::Closed) {
            self.cut(ctx);
        }
    }
}

impl Handler<ToSocket> for SignalSocket {
    type Result = ();

    fn handle(&mut self, message: ToSocket, ctx: &mut Self::Context) {
        if matches!(self.stage, Stage::Closed) {
            return;
        }
        match message {
            ToSocket::Text(text) => self.send(Message::Text(text.into()), ctx),
            ToSocket::Close(code) => {
                // It is the participant that lets go: nothing to tell it.
                self.stage = Stage::New;
                self.close(code, ctx);
            }
            ToSocket::Cut => {
                self.stage = Stage::Closed;
                ctx.stop();
            }
        }
    }
}

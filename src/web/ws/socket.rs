//! One socket as an actor: its life from the upgrade to the last frame. What a command does is for the participant behind it.

mod beginning;
mod from_client;
mod to_client;

use super::{
    Signalling,
    reassembly::Reassembly,
    transport::{FramesIn, FramesOut},
};
use ::actors::participant::{Participant, messages::SocketClosed};
use actix::{Actor, ActorContext, Addr, AsyncContext, Context, prelude::SendError};
use actix_http::ws::Message;
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

    /// Ends without a word.
    fn cut(&mut self, ctx: &mut Context<Self>) {
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

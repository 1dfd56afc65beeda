//! One connection as its worker keeps it: an engine, where it belongs, and when it was heard last.

use super::{
    demux::Names,
    engine::{Broken, Engine, Transport},
    slab::Key,
};
use actors::{
    protocol::{Leg, Source},
    sfu::PeerIndex,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// Browsers check a quiet path every 2.5 s: one check may be lost before a path that carries nothing is called dead.
const QUIET_FACTOR: u32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Connecting,
    Connected,
    /// Nothing was heard of it for a while. It may come back.
    Lost,
}

pub struct Connection {
    pub room: Key,
    pub peer: PeerIndex,
    pub leg: Leg,
    pub state: State,
    pub names: Names,
    /// How the newest datagram of its own came.
    pub transport: Transport,
    /// What the publisher's m-lines are, by their place in the offer.
    pub sources: Vec<Option<Source>>,
    pub began: Instant,
    /// The tick at which the worker looks at it, and the one for which it asked last.
    pub wakes: Option<u64>,
    pub due: u64,
    /// Something was written since it was woken.
    pub dirty: bool,
    heard: Instant,
    heard_media: Instant,
    engine: Box<dyn Engine>,
}

impl Connection {
    pub fn new(room: Key, peer: PeerIndex, leg: Leg, engine: Box<dyn Engine>, now: Instant) -> Self {
        Self {
            room,
            peer,
            leg,
            state: State::Connecting,
            names: Names::default(),
            transport: Transport::Udp,
            sources: Vec::new(),
            began: now,
            wakes: None,
            due: 0,
            dirty: false,
            heard: now,
            heard_media: now,
            engine,
        }
    }

    /// Calls the engine. A panic in there is this connection's end and nobody else's.
    pub fn engine<T>(&mut self, call: impl FnOnce(&mut dyn Engine) -> T) -> Result<T, Broken> {
        let engine = self.engine.as_mut();
        catch_unwind(AssertUnwindSafe(|| call(engine))).map_err(|_| Broken(PANICKED.to_owned()))
    }

    /// Something of it came in; `media` if it was no mere check of the path.
    pub fn heard(&mut self, now: Instant, media: bool) {
        self.heard = now;
        if media {
            self.heard_media = now;
        }
    }

    pub fn heard_media_within(&self, now: Instant, time: Duration) -> bool {
        now.saturating_duration_since(self.heard_media) < time
    }

    /// Was nothing heard of it for too long?
    pub fn is_silent(&self, now: Instant, patience: Duration) -> bool {
        let busy = self.heard.saturating_duration_since(self.heard_media) < patience;
        let patience = if busy { patience } else { patience * QUIET_FACTOR };
        now.saturating_duration_since(self.heard) >= patience
    }
}

const PANICKED: &str = "it panicked";

/// Was it a panic that broke it?
pub fn panicked(broken: &Broken) -> bool {
    broken.0 == PANICKED
}

impl Drop for Connection {
    /// Dropping an engine that panicked may panic, too.
    fn drop(&mut self) {
        let engine = std::mem::replace(&mut self.engine, Box::new(super::gone::Gone));
        let _ = catch_unwind(AssertUnwindSafe(|| drop(engine)));
    }
}

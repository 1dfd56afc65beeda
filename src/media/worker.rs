//! A media worker: one thread with one UDP socket, one TCP listener and all the rooms that were given to it. It waits for its sockets, its
//! commands and its timers at once, and never for anything else.

mod control;
mod flow;
mod negotiate;
mod sinks;
mod upkeep;

use super::{
    connection::Connection,
    counts::Counts,
    demux::Demux,
    engine::{Datagram, Engines, Happened},
    plane::{Order, Orders},
    room::Room,
    slab::{Key, Slab},
    tcp::Tcp,
    timers::{TICK, Timers},
    udp::{Received, Udp},
};
use actors::{
    ids::RoomId,
    sfu::{At, Forward, Limits, Output, Sunk},
};
use mio::{Events, Interest, Poll, Registry, Token};
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant, SystemTime},
};

pub const WAKER: Token = Token(0);
const UDP: Token = Token(1);
const LISTENER: Token = Token(2);
const STREAMS: usize = 3;
/// Batches that are read before others get their turn.
const BATCHES: usize = 8;
/// Commands that are taken before the sockets get their turn.
const COMMANDS: usize = 64;
/// How often the cores are ticked and silent connections looked for.
const UPKEEP: Duration = Duration::from_millis(50);
/// ... and how many of these are a second, at which things are counted.
const SECOND: u32 = 20;

/// What a worker is given.
pub struct Equipment {
    pub udp: std::net::UdpSocket,
    pub tcp: std::net::TcpListener,
    pub engines: Arc<dyn Engines>,
    pub rules: Rules,
}

/// How patient and how large a worker is.
#[derive(Clone, Debug)]
pub struct Rules {
    /// A connection of which nothing was heard for so long is lost.
    pub idle: Duration,
    /// People of all its rooms at most.
    pub people: usize,
    pub limits: Limits,
}

pub struct Worker {
    orders: Arc<Orders>,
    rules: Rules,
    engines: Arc<dyn Engines>,
    start: Instant,
    /// Microseconds since 1970 at `start`.
    start_us: u64,
    now: Instant,
    udp: Udp,
    tcp: Tcp,
    demux: Demux,
    timers: Timers,
    connections: Slab<Connection>,
    rooms: Slab<Room>,
    by_id: HashMap<RoomId, Key>,
    people: usize,
    counts: Counts,
    received_in_all: u64,
    /// None while nobody is here: the worker sleeps until something comes.
    next_upkeep: Option<Instant>,
    upkeeps: u32,
    received: Received,
    scratch: Scratch,
    registry: Registry,
}

impl Drop for Worker {
    /// Its sockets have twins that live on: the kernel would go on watching them for it.
    fn drop(&mut self) {
        let _ = self.registry.deregister(self.udp.socket());
        let _ = self.registry.deregister(self.tcp.listener());
    }
}

/// Vectors that are used again and again.
#[derive(Default)]
struct Scratch {
    happened: Vec<Happened>,
    forwards: Vec<Forward>,
    outputs: Vec<Output>,
    sunk: Vec<Sunk>,
    outgoing: Vec<Datagram>,
    dirty: Vec<Key>,
    frames: Vec<(SocketAddr, Vec<u8>)>,
}

impl Worker {
    pub fn new(orders: Arc<Orders>, equipment: Equipment, poll: &Poll) -> io::Result<Self> {
        let now = Instant::now();
        let mut udp = Udp::new(equipment.udp)?;
        let received = udp.buffers();
        let mut tcp = Tcp::new(equipment.tcp, STREAMS);
        let both = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(udp.socket(), UDP, both)?;
        poll.registry().register(tcp.listener(), LISTENER, Interest::READABLE)?;
        Ok(Self {
            orders,
            rules: equipment.rules,
            engines: equipment.engines,
            start: now,
            start_us: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros() as u64,
            now,
            udp,
            tcp,
            demux: Demux::default(),
            timers: Timers::new(now),
            connections: Slab::default(),
            rooms: Slab::default(),
            by_id: HashMap::new(),
            people: 0,
            counts: Counts::default(),
            received_in_all: 0,
            next_upkeep: Some(now + UPKEEP),
            upkeeps: 0,
            received,
            scratch: Scratch::default(),
            registry: poll.registry().try_clone()?,
        })
    }

    /// Runs until it is told to stop.
    pub fn run(&mut self, poll: &mut Poll) -> io::Result<()> {
        let mut events = Events::with_capacity(256);
        let mut unread = false;
        while !self.orders.stop.load(Ordering::Relaxed) {
            let patience = if unread { Some(Duration::ZERO) } else { self.patience() };
            match poll.poll(&mut events, patience) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            self.now = Instant::now();
            for event in &events {
                match event.token() {
                    UDP => unread = true,
                    LISTENER => self.tcp.accept(poll.registry(), self.now),
                    WAKER => {}
                    stream => self.read_stream(stream),
                }
            }
            unread = unread && self.read_datagrams();
            let more = self.take_orders();
            unread |= more;
            self.wake_due();
            self.upkeep();
            self.flush();
        }
        self.end_all();
        Ok(())
    }

    /// How long nothing is to be done; none: until something comes.
    fn patience(&self) -> Option<Duration> {
        let next = self.timers.next().into_iter().chain(self.next_upkeep).min()?;
        // The kernel counts whole milliseconds, and rounds down what is left of one: ask for the tick that covers it.
        Some(match next.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Duration::ZERO,
            wait => wait.max(TICK),
        })
    }

    fn at(&self) -> At {
        At(self.now.saturating_duration_since(self.start).as_micros() as u64)
    }

    /// Takes commands. Says whether more may wait.
    fn take_orders(&mut self) -> bool {
        for _ in 0..COMMANDS {
            match self.orders.next() {
                Some(Order::Open(room, events)) => self.open(room, events),
                Some(Order::Command(room, command)) => self.command(room, command),
                None => return false,
            }
        }
        true
    }
}

//! The loop: read, run timers, let the handler work, send.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use super::peers::Peers;
use super::{Handler, Message, PeerId};

pub const WAKE: Token = Token(usize::MAX);
/// Datagrams of one connection in a row, before others have their turn.
const IN_A_ROW: usize = 32;
const LARGEST_DATAGRAM: usize = 65_536;
const IDLE: Duration = Duration::from_secs(1);

pub struct Looping<H: Handler> {
    poll: Poll,
    peers: Peers,
    inbox: Receiver<Message<H::Command>>,
    handler: H,
    buffer: Vec<u8>,
    /// Connections that may have more to read.
    readable: Vec<PeerId>,
}

impl<H: Handler> Looping<H> {
    pub fn new(poll: Poll, peers: Peers, inbox: Receiver<Message<H::Command>>, handler: H) -> Self {
        Self { poll, peers, inbox, handler, buffer: vec![0; LARGEST_DATAGRAM], readable: Vec::new() }
    }

    /// Until the last handle is gone.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(1024);
        loop {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => return,
            }
            let ready = events.iter().filter(|event| event.token() != WAKE).map(|event| PeerId(event.token().0 as u32));
            self.readable.extend(ready);
            if !self.messages() {
                return;
            }
            self.read();
            self.timers();
            let now = Instant::now();
            if self.handler.deadline().is_some_and(|at| at <= now) {
                self.handler.run(&mut self.peers, now);
                self.settle(now);
            }
        }
    }

    fn patience(&self) -> Duration {
        if !self.readable.is_empty() {
            return Duration::ZERO;
        }
        let next = self.peers.deadline().into_iter().chain(self.handler.deadline()).min();
        next.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()).min(IDLE))
    }

    fn messages(&mut self) -> bool {
        loop {
            match self.inbox.try_recv() {
                Ok(message) => {
                    let now = Instant::now();
                    self.message(now, message);
                    self.settle(now);
                }
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn message(&mut self, now: Instant, message: Message<H::Command>) {
        let peers = &mut self.peers;
        // Whoever asked and is gone does not need the answer; a connection that is gone drops its replies.
        match message {
            Message::Open(id, impairment) => {
                if peers.open(now, id, impairment).is_err() {
                    self.handler.event(peers, now, id, crate::media::peer::Event::Closed);
                }
            }
            Message::Offer(id, tracks, reply) => {
                if let Some(peer) = peers.get(id) {
                    let _ = reply.send(Ok(peer.offer(&tracks)));
                }
            }
            Message::Answer(id, offer, tracks, reply) => {
                if let Some(peer) = peers.get(id) {
                    let _ = reply.send(peer.answer(now, &offer, &tracks));
                }
            }
            Message::Accept(id, answer, reply) => {
                if let Some(peer) = peers.get(id) {
                    let _ = reply.send(peer.accept(now, &answer));
                }
            }
            Message::Close(id) => {
                if let Some(ended) = peers.close(now, id) {
                    self.handler.ended(id, ended);
                }
            }
            Message::Tell(command) => self.handler.command(peers, now, command),
        }
    }

    fn read(&mut self) {
        let mut readable = std::mem::take(&mut self.readable);
        readable.retain(|id| self.read_some(*id));
        self.readable.append(&mut readable);
        self.settle(Instant::now());
    }

    /// True when there may be more.
    fn read_some(&mut self, id: PeerId) -> bool {
        for _ in 0..IN_A_ROW {
            let now = Instant::now();
            match self.peers.receive(id, now, &mut self.buffer) {
                Ok(Some(packet)) => self.handler.packet(&mut self.peers, now, id, packet),
                Ok(None) => {}
                Err(_) => {
                    // What is under way on a bad path needs its timer.
                    self.peers.get(id);
                    return false;
                }
            }
        }
        true
    }

    fn timers(&mut self) {
        let now = Instant::now();
        while let Some(id) = self.peers.due(now) {
            self.peers.timeout(id, now);
            // What was under way on a bad path may have arrived.
            if self.read_some(id) {
                self.readable.push(id);
            }
        }
        self.settle(now);
    }

    fn settle(&mut self, now: Instant) {
        while let Some((id, event)) = self.peers.settle(now) {
            self.handler.event(&mut self.peers, now, id, event);
        }
    }
}

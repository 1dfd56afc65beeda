//! The connections of a loop, their sockets and their timers.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use mio::{Interest, Registry, Token};

use super::PeerId;
use super::impair::Impairment;
use super::socket::Socket;
use crate::media::peer::{Event, Identity, Packet, Peer, PeerError, StreamCounts};

/// What a connection counted, when it ends.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// By m-line.
    pub incoming: Vec<(usize, StreamCounts)>,
    /// Packets, and repairs beside them.
    pub sent: (u64, u64),
}

pub struct Peers {
    identity: Arc<Identity>,
    registry: Registry,
    entries: HashMap<PeerId, Entry>,
    timers: BinaryHeap<Reverse<(Instant, PeerId)>>,
    touched: Vec<PeerId>,
    /// Datagrams that the kernel did not take.
    pub refused: u64,
}

struct Entry {
    peer: Peer,
    socket: Socket,
    /// The earliest timer in the heap for it.
    wakes: Option<Instant>,
    touched: bool,
}

impl Peers {
    pub(super) fn new(identity: Arc<Identity>, registry: Registry) -> Self {
        let (entries, timers, touched) = (HashMap::new(), BinaryHeap::new(), Vec::new());
        Self { identity, registry, entries, timers, touched, refused: 0 }
    }

    /// The connection, to be used at once: what that leads to is sent when the handler returns.
    pub fn get(&mut self, id: PeerId) -> Option<&mut Peer> {
        let entry = self.entries.get_mut(&id)?;
        if !entry.touched {
            entry.touched = true;
            self.touched.push(id);
        }
        Some(&mut entry.peer)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// What a connection counts, while it is there.
    pub fn counts(&self, id: PeerId) -> Option<Ended> {
        self.entries.get(&id).map(Entry::ended)
    }

    pub(super) fn open(&mut self, now: Instant, id: PeerId, impairment: Impairment) -> Result<(), PeerError> {
        let failed = |error: std::io::Error| PeerError::Ice(error.to_string());
        let mut socket = Socket::bind(impairment).map_err(failed)?;
        self.registry.register(&mut socket.udp, token(id), Interest::READABLE).map_err(failed)?;
        let peer = Peer::new(&self.identity, socket.local, now)?;
        self.entries.insert(id, Entry { peer, socket, wakes: None, touched: false });
        Ok(())
    }

    /// Gives the connection's path another quality.
    pub fn impair(&mut self, id: PeerId, impairment: Impairment) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.socket.impair(impairment);
        }
    }

    pub(super) fn close(&mut self, now: Instant, id: PeerId) -> Option<Ended> {
        let mut entry = self.entries.remove(&id)?;
        entry.peer.close(now);
        entry.flush(now);
        self.refused += entry.socket.refused;
        // The poll forgets a closed file by itself; an error is the same.
        let _ = self.registry.deregister(&mut entry.socket.udp);
        Some(entry.ended())
    }

    /// Reads one datagram of a connection. `Err`: none is left for now.
    pub(super) fn receive(&mut self, id: PeerId, now: Instant, buffer: &mut [u8]) -> Result<Option<Packet>, Empty> {
        let entry = self.entries.get_mut(&id).ok_or(Empty)?;
        let (len, from) = entry.socket.receive(now, buffer).ok_or(Empty)?;
        let packet = entry.peer.received(now, from, &buffer[..len]);
        self.get(id);
        Ok(packet)
    }

    /// The next connection whose timer is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<PeerId> {
        while let Some(Reverse((at, id))) = self.timers.peek().copied() {
            if at > now {
                return None;
            }
            self.timers.pop();
            // A timer that was replaced by an earlier one, or whose connection is gone, is nobody's.
            if let Some(entry) = self.entries.get_mut(&id).filter(|entry| entry.wakes == Some(at)) {
                entry.wakes = None;
                return Some(id);
            }
        }
        None
    }

    pub(super) fn timeout(&mut self, id: PeerId, now: Instant) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.socket.departed(now);
        }
        if let Some(peer) = self.get(id) {
            peer.timeout(now);
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.timers.peek().map(|Reverse((at, _))| *at)
    }

    /// Sends what the connections in use have to send, sets their timers, and hands on an event of theirs.
    pub(super) fn settle(&mut self, now: Instant) -> Option<(PeerId, Event)> {
        while let Some(id) = self.touched.pop() {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            entry.touched = false;
            entry.flush(now);
            let next = entry.socket.next().into_iter().chain([entry.peer.deadline()]).min();
            if let Some(at) = next.filter(|at| entry.wakes.is_none_or(|wakes| *at < wakes)) {
                entry.wakes = Some(at);
                self.timers.push(Reverse((at, id)));
            }
            if let Some(event) = entry.peer.poll_event() {
                self.get(id);
                return Some((id, event));
            }
        }
        None
    }
}

/// Nothing is left to be read.
pub(super) struct Empty;

impl Entry {
    fn flush(&mut self, now: Instant) {
        while let Some((to, datagram)) = self.peer.poll_transmit() {
            self.socket.send(now, to, &datagram);
        }
    }

    fn ended(&self) -> Ended {
        Ended { incoming: self.peer.incoming().collect(), sent: self.peer.sent() }
    }
}

pub(super) fn token(id: PeerId) -> Token {
    Token(id.0 as usize)
}

//! The handler of a media run: everybody's microphones and cameras, and what everybody receives. It lives on the loop's thread.

mod receiver;
mod sender;
mod snapshot;

use std::collections::HashMap;
use std::time::Instant;

use tokio::sync::oneshot;

use super::driver::{Ended, Handler, Impairment, PeerId, Peers};
use super::peer::{Event, Packet};
use super::source::mark::Mark;
use crate::measure::clock::{Clock, Micros};
use receiver::Receiver;
pub use sender::Plan;
use sender::Sender;
pub use snapshot::{ReceiverState, Snapshot, Totals};

/// A person's number within the run.
pub type Who = u32;

/// What a source is called in marks.
pub fn audio_of(who: Who) -> u32 {
    who * 2
}

pub fn video_of(who: Who) -> u32 {
    who * 2 + 1
}

pub enum Order {
    /// On this connection the person's sources go out, as soon as it is up: m-line 0 is the microphone, 1 the camera.
    Publish {
        peer: PeerId,
        who: Who,
        plan: Plan,
    },
    /// On this connection the person receives. `asked` is when they wanted in; `label` marks those whose path is bad.
    Receive {
        peer: PeerId,
        who: Who,
        asked: Micros,
        label: Option<usize>,
    },
    /// Somebody watches these encodings of the person's camera.
    Layers {
        who: Who,
        wanted: [bool; 3],
    },
    /// Receivers of this label have this path from now on.
    Impair {
        label: usize,
        path: Impairment,
    },
    /// From now on figures count; before, all was warming up.
    Measure,
    Snapshot(oneshot::Sender<Box<Snapshot>>),
}

pub struct Studio {
    clock: Clock,
    senders: HashMap<PeerId, Sender>,
    receivers: HashMap<PeerId, Receiver>,
    /// When a source's first packet left.
    began: HashMap<u32, Micros>,
    tally: snapshot::Tally,
    /// The earliest of all sources.
    next: Option<Instant>,
}

impl Studio {
    pub fn new(clock: Clock) -> Self {
        let (senders, receivers, began) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { clock, senders, receivers, began, tally: snapshot::Tally::default(), next: None }
    }

    fn schedule(&mut self) {
        self.next = self.senders.values().filter_map(Sender::next).min();
    }
}

impl Handler for Studio {
    type Command = Order;

    fn command(&mut self, peers: &mut Peers, now: Instant, order: Order) {
        match order {
            Order::Publish { peer, who, plan } => {
                self.senders.insert(peer, Sender::new(who, plan));
                self.tally.expected += 1;
            }
            Order::Receive { peer, who, asked, label } => {
                self.receivers.insert(peer, Receiver::new(who, asked, label));
                self.tally.expected += 1;
            }
            Order::Layers { who, wanted } => {
                let theirs = self.senders.values_mut().filter(|sender| sender.who == who);
                theirs.for_each(|sender| sender.want_layers(wanted));
            }
            Order::Impair { label, path } => {
                let theirs = self.receivers.iter().filter(|(_, receiver)| receiver.label == Some(label));
                theirs.for_each(|(peer, _)| peers.impair(*peer, path));
            }
            Order::Measure => self.measure(peers),
            Order::Snapshot(reply) => {
                let at = self.clock.at(now);
                // Whoever asked and is gone does not need it.
                let _ = reply.send(Box::new(self.snapshot(peers, at)));
            }
        }
    }

    fn packet(&mut self, peers: &mut Peers, now: Instant, peer: PeerId, packet: Packet) {
        let Some(receiver) = self.receivers.get_mut(&peer) else { return };
        let Some(mark) = Mark::read(&packet.payload) else {
            self.tally.unmarked += 1;
            return;
        };
        let now = self.clock.at(now);
        let began = self.began.get(&mark.source).copied().unwrap_or(mark.sent);
        let latency = now.saturating_sub(mark.sent);
        self.tally.arrived(receiver.label, latency, packet.repaired);
        if receiver.packet(now, &mark, &packet, began, &mut self.tally)
            && let Some(peer) = peers.get(peer)
        {
            self.tally.keyframes_asked += 1;
            peer.request_keyframe(packet.line);
        }
    }

    fn event(&mut self, _: &mut Peers, now: Instant, peer: PeerId, event: Event) {
        match event {
            Event::Connected => {
                self.tally.connected += 1;
                if let Some(sender) = self.senders.get_mut(&peer) {
                    sender.start(now);
                }
                self.schedule();
            }
            Event::Closed => self.tally.closed_by_server += 1,
            Event::KeyframeWanted { line, encoding } => {
                self.tally.keyframes_wanted += 1;
                if let Some(sender) = self.senders.get_mut(&peer).filter(|_| line == sender::CAMERA_LINE) {
                    sender.want_keyframe(encoding);
                }
            }
        }
    }

    fn ended(&mut self, peer: PeerId, ended: Ended) {
        self.senders.remove(&peer);
        if let Some(receiver) = self.receivers.remove(&peer) {
            self.tally.gone(receiver, &ended);
        }
        self.schedule();
    }

    fn deadline(&self) -> Option<Instant> {
        self.next
    }

    fn run(&mut self, peers: &mut Peers, now: Instant) {
        if let Some(due) = self.next {
            self.tally.lateness.record(now.saturating_duration_since(due).as_micros() as Micros);
        }
        for (peer, sender) in &mut self.senders {
            if sender.next().is_some_and(|at| at <= now)
                && let Some(peer) = peers.get(*peer)
            {
                sender.run(now, self.clock, peer, &mut self.began);
            }
        }
        self.schedule();
    }
}

//! The handler of a run of switches: everybody's microphones and cameras on all the paths that they send on, and what
//! everybody receives on all of theirs. It lives on the loop's thread.

mod actor;

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

pub use actor::Plan;
use actor::{Actor, Outlet};

use super::gaps::{Edge, Label, Progress, Tally};
use crate::measure::clock::{Clock, Micros};
use crate::media::driver::{Ended, Handler, PeerId, Peers};
use crate::media::peer::{Event, Kind, Packet};
use crate::media::source::mark::Mark;

/// A person's number within the run.
pub type Who = u32;

/// What is still under way when everybody has left a path.
const UNDER_WAY: Micros = 300_000;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Mesh,
    Publish,
    Receive,
}

pub enum Order {
    Enter {
        who: Who,
        plan: Plan,
        tell: mpsc::Sender<Told>,
    },
    Leave {
        who: Who,
    },
    State {
        who: Who,
        muted: bool,
        video: bool,
    },
    Link {
        peer: PeerId,
        who: Who,
        epoch: u32,
        role: Role,
    },
    /// Encodings of the person's camera that somebody watches at the server.
    Layers {
        who: Who,
        wanted: [bool; 3],
    },
    /// The person plays this path from now on.
    Front {
        who: Who,
        epoch: u32,
    },
    /// The person sends no more on this path.
    Retire {
        who: Who,
        epoch: u32,
    },
    /// The path is closed.
    Forget {
        who: Who,
        epoch: u32,
    },
    /// A stretch of what the person receives is over. Without a label it does not count.
    Stretch {
        who: Who,
        label: Option<Label>,
    },
    /// What the person sends and receives now says nothing: they are away.
    Excuse {
        who: Who,
    },
    /// Who of these does not see or hear whom of these, and for how long.
    Silences {
        among: Vec<Who>,
        reply: oneshot::Sender<Vec<Silence>>,
    },
    Tally(oneshot::Sender<Box<Tally>>),
}

/// What a person is told of their connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Up(PeerId),
    Down(PeerId),
    /// Somebody's sound or picture comes on a path.
    Progress {
        epoch: u32,
        sender: Who,
        what: Progress,
    },
}

/// Nothing new came for so long; `None`: never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    pub receiver: Who,
    pub sender: Who,
    pub sound: Option<Micros>,
    pub picture: Option<Micros>,
}

/// Longer than this is no gap but an end.
const SILENT: Micros = 2_000_000;

struct Link {
    who: Who,
    epoch: u32,
    role: Role,
}

/// One person's side.
struct Seat {
    actor: Actor,
    front: u32,
    excused: bool,
    tell: mpsc::Sender<Told>,
    edges: BTreeMap<Who, Edge>,
    /// Since when the person sends nothing on a path.
    retired: Vec<(u32, Micros)>,
}

pub struct Stage {
    clock: Clock,
    seats: BTreeMap<Who, Seat>,
    links: HashMap<PeerId, Link>,
    tally: Tally,
    next: Option<Instant>,
}

impl Stage {
    pub fn new(clock: Clock) -> Self {
        Self { clock, seats: BTreeMap::new(), links: HashMap::new(), tally: Tally::default(), next: None }
    }

    fn schedule(&mut self) {
        self.next = self.seats.values().filter_map(|seat| seat.actor.next()).min();
    }

    fn tell(&self, who: Who, told: Told) {
        if let Some(seat) = self.seats.get(&who) {
            // A person who is that far behind is about to leave, and needs nothing of this any more.
            let _ = seat.tell.try_send(told);
        }
    }

    fn link(&mut self, peer: PeerId, link: Link) {
        if let (Role::Mesh | Role::Publish, Some(seat)) = (link.role, self.seats.get_mut(&link.who)) {
            seat.actor.outlets.push(Outlet { peer, epoch: link.epoch, role: link.role, open: false });
        }
        self.links.insert(peer, link);
    }

    fn state(&mut self, who: Who, muted: bool, video: bool) {
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let (sound_changed, picture_changed) = seat.actor.state(muted, video);
        for edge in self.seats.values_mut().filter_map(|seat| seat.edges.get_mut(&who)) {
            if sound_changed {
                edge.rest_sound();
            }
            if picture_changed {
                edge.picture.rest();
            }
        }
    }

    fn leave(&mut self, who: Who) {
        self.seats.remove(&who);
        for seat in self.seats.values_mut() {
            if let Some(edge) = seat.edges.remove(&who) {
                self.tally.audio_lost += edge.lost();
                self.tally.audio_twice += edge.twice;
            }
        }
        self.schedule();
    }

    fn stretch(&mut self, now: Micros, who: Who, label: Option<Label>) {
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let spans: Vec<_> = seat.edges.values_mut().map(|edge| edge.end(now)).collect();
        let excused = std::mem::take(&mut seat.excused);
        if let Some(label) = label.filter(|_| !excused) {
            self.tally.stretch(now, label, &spans);
        }
    }

    fn excuse(&mut self, who: Who) {
        if let Some(seat) = self.seats.get_mut(&who) {
            seat.excused = true;
        }
        for edge in self.seats.values_mut().filter_map(|seat| seat.edges.get_mut(&who)) {
            edge.rest_sound();
            edge.picture.rest();
        }
    }

    fn silences(&self, now: Micros, among: &[Who]) -> Vec<Silence> {
        let pairs = among.iter().flat_map(|receiver| among.iter().map(move |sender| (*receiver, *sender)));
        let silent = |(receiver, sender)| {
            let (from, to) = (self.seats.get(&sender)?, self.seats.get(&receiver)?);
            let edge = to.edges.get(&sender);
            let since = |last: Option<Micros>| last.map(|at| now.saturating_sub(at));
            let sound = since(edge.and_then(|edge| edge.sound.last_at()));
            let picture = since(edge.and_then(|edge| edge.picture.last_at()));
            let is_silent = |speaks: bool, since: Option<Micros>| speaks && since.is_none_or(|since| since > SILENT);
            let mute = is_silent(!from.actor.muted, sound) || is_silent(from.actor.shows(), picture);
            mute.then_some(Silence { receiver, sender, sound, picture })
        };
        pairs.filter(|(receiver, sender)| receiver != sender).filter_map(silent).collect()
    }

    fn totals(&mut self) -> Tally {
        let mut tally = self.tally.clone();
        for edge in self.seats.values().flat_map(|seat| seat.edges.values()) {
            tally.audio_lost += edge.lost();
            tally.audio_twice += edge.twice;
        }
        tally
    }

    /// Did the sender leave this path so long ago that nothing can be under way?
    fn is_over(&self, sender: Who, epoch: u32, now: Micros) -> bool {
        let retired = self.seats.get(&sender).and_then(|seat| seat.retired.iter().find(|(retired, _)| *retired == epoch));
        retired.is_some_and(|(_, at)| now > at + UNDER_WAY)
    }
}

impl Handler for Stage {
    type Command = Order;

    fn command(&mut self, _: &mut Peers, now: Instant, order: Order) {
        let at = self.clock.at(now);
        match order {
            Order::Enter { who, plan, tell } => {
                let actor = Actor::new(who, &plan, now);
                let (edges, retired) = (BTreeMap::new(), Vec::new());
                self.seats.insert(who, Seat { actor, front: 0, excused: true, tell, edges, retired });
                self.schedule();
            }
            Order::Leave { who } => self.leave(who),
            Order::State { who, muted, video } => self.state(who, muted, video),
            Order::Link { peer, who, epoch, role } => self.link(peer, Link { who, epoch, role }),
            Order::Layers { who, wanted } => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.actor.want_layers(wanted);
                }
            }
            Order::Front { who, epoch } => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.front = epoch;
                    seat.edges.values_mut().for_each(|edge| edge.bring_forward(epoch));
                }
            }
            Order::Retire { who, epoch } => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.actor.outlets.retain(|outlet| outlet.epoch != epoch);
                    seat.retired.push((epoch, at));
                }
            }
            Order::Forget { who, epoch } => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.edges.values_mut().for_each(|edge| edge.forget(epoch));
                    seat.retired.retain(|(retired, since)| *retired != epoch || at < since + 10 * UNDER_WAY);
                }
            }
            Order::Stretch { who, label } => self.stretch(at, who, label),
            Order::Excuse { who } => self.excuse(who),
            // Whoever asked and is gone does not need it.
            Order::Silences { among, reply } => _ = reply.send(self.silences(at, &among)),
            Order::Tally(reply) => _ = reply.send(Box::new(self.totals())),
        }
    }

    fn packet(&mut self, peers: &mut Peers, now: Instant, peer: PeerId, packet: Packet) {
        let Some(&Link { who, epoch, .. }) = self.links.get(&peer) else { return };
        let Some(mark) = Mark::read(&packet.payload) else {
            self.tally.unmarked += 1;
            return;
        };
        let (now, sender) = (self.clock.at(now), mark.source / 2);
        self.tally.packets += 1;
        self.tally.after_retirement += u64::from(self.is_over(sender, epoch, now));
        if !self.seats.contains_key(&sender) {
            return;
        }
        let Some(seat) = self.seats.get_mut(&who) else { return };
        let front = seat.front;
        let edge = seat.edges.entry(sender).or_insert_with(|| {
            let mut edge = Edge::default();
            edge.bring_forward(front);
            edge
        });
        let (progress, ask) = match packet.kind {
            Kind::Audio => (edge.heard(now, epoch, mark.serial), false),
            Kind::Video => edge.seen(now, epoch, front, &mark),
        };
        if let Some(what) = progress {
            self.tell(who, Told::Progress { epoch, sender, what });
        }
        if let (true, Some(peer)) = (ask, peers.get(peer)) {
            peer.request_keyframe(packet.line);
        }
    }

    fn event(&mut self, _: &mut Peers, _: Instant, peer: PeerId, event: Event) {
        let Some(&Link { who, role, .. }) = self.links.get(&peer) else { return };
        match event {
            Event::Connected => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.actor.opened(peer);
                }
                self.tell(who, Told::Up(peer));
            }
            Event::Closed => self.tell(who, Told::Down(peer)),
            Event::KeyframeWanted { encoding, .. } => {
                if let Some(seat) = self.seats.get_mut(&who) {
                    seat.actor.want_keyframe(role, encoding);
                }
            }
        }
    }

    fn ended(&mut self, peer: PeerId, _: Ended) {
        if let Some(link) = self.links.remove(&peer)
            && let Some(seat) = self.seats.get_mut(&link.who)
        {
            seat.actor.outlets.retain(|outlet| outlet.peer != peer);
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.next
    }

    fn run(&mut self, peers: &mut Peers, now: Instant) {
        if let Some(due) = self.next {
            self.tally.lateness.record(now.saturating_duration_since(due).as_micros() as Micros);
        }
        for seat in self.seats.values_mut() {
            seat.actor.run(peers, now, self.clock);
        }
        self.schedule();
    }
}

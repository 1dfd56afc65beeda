//! One person: joins, keeps a connection to each other one or to the server, and goes along with every switch as the page does.

mod edges;
mod enter;
mod hear;
mod links;
mod paths;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::gaps::Label;
use super::room::Room;
use super::stage::{Order, Told, Who};
use super::topology::{Mode, Topology};
use super::world::World;
use crate::socket::{self, Received, Socket};
use edges::Other;
use paths::{Paths, Place};

pub use enter::enter;

const TICK: Duration = Duration::from_millis(100);
/// An offer without an answer is sent again.
const PATIENCE: Duration = Duration::from_secs(5);
/// Stretches without a switch are as long as one with it.
const CALM: Duration = Duration::from_millis(3000);
/// A shorter one is not compared with others.
const SHORTEST_CALM: Duration = Duration::from_millis(2500);
const ACK_AFTER: u64 = 8;
/// How long to wait for the server's close after leaving.
const FAREWELL: Duration = Duration::from_secs(3);

/// What the run tells a person.
#[derive(Clone, Debug)]
pub enum Wish {
    Leave,
    /// Lose the socket, and be back after so long.
    Drop(Duration),
    State {
        muted: bool,
        video: bool,
    },
    /// Say nothing of what is ready on a next path, or say it again.
    HoldBack(bool),
    /// Settings of the room, by its host.
    Settings(Value),
}

/// What goes on in the stretch that is measured now.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stretch {
    Entering,
    Calm(Instant),
    Switch(Label),
}

pub struct Person {
    pub who: Who,
    room: Rc<Room>,
    world: Rc<World>,
    socket: Socket,
    me: String,
    resume_token: String,
    seq: u64,
    acknowledged: u64,
    reference: u64,
    others: BTreeMap<String, Other>,
    topology: Topology,
    paths: Paths,
    stretch: Stretch,
    told: mpsc::Receiver<Told>,
    wishes: mpsc::Receiver<Wish>,
    muted: bool,
    video: bool,
    holds_back: bool,
    /// Commands without a reply, by what they are.
    asked: HashMap<u64, &'static str>,
}

enum Turn {
    Stay,
    Leave,
    Gone(Duration),
    Lost(String),
}

impl Person {
    /// Until told to leave. The room stops knowing them at the end.
    pub async fn stay(mut self) {
        self.state().await;
        self.follow().await;
        loop {
            match self.turn().await {
                Turn::Stay => {}
                Turn::Leave => break self.leave().await,
                Turn::Gone(after) => {
                    if let Err(reason) = self.come_back(after).await {
                        self.error("resume", || reason);
                        break;
                    }
                }
                Turn::Lost(reason) => {
                    self.error("connection_lost", || reason);
                    break;
                }
            }
        }
        self.close_all();
        self.order(Order::Leave { who: self.who });
        self.room.left(&self.me);
    }

    async fn turn(&mut self) -> Turn {
        tokio::select! {
            biased;
            received = socket::receive(&mut self.socket) => match received {
                Received::Text(text) => self.hear(&text).await,
                Received::Closed(code) => Turn::Lost(format!("closed with {code:?}")),
            },
            Some(told) = self.told.recv() => {
                self.hear_of_media(told).await;
                Turn::Stay
            }
            Some(wish) = self.wishes.recv() => self.fulfil(wish).await,
            () = tokio::time::sleep(TICK) => {
                self.tick().await;
                Turn::Stay
            }
        }
    }

    async fn fulfil(&mut self, wish: Wish) -> Turn {
        match wish {
            Wish::Leave => return Turn::Leave,
            Wish::Drop(after) => return Turn::Gone(after),
            Wish::State { muted, video } => {
                (self.muted, self.video) = (muted, video);
                self.state().await;
            }
            Wish::HoldBack(holds_back) => {
                self.holds_back = holds_back;
                self.tell_ready().await;
            }
            Wish::Settings(settings) => {
                self.send("update_room", json!({ "settings": settings })).await;
            }
        }
        self.housekeep().await;
        Turn::Stay
    }

    /// What they send, to everybody who has to know.
    async fn state(&mut self) {
        let (who, muted, video) = (self.who, self.muted, self.video);
        self.order(Order::State { who, muted, video });
        self.send("update_state", json!({ "muted": muted, "videoOn": video })).await;
    }

    async fn tick(&mut self) {
        self.housekeep().await;
        self.offer_again().await;
        self.tell_ready().await;
        if self.seq > self.acknowledged {
            self.acknowledge().await;
        }
    }

    /// Ends what has had its time: old paths and stretches.
    async fn housekeep(&mut self) {
        let now = Instant::now();
        let (silent, closed) = self.paths.expired(now);
        for epoch in silent {
            self.order(Order::Retire { who: self.who, epoch });
        }
        let over = !closed.is_empty() && self.topology.switching.is_none();
        closed.into_iter().for_each(|epoch| self.close_path(epoch));
        match self.stretch {
            Stretch::Switch(label) if over => self.next_stretch(Some(label), Stretch::Calm(now)),
            Stretch::Calm(since) if now >= since + CALM => self.next_stretch(Some(Label::Calm), Stretch::Calm(now)),
            Stretch::Entering if self.topology.switching.is_none() => self.next_stretch(None, Stretch::Calm(now)),
            _ => {}
        }
    }

    fn next_stretch(&mut self, label: Option<Label>, next: Stretch) {
        self.order(Order::Stretch { who: self.who, label });
        self.stretch = next;
    }

    /// A stretch with a switch begins: what was before counts if it was long enough.
    fn switch_begins(&mut self, to: Mode) {
        let long_enough = |since: Instant| since.elapsed() >= SHORTEST_CALM;
        let label = match self.stretch {
            Stretch::Calm(since) => long_enough(since).then_some(Label::Calm),
            Stretch::Switch(label) => Some(label),
            Stretch::Entering => return,
        };
        let next = if to == Mode::Sfu { Label::ToSfu } else { Label::ToMesh };
        self.next_stretch(label, Stretch::Switch(next));
    }

    /// Whose media comes on the next path, when that is news.
    async fn tell_ready(&mut self) {
        if self.holds_back {
            return;
        }
        let room = self.room.clone();
        let others = &self.others;
        let Some(path) = self.paths.next() else { return };
        let age = path.since.elapsed();
        let link_of = |id: &str| if path.way.mode == Mode::Sfu { path.links.get("receive") } else { path.links.get(id) };
        let state = |(id, other): (&String, &Other)| {
            let is_up = link_of(id).is_some_and(|link| link.up);
            let is_ready = room.who(id).is_some_and(|who| path.came.is_ready(who, other, is_up, age));
            (id.clone(), (is_up, is_ready))
        };
        let states: HashMap<_, _> = others.iter().map(state).collect();
        let epoch = path.way.epoch;
        if let Some(edges) = path.ready.update(&states) {
            self.send("topology_ready", json!({ "epoch": epoch, "edges": edges })).await;
        }
    }

    async fn hear_of_media(&mut self, told: Told) {
        match told {
            Told::Up(peer) => {
                if let Some((path, name)) = self.paths.of_peer(peer) {
                    path.links.get_mut(&name).expect("it was found by it").up = true;
                }
            }
            Told::Down(peer) => {
                if let Some((path, name)) = self.paths.of_peer(peer) {
                    let is_old = matches!(path.place, Place::Old(_));
                    path.links.remove(&name);
                    self.world.stage.close(peer);
                    if !is_old && self.room.is_expected(&name) {
                        self.world.count(|count| count.connections_broken += 1);
                    }
                }
            }
            Told::Progress { epoch, sender, what } => {
                if let Some(path) = self.paths.get(epoch) {
                    path.came.note(sender, what);
                }
            }
        }
        self.tell_ready().await;
    }

    async fn leave(&mut self) {
        self.close_all();
        self.order(Order::Leave { who: self.who });
        self.send("leave_room", json!({})).await;
        let farewell = async { while matches!(socket::receive(&mut self.socket).await, Received::Text(_)) {} };
        if tokio::time::timeout(FAREWELL, farewell).await.is_err() {
            self.error("wrong_close", || "leaving did not close the socket".into());
        }
    }

    async fn acknowledge(&mut self) {
        self.acknowledged = self.seq;
        let text = json!({ "type": "ack", "seq": self.seq }).to_string();
        // A failing write shows as a close.
        let _ = socket::send(&mut self.socket, text).await;
    }

    async fn send(&mut self, kind: &'static str, mut fields: Value) {
        self.reference += 1;
        fields["type"] = kind.into();
        fields["ref"] = self.reference.into();
        self.asked.insert(self.reference, kind);
        let _ = socket::send(&mut self.socket, fields.to_string()).await;
    }

    fn order(&self, order: Order) {
        self.world.stage.tell(order);
    }

    fn error(&self, kind: &'static str, detail: impl FnOnce() -> String) {
        self.world.error(kind, || format!("room {} person {}: {}", self.room.number, self.who, detail()));
    }
}

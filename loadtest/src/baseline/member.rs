//! One member of a room on the baseline server.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::wire::{self, Packet};
use crate::measure::clock::Micros;
use crate::participant::Beat;
use crate::socket::{self, Received, Socket};
use crate::wire::mark::{Mark, Purpose};
use crate::wire::payload::RelayKind;
use crate::world::{World, add, take};

const PATIENCE: Duration = Duration::from_secs(30);
const IDLE: Duration = Duration::from_secs(3600);
const JOIN: u64 = 0;

struct Member {
    world: Rc<World>,
    socket: Socket,
    peers: Vec<String>,
    pending: Vec<(u64, Micros)>,
    relays: u64,
}

/// Joins at the scheduled time and relays until the run is over.
pub async fn take_part(world: Rc<World>, over: Rc<Notify>, room: usize, scheduled: Micros) {
    add(&world.entering, 1);
    world.count(|count| count.join_attempts += 1);
    // Waits from now on, so that the end cannot be missed.
    let over = over.notified();
    tokio::pin!(over);
    over.as_mut().enable();
    let entered = timeout(PATIENCE, enter(&world, room)).await.unwrap_or_else(|_| Err("no answer to join".into()));
    take(&world.entering, 1);
    match entered {
        Ok(mut member) => {
            let took = world.now().saturating_sub(scheduled);
            world.metrics().joined(took, took);
            world.count(|count| count.online += 1);
            tokio::select! {
                () = member.stay() => world.error("connection_lost", || format!("room {room}")),
                () = over => {}
            }
            world.count(|count| count.online -= 1);
        }
        Err(error) => world.error("connect", || format!("room {room}: {error}")),
    }
}

async fn enter(world: &Rc<World>, room: usize) -> Result<Member, String> {
    let mut socket = socket::open(world.address, wire::PATH, None).await.map_err(|error| error.to_string())?;
    loop {
        let Received::Text(text) = socket::receive(&mut socket).await else { return Err("closed while joining".into()) };
        match Packet::parse(&text) {
            Packet::Open => socket::send(&mut socket, wire::CONNECT.into()).await?,
            Packet::Connected => socket::send(&mut socket, wire::join(JOIN, room)).await?,
            Packet::Ping => socket::send(&mut socket, wire::PONG.into()).await?,
            Packet::Acknowledged { id: JOIN, text } => {
                let joined = wire::joined(text).ok_or("join was refused")?;
                let peers = joined.participants.into_iter().filter(|id| *id != joined.id).collect();
                return Ok(Member { world: world.clone(), socket, peers, pending: Vec::new(), relays: 0 });
            }
            other => return Err(format!("{other:?} while joining")),
        }
    }
}

impl Member {
    /// Ends when the connection does.
    async fn stay(&mut self) {
        let world = self.world.clone();
        let mut beat = Beat::new(world.scenario.relay_rate, world.now());
        loop {
            let due = beat.next().filter(|_| world.loading.get());
            let wake = due.map_or_else(|| Instant::now() + IDLE, |at| world.clock.instant(at));
            tokio::select! {
                biased;
                received = socket::receive(&mut self.socket) => match received {
                    Received::Text(text) => self.hear(&text).await,
                    Received::Closed(_) => return,
                },
                () = sleep_until(wake) => {
                    while let Some(due) = beat.due(world.now()).filter(|_| world.loading.get()) {
                        self.relay(due).await;
                    }
                }
            }
        }
    }

    async fn relay(&mut self, due: Micros) {
        if self.peers.is_empty() {
            return;
        }
        self.relays += 1;
        let to = &self.peers[self.relays as usize % self.peers.len()];
        let mark = Mark { sent: due, purpose: Purpose::Load };
        let text = wire::relay(&self.world.payloads, self.relays, RelayKind::nth(self.relays - 1), to, mark);
        self.pending.push((self.relays, self.world.now()));
        add(&self.world.pending, 1);
        self.world.count(|count| {
            count.relays_sent += 1;
            count.commands += 1;
        });
        // A failing write shows as a closed socket in the next read.
        let _ = socket::send(&mut self.socket, text).await;
    }

    async fn hear(&mut self, text: &str) {
        match Packet::parse(text) {
            Packet::Ping => {
                let _ = socket::send(&mut self.socket, wire::PONG.into()).await;
            }
            Packet::Acknowledged { id, text } => self.acknowledged(id, text),
            Packet::Event { name, text } => self.event(name, text),
            other => self.world.error("unexpected_event", || format!("{other:?}")),
        }
    }

    fn acknowledged(&mut self, id: u64, text: &str) {
        let Some(at) = self.pending.iter().position(|(pending, _)| *pending == id) else {
            return self.world.error("unknown_reply", || format!("acknowledgement {id}"));
        };
        let (_, sent) = self.pending.swap_remove(at);
        take(&self.world.pending, 1);
        let took = self.world.now().saturating_sub(sent);
        let mut metrics = self.world.metrics();
        metrics.reply.record(took);
        metrics.count.replies += 1;
        if !text.contains(r#""ok":true"#) {
            metrics.count.relays_missed += 1;
            metrics.errors.add("refused", || text.to_string());
        }
    }

    fn event(&mut self, name: &str, text: &str) {
        self.world.count(|count| count.events += 1);
        match name {
            "participant_joined" => self.peers.extend(wire::somebody(text)),
            "participant_left" => {
                let gone = wire::somebody(text);
                self.peers.retain(|id| Some(id) != gone.as_ref());
            }
            _ => match Mark::find(text) {
                Some(mark) => {
                    let took = self.world.now().saturating_sub(mark.sent);
                    let mut metrics = self.world.metrics();
                    metrics.count.relays_delivered += 1;
                    metrics.relayed(took);
                }
                None => self.world.error("corrupt_relay", || format!("{name} without its mark")),
            },
        }
    }
}

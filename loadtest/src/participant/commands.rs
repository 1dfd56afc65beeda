//! What a participant sends: relays and chat on their beats, the handshake of a pair, acks.

use super::session::{Pending, Session, Turn, What};
use crate::measure::clock::Micros;
use crate::socket;
use crate::wire::id::Id;
use crate::wire::mark::{ChatLine, Mark, Purpose};
use crate::wire::outgoing;
use crate::wire::payload::RelayKind;
use crate::world::{add, take};

impl Session {
    pub fn reference(&mut self) -> u64 {
        self.next_reference += 1;
        self.next_reference - 1
    }

    pub fn expect(&mut self, reference: u64, what: What) {
        let at = self.place.world.now();
        self.pending.push(Pending { reference, at, what });
        add(&self.place.world.pending, 1);
        self.place.world.count(|count| count.commands += 1);
    }

    /// Everything that is due by the clock.
    pub async fn act(&mut self) -> Turn {
        let now = self.place.world.now();
        if self.pace.judged.is_some_and(|at| at <= now) {
            self.pace.judged = None;
            self.place.seat().away.set(false);
            self.place.world.count(|count| count.slow_survived += 1);
        }
        if self.pace.ack.is_some_and(|at| at <= now) {
            self.acknowledge().await;
        }
        if self.place.world.loading.get() {
            while let Some(due) = self.pace.relay.due(now) {
                self.relay_load(due).await;
            }
            while let Some(due) = self.pace.chat.due(now) {
                self.chat(due).await;
            }
        }
        Turn::Stay
    }

    pub async fn acknowledge(&mut self) {
        self.pace.ack = None;
        if self.sequence.unacknowledged() > 0 {
            let seq = self.sequence.acknowledge();
            self.put(outgoing::ack(seq)).await;
        }
    }

    async fn relay_load(&mut self, due: Micros) {
        if self.peers.is_empty() {
            return;
        }
        let to = self.peers[self.relays as usize % self.peers.len()];
        let kind = RelayKind::nth(self.relays);
        self.relay(kind, to, Mark { sent: due, purpose: Purpose::Load }).await;
    }

    async fn relay(&mut self, kind: RelayKind, to: Id, mark: Mark) {
        self.relays += 1;
        let reference = self.reference();
        let text = outgoing::relay(&self.place.world.payloads, reference, kind, to, mark);
        self.expect(reference, What::Relay { to, sent: mark.sent });
        self.place.world.count(|count| count.relays_sent += 1);
        self.put(text).await;
    }

    /// On the way in: the larger id makes the offer, whoever came first.
    pub async fn greet(&mut self) {
        for at in 0..self.peers.len() {
            self.offer_to(self.peers[at]).await;
        }
    }

    pub async fn offer_to(&mut self, peer: Id) {
        if self.place.world.scenario.handshake && self.me > peer {
            let mark = self.handshake();
            self.relay(RelayKind::Offer, peer, mark).await;
        }
    }

    pub async fn answer(&mut self, peer: Id) {
        let mark = self.handshake();
        self.relay(RelayKind::Answer, peer, mark).await;
        self.send_candidates(peer).await;
    }

    pub async fn send_candidates(&mut self, peer: Id) {
        for _ in 0..self.place.world.scenario.candidates {
            let mark = self.handshake();
            self.relay(RelayKind::Candidate, peer, mark).await;
        }
    }

    fn handshake(&self) -> Mark {
        Mark { sent: self.place.world.now(), purpose: Purpose::Handshake }
    }

    async fn chat(&mut self, due: Micros) {
        self.chat_lines += 1;
        let number = self.chat_lines;
        let incarnation = self.place.seat().incarnation.get();
        let client_id = outgoing::client_id(self.place.room.number, self.place.number, incarnation, number);
        self.place.world.count(|count| count.chats_sent += 1);
        self.say(client_id, number, due).await;
    }

    async fn say(&mut self, client_id: String, number: u64, sent: Micros) {
        let line = ChatLine { seat: self.place.number, incarnation: self.place.seat().incarnation.get(), number };
        let reference = self.reference();
        let text = outgoing::chat(reference, &client_id, Mark { sent, purpose: Purpose::Chat(line) });
        self.expect(reference, What::Chat { client_id, number, sent });
        self.put(text).await;
    }

    /// After a break: chat without an answer is sent again under its `clientId`, relays are left in doubt.
    pub async fn repeat_pending(&mut self) {
        for (client_id, number, sent) in self.forget_pending() {
            self.say(client_id, number, sent).await;
        }
    }

    /// Gives up waiting for replies. Returns the chat lines among them.
    pub fn forget_pending(&mut self) -> Vec<(String, u64, Micros)> {
        take(&self.place.world.pending, self.pending.len() as u64);
        let mut lines = Vec::new();
        for pending in self.pending.drain(..) {
            match pending.what {
                What::Relay { to, sent } => {
                    if let Some(seat) = self.place.room.seat_of(to).filter(|seat| seat.since.get() <= sent) {
                        seat.relays.perhaps();
                    }
                }
                What::Chat { client_id, number, sent } => lines.push((client_id, number, sent)),
                What::Hello | What::Leave => {}
            }
        }
        lines
    }

    /// A failing write shows as a closed socket in the next read.
    async fn put(&mut self, text: String) {
        let _ = socket::send(&mut self.socket, text).await;
    }
}

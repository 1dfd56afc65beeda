//! What is done by the clock: waking connections, ticking cores, finding who went silent.

use super::{SECOND, UPKEEP, Worker};
use crate::media::{
    connection::State,
    counts::{self, Counts},
    plane::Observed,
    slab::Key,
};
use actors::{media::MediaEvent, protocol::Leg, sfu::Input};
use std::{sync::atomic::Ordering, time::Instant};

impl Worker {
    /// Wakes whose time has come.
    pub(super) fn wake_due(&mut self) {
        self.now = Instant::now();
        while let Some((tick, key)) = self.timers.due(self.now) {
            let Some(connection) = self.connections.get_mut(key) else { continue };
            // An older wish may have been replaced since, by an earlier one or by a later one.
            if connection.wakes != Some(tick) {
                continue;
            }
            if connection.due > tick {
                connection.wakes = Some(connection.due);
                self.timers.set(connection.due, key);
            } else {
                connection.wakes = None;
                self.wake(key);
            }
        }
    }

    pub(super) fn upkeep(&mut self) {
        // Who slept was woken by something.
        let due = *self.next_upkeep.get_or_insert(self.now);
        if self.now < due {
            return;
        }
        for room in self.rooms.keys() {
            self.input(room, Input::Tick);
            if let Some(room) = self.rooms.get_mut(room) {
                room.outbox.flush();
            }
        }
        for key in self.connections.keys() {
            self.look_for_silence(key);
        }
        self.tcp.tidy(self.now);
        self.upkeeps += 1;
        let whole = self.upkeeps.is_multiple_of(SECOND);
        if whole {
            self.count();
            self.offer_again();
        }
        self.orders.observe(self.observed());
        // What was counted is told before it sleeps.
        self.next_upkeep = (!whole || !self.is_idle()).then(|| self.now + UPKEEP);
    }

    fn observed(&self) -> Observed {
        Observed {
            rooms: self.rooms.len(),
            people: self.people,
            connections: self.connections.len(),
            names: self.demux.len(),
            streams: self.tcp.len(),
            timers: self.timers.len(),
            received: self.received_in_all + self.counts.received,
            looks: 0,
        }
    }

    /// Nothing happens by itself.
    fn is_idle(&self) -> bool {
        let told = self.rooms.iter().all(|(_, room)| room.outbox.is_empty());
        told && self.people == 0 && self.connections.len() == 0 && self.tcp.len() == 0
    }

    /// Offers that wait for an answer which does not come, while another one is due.
    fn offer_again(&mut self) {
        for key in self.rooms.keys() {
            let Some(room) = self.rooms.get(key) else { continue };
            let due: Vec<_> = room.people().filter_map(|(peer, person)| Some((peer, person.again?))).collect();
            for (peer, restart) in due {
                self.make_offer(key, peer, restart);
            }
        }
    }

    fn count(&mut self) {
        let Counts { layer_switches, .. } = &mut self.counts;
        for key in self.rooms.keys() {
            let Some(room) = self.rooms.get_mut(key) else { continue };
            let switches = room.core.counts().layer_switches;
            *layer_switches += switches.saturating_sub(room.switches);
            room.switches = switches;
        }
        self.received_in_all += self.counts.received;
        let load = self.counts.tell() + self.connections.len() as u64 * 10;
        // Half of what it was and half of what it is: one busy moment does not move rooms about.
        let smooth = (self.orders.load.load(Ordering::Relaxed) + load) / 2;
        self.orders.load.store(smooth, Ordering::Relaxed);
    }

    fn look_for_silence(&mut self, key: Key) {
        let (now, patience) = (self.now, self.rules.idle);
        let Some(connection) = self.connections.get_mut(key) else { return };
        if connection.state != State::Connected || !connection.is_silent(now, patience) {
            return;
        }
        connection.state = State::Lost;
        let (room, peer, leg) = (connection.room, connection.peer, connection.leg);
        counts::ended("silent");
        if leg == Leg::Receive {
            self.input(room, Input::ReceivingLost { peer });
        }
        self.tell(room, peer, |participant| MediaEvent::Lost { participant, leg });
    }
}

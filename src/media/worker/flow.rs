//! The way of a packet: from a socket to its connection, through the room's core, into the receivers' connections and out again.

use super::{BATCHES, Worker};
use crate::media::{
    connection::{State, panicked},
    counts,
    demux::Found,
    engine::{Broken, Datagram, Happened, Incoming, Outgoing, Remote, Transport},
    slab::Key,
    tcp::Written,
};
use actors::{
    media::MediaEvent,
    protocol::Leg,
    sfu::{Codec, Forward, Input, PacketView, PeerIndex},
};
use mio::Token;
use std::{mem, time::Duration, time::Instant};

/// What the estimate begins with again on a new path.
const ANEW_BITS: u64 = 400_000;
/// A receiver that sent reports so lately has an estimate that holds.
const REPORTS_WITHIN: Duration = Duration::from_secs(2);

impl Worker {
    /// Reads what the UDP socket has. Says whether there is more.
    pub(super) fn read_datagrams(&mut self) -> bool {
        for _ in 0..BATCHES {
            let mut received = mem::take(&mut self.received);
            let more = self.udp.receive(&mut received);
            // The clock of a packet is when it was read: what follows from it is reckoned from there.
            self.now = received.at().unwrap_or(self.now);
            for (address, datagram) in received.datagrams() {
                self.arrive(Remote { transport: Transport::Udp, address }, datagram);
            }
            self.received = received;
            self.flush();
            if !more {
                return false;
            }
        }
        true
    }

    pub(super) fn read_stream(&mut self, token: Token) {
        let mut frames = mem::take(&mut self.scratch.frames);
        self.tcp.ready(token, |address, frame| frames.push((address, frame.to_vec())));
        for (address, frame) in frames.drain(..) {
            self.arrive(Remote { transport: Transport::Tcp, address }, &frame);
        }
        self.scratch.frames = frames;
    }

    fn arrive(&mut self, from: Remote, datagram: &[u8]) {
        self.counts.received += 1;
        self.counts.received_bytes += datagram.len() as u64;
        let (key, known) = match self.demux.find(from, datagram) {
            Found::Asked(key) => (key, false),
            Found::Known(key) => (key, true),
            Found::Junk(reason) => return self.counts.drop_one(reason),
        };
        let Some(connection) = self.connections.get_mut(key) else { return };
        if known {
            connection.heard(self.now, true);
            connection.transport = from.transport;
        }
        let mut happened = mem::take(&mut self.scratch.happened);
        let now = self.now;
        let next = connection.engine(|engine| engine.receive(from, datagram, now, &mut happened)).flatten();
        if known && happened.is_empty() && is_rtp(datagram) {
            // Not what was negotiated, not genuine, or a second time.
            self.counts.drop_one("not_media");
        }
        self.after(key, next, happened);
    }

    /// Lets a connection's time go on: it is due, or something was written.
    pub(super) fn wake(&mut self, key: Key) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(key) else { return };
        connection.dirty = false;
        let mut happened = mem::take(&mut self.scratch.happened);
        let next = connection.engine(|engine| engine.wake(now, &mut happened)).flatten();
        self.after(key, next, happened);
    }

    fn after(&mut self, key: Key, next: Result<Instant, Broken>, mut happened: Vec<Happened>) {
        for one in happened.drain(..) {
            self.happened(key, one);
        }
        // Nested calls had a vector of their own; the one with room is kept.
        self.scratch.happened = happened;
        match next {
            Ok(next) => self.set_timer(key, next),
            Err(broken) => self.break_off(key, &broken),
        }
    }

    fn set_timer(&mut self, key: Key, next: Instant) {
        let tick = self.timers.tick(next);
        let Some(connection) = self.connections.get_mut(key) else { return };
        connection.due = tick;
        // Who is looked at too soon is put back: only an earlier wish is worth a place in the heap.
        if connection.wakes.is_none_or(|set| tick < set) {
            connection.wakes = Some(tick);
            self.timers.set(tick, key);
        }
    }

    fn happened(&mut self, key: Key, one: Happened) {
        match one {
            Happened::Send(datagram) => self.scratch.outgoing.push(datagram),
            Happened::Packet(packet) => self.packet(key, &packet),
            Happened::Verified(remote) => self.verified(key, remote),
            Happened::Connected(profile) => self.connected(key, profile),
            Happened::Closed => self.close_one(key, "closed"),
            Happened::KeyframeRequest(slot) => {
                self.counts.keyframes_wanted += 1;
                self.input_of(key, |peer| Input::KeyframeRequest { peer, slot });
            }
            Happened::Path { bits, loss, rtt_ms } => self.path(key, bits, loss, rtt_ms),
            Happened::Nacks(count) => self.counts.nacks += count,
            Happened::LayerActive { line, layer, active } => {
                let sources = self.connections.get(key).map(|connection| &connection.sources);
                if let Some(source) = sources.and_then(|sources| sources.get(line as usize).copied().flatten()) {
                    self.input_of(key, |peer| Input::LayerActive { peer, source, layer, active });
                }
            }
        }
    }

    fn verified(&mut self, key: Key, remote: Remote) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        connection.heard(self.now, false);
        self.demux.prove(key, &mut connection.names, remote);
        if remote.transport == Transport::Tcp {
            self.tcp.prove(remote.address);
        }
        if connection.state == State::Lost {
            self.found_again(key);
        }
    }

    fn connected(&mut self, key: Key, profile: &'static str) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        connection.state = State::Connected;
        connection.heard(self.now, true);
        let after = self.now.saturating_duration_since(connection.began);
        let transport = if connection.transport == Transport::Tcp { "tcp" } else { "udp" };
        counts::connected(name(connection.leg), transport, profile, after);
        self.is_up(key);
    }

    /// A path that was lost carries again.
    fn found_again(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        connection.state = State::Connected;
        // What was known of the path's rate was known of another path.
        if connection.leg == Leg::Receive
            && let Err(broken) = connection.engine(|engine| engine.forget_rate(ANEW_BITS))
        {
            return self.break_off(key, &broken);
        }
        self.is_up(key);
    }

    fn is_up(&mut self, key: Key) {
        let Some(connection) = self.connections.get(key) else { return };
        let (room, peer, leg) = (connection.room, connection.peer, connection.leg);
        self.tell(room, peer, |participant| MediaEvent::Connected { participant, leg });
        if leg == Leg::Receive {
            self.tell_slots(key);
        }
    }

    fn path(&mut self, key: Key, bits: u64, loss: f32, rtt_ms: u32) {
        let heard = self.connections.get(key).is_some_and(|connection| {
            connection.state == State::Connected && connection.heard_media_within(self.now, REPORTS_WITHIN)
        });
        if heard {
            self.input_of(key, |peer| Input::Estimate { peer, bits, loss, rtt_ms });
        }
    }

    /// A publisher's packet: to all who get it.
    fn packet(&mut self, key: Key, packet: &Incoming) {
        let Some(connection) = self.connections.get(key) else { return };
        let (room_key, from) = (connection.room, connection.peer);
        let Some(source) = connection.sources.get(packet.line as usize).copied().flatten() else {
            return self.counts.drop_one("not_published");
        };
        let at = self.at();
        let Some(room) = self.rooms.get_mut(room_key) else { return };
        if room.person_mut(from).is_some_and(|person| person.sends(packet.line, packet.codec)) {
            self.publish(key);
        }
        let view = PacketView {
            from,
            source,
            layer: packet.layer,
            seq: packet.seq,
            timestamp: packet.timestamp,
            marker: packet.marker,
            audio_level: packet.audio_level,
            payload: &packet.payload,
            red: packet.red,
            dependency_descriptor: packet.descriptor.as_deref(),
        };
        let mut forwards = mem::take(&mut self.scratch.forwards);
        let mut outputs = mem::take(&mut self.scratch.outputs);
        if let Some(room) = self.rooms.get_mut(room_key) {
            room.core.packet(&view, at, &mut forwards, &mut outputs);
        }
        for forward in forwards.drain(..) {
            self.forward(room_key, &forward, packet);
        }
        self.scratch.forwards = forwards;
        self.sink(room_key, packet);
        self.outputs(room_key, outputs);
    }

    fn forward(&mut self, room: Key, forward: &Forward, packet: &Incoming) {
        let Some(key) = self.receiver(room, forward.to) else { return self.counts.drop_one("no_connection") };
        let Some(connection) = self.connections.get_mut(key) else { return };
        match connection.engine(|engine| engine.write(Outgoing { forward, packet })) {
            Ok(true) if forward.codec == Codec::Opus => self.counts.forwarded_audio += 1,
            Ok(true) => self.counts.forwarded_video += 1,
            Ok(false) => return self.counts.drop_one("no_slot"),
            Err(broken) => return self.break_off(key, &broken),
        }
        self.soil(key);
    }

    fn receiver(&self, room: Key, peer: PeerIndex) -> Option<Key> {
        self.rooms.get(room)?.person(peer)?.receiving.connection
    }

    /// The connection has something to send: it is woken when this batch is read.
    pub(super) fn soil(&mut self, key: Key) {
        if let Some(connection) = self.connections.get_mut(key)
            && !connection.dirty
        {
            connection.dirty = true;
            self.scratch.dirty.push(key);
        }
    }

    /// Wakes those that were written to, and sends what all of them have.
    pub(super) fn flush(&mut self) {
        if !self.scratch.dirty.is_empty() {
            // When a packet leaves is what a path's delay is measured from: now, not when this batch was read.
            self.now = Instant::now();
        }
        while let Some(key) = self.scratch.dirty.pop() {
            self.wake(key);
        }
        self.flush_outgoing();
    }

    pub(super) fn flush_outgoing(&mut self) {
        let mut outgoing = mem::take(&mut self.scratch.outgoing);
        if outgoing.iter().any(|datagram| datagram.to.transport == Transport::Tcp) {
            let tcp = outgoing.extract_if(.., |datagram| datagram.to.transport == Transport::Tcp);
            tcp.for_each(|datagram| send_tcp(&mut self.tcp, &mut self.counts, &datagram));
        }
        if !outgoing.is_empty() || self.udp.waits() {
            let sent = self.udp.send(&mut outgoing, |_| {});
            self.counts.sent += sent.datagrams;
            self.counts.sent_bytes += sent.bytes;
            self.counts.send_calls += sent.calls;
            self.counts.send_errors += sent.errors;
            self.counts.drop_some("kernel_busy", sent.dropped);
        }
        self.scratch.outgoing = outgoing;
    }

    /// A connection that can't go on ends alone.
    pub(super) fn break_off(&mut self, key: Key, broken: &Broken) {
        let reason = if panicked(broken) { "panicked" } else { "failed" };
        tracing::warn!(%broken, reason, "a media connection ended");
        self.close_one(key, reason);
    }
}

fn send_tcp(tcp: &mut crate::media::tcp::Tcp, counts: &mut counts::Counts, datagram: &Datagram) {
    match tcp.send(datagram) {
        Written::Taken => {
            counts.sent += 1;
            counts.sent_bytes += datagram.bytes.len() as u64;
            counts.send_calls += 1;
        }
        Written::Dropped => counts.drop_one("slow_reader"),
        Written::Gone => counts.drop_one("stream_gone"),
    }
}

pub(super) fn name(leg: Leg) -> &'static str {
    match leg {
        Leg::Publish => "publish",
        Leg::Receive => "receive",
        Leg::Tap => "tap",
    }
}

fn is_rtp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..192, kind, ..] if !(64..96).contains(&(kind & 0x7f)))
}

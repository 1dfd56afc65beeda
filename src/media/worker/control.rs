//! What rooms ask for, and what the cores ask for.

use super::{Worker, flow::name};
use crate::media::{
    connection::Connection,
    counts,
    engine::Engine,
    outbox::Outbox,
    room::{Room, permitted},
    slab::Key,
};
use actors::{
    ids::{ParticipantId, RoomId},
    media::{DescriptionError, MediaCommand, MediaEvent, MediaEvents, Permit},
    protocol::{Leg, Slot, Source},
    sfu::{Input, Output, PeerIndex, SfuCore, SlotUse},
};
use std::mem;

impl Worker {
    pub(super) fn open(&mut self, id: RoomId, events: MediaEvents) {
        if let Some(room) = self.by_id.get(&id).and_then(|key| self.rooms.get_mut(*key)) {
            return room.outbox.redirect(events);
        }
        let room = Room::new(id, SfuCore::new(self.rules.limits.clone()), Outbox::new(events));
        let key = self.rooms.insert(room);
        self.by_id.insert(id, key);
        counts::rooms(1.0);
    }

    pub(super) fn command(&mut self, id: RoomId, command: MediaCommand) {
        let Some(room) = self.by_id.get(&id).copied() else { return };
        match command {
            MediaCommand::AddPeer { participant, permit } => self.add_peer(room, participant, permit),
            MediaCommand::Offer { participant, sdp, tracks, epoch } => match self.peer(room, participant) {
                Some(peer) => self.take_offer(room, peer, &sdp, tracks, epoch),
                None => self.refuse(room, participant, Leg::Publish, epoch, self.no_place()),
            },
            MediaCommand::Answer { participant, sdp, epoch } => match self.peer(room, participant) {
                Some(peer) => self.take_answer(room, peer, &sdp, epoch),
                None => self.refuse(room, participant, Leg::Receive, epoch, self.no_place()),
            },
            MediaCommand::OfferReceive { participant, epoch, restart } => match self.peer(room, participant) {
                Some(peer) => self.offer_receive(room, peer, epoch, restart),
                None => self.refuse(room, participant, Leg::Receive, epoch, self.no_place()),
            },
            MediaCommand::Want { participant, tracks } => {
                if let Some(peer) = self.peer(room, participant) {
                    self.input(room, Input::Want { peer, tracks });
                }
            }
            MediaCommand::RemovePeer { participant } => {
                if let Some(peer) = self.peer(room, participant) {
                    self.remove_peer(room, peer);
                }
            }
            MediaCommand::AddTap { participant, sources } => self.add_tap(room, participant, sources),
            MediaCommand::OfferTap { participant, sdp, tracks, epoch } => match self.tap(room, participant) {
                Some(peer) => self.take_offer(room, peer, &sdp, tracks, epoch),
                None => self.refuse(room, participant, Leg::Tap, epoch, self.no_place()),
            },
            MediaCommand::RemoveTap { participant } => {
                if let Some(peer) = self.tap(room, participant) {
                    self.remove_peer(room, peer);
                }
            }
            MediaCommand::AttachSink { track, quality, on, to } => self.attach_sink(room, &track, quality, on, to),
            MediaCommand::DetachSink { key } => self.detach_sink(room, key),
            MediaCommand::Close => self.close_room(room),
        }
    }

    /// Who isn't here has no place: the worker may be full, or the room never asked for one.
    fn no_place(&self) -> DescriptionError {
        if self.people >= self.rules.people { DescriptionError::Full } else { DescriptionError::NoPeer }
    }

    fn peer(&self, room: Key, participant: ParticipantId) -> Option<PeerIndex> {
        self.rooms.get(room)?.core.peer(participant)
    }

    fn tap(&self, room: Key, participant: ParticipantId) -> Option<PeerIndex> {
        self.rooms.get(room)?.core.tap(participant)
    }

    fn add_tap(&mut self, room: Key, participant: ParticipantId, sources: Vec<Source>) {
        if self.tap(room, participant).is_none() {
            if self.people >= self.rules.people {
                return;
            }
            self.input(room, Input::AddTap { participant });
            let Some(peer) = self.tap(room, participant) else { return };
            self.people += 1;
            if let Some(room) = self.rooms.get_mut(room) {
                room.add(peer, participant, Leg::Tap);
            }
        }
        if let Some(peer) = self.tap(room, participant) {
            self.input(room, Input::Permit { peer, sources });
        }
    }

    fn add_peer(&mut self, room: Key, participant: ParticipantId, permit: Permit) {
        if self.peer(room, participant).is_none() {
            if self.people >= self.rules.people {
                return;
            }
            self.input(room, Input::AddPeer { participant });
            let Some(peer) = self.peer(room, participant) else { return };
            self.people += 1;
            if let Some(room) = self.rooms.get_mut(room) {
                room.add(peer, participant, Leg::Publish);
            }
        }
        if let Some(peer) = self.peer(room, participant) {
            self.input(room, Input::Permit { peer, sources: permitted(permit) });
        }
    }

    fn remove_peer(&mut self, room: Key, peer: PeerIndex) {
        let Some(person) = self.rooms.get_mut(room).and_then(|room| room.remove(peer)) else { return };
        self.people -= 1;
        for key in [person.publishing.connection, person.receiving.connection].into_iter().flatten() {
            self.say_goodbye(key);
        }
        self.input(room, Input::RemovePeer { peer });
    }

    fn close_room(&mut self, key: Key) {
        let peers: Vec<_> = self.rooms.get(key).into_iter().flat_map(Room::people).map(|(peer, _)| peer).collect();
        for peer in peers {
            self.remove_peer(key, peer);
        }
        if let Some(room) = self.rooms.remove(key) {
            counts::sinks(-(room.sinks.len() as f64));
            self.by_id.remove(&room.id);
            counts::rooms(-1.0);
        }
    }

    pub(super) fn end_all(&mut self) {
        for room in self.rooms.keys() {
            self.close_room(room);
        }
        self.flush();
        self.counts.tell();
    }

    /// The other side learns of it at once, as far as the way is open.
    pub(super) fn say_goodbye(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        if connection.engine(|engine| engine.close()).is_ok() {
            let (now, mut happened) = (self.now, Vec::new());
            if let Some(connection) = self.connections.get_mut(key) {
                let _ = connection.engine(|engine| engine.wake(now, &mut happened));
            }
            for one in happened {
                if let crate::media::engine::Happened::Send(datagram) = one {
                    self.scratch.outgoing.push(datagram);
                }
            }
        }
        // TCP streams end with their connection: what is said on them goes out first.
        self.flush_outgoing();
        self.forget(key);
    }

    pub(super) fn add_connection(&mut self, connection: Connection) -> Key {
        counts::connections(name(connection.leg), 1.0);
        self.connections.insert(connection)
    }

    pub(super) fn forget(&mut self, key: Key) {
        let Some(connection) = self.connections.remove(key) else { return };
        counts::connections(name(connection.leg), -1.0);
        self.demux.forget(key, &connection.names);
        connection.names.streams().for_each(|address| self.tcp.end(address));
    }

    /// A connection ended by itself: its person stays, without it.
    pub(super) fn close_one(&mut self, key: Key, reason: &'static str) {
        let Some(connection) = self.connections.get(key) else { return };
        let (room, peer, leg) = (connection.room, connection.peer, connection.leg);
        counts::ended(reason);
        self.forget(key);
        let person = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer));
        if let Some(person) = person
            && person.side(leg).connection == Some(key)
        {
            person.side(leg).connection = None;
            if leg == Leg::Receive {
                (person.offered, person.again) = (None, None);
            }
            self.input(
                room,
                match leg {
                    Leg::Publish | Leg::Tap => Input::Publish { peer, tracks: Vec::new() },
                    Leg::Receive => Input::Receiving { peer, audio_slots: 0, video_slots: 0 },
                },
            );
            self.tell(room, peer, |participant| MediaEvent::Lost { participant, leg });
        }
    }

    /// Gives the core an input and does what it asks for.
    pub(super) fn input(&mut self, room: Key, input: Input) {
        let at = self.at();
        let mut outputs = mem::take(&mut self.scratch.outputs);
        if let Some(room) = self.rooms.get_mut(room) {
            room.core.handle(input, at, &mut outputs);
        }
        self.outputs(room, outputs);
    }

    pub(super) fn input_of(&mut self, key: Key, input: impl FnOnce(PeerIndex) -> Input) {
        if let Some(connection) = self.connections.get(key) {
            let (room, peer) = (connection.room, connection.peer);
            self.input(room, input(peer));
        }
    }

    pub(super) fn outputs(&mut self, room: Key, mut outputs: Vec<Output>) {
        for output in outputs.drain(..) {
            self.output(room, output);
        }
        self.scratch.outputs = outputs;
    }

    fn output(&mut self, room: Key, output: Output) {
        match output {
            Output::RequestKeyframe { peer, source, layer } => {
                let person = self.rooms.get(room).and_then(|room| room.person(peer));
                let Some((key, line)) = person.and_then(|person| Some((person.publishing.connection?, person.line_of(source)?)))
                else {
                    return;
                };
                self.counts.keyframes_asked += 1;
                self.on_engine(key, |engine| engine.request_keyframe(line, layer));
            }
            Output::SlotsNeeded { peer, .. } => self.grow(room, peer),
            Output::Slots { peer, slots } => self.tell_map(room, peer, &slots),
            Output::LayersWanted { peer, tracks } => {
                self.tell(room, peer, |participant| MediaEvent::LayersWanted { participant, tracks });
            }
            Output::Limited { peer, tracks } => self.tell(room, peer, |participant| MediaEvent::Limited { participant, tracks }),
            Output::Bitrate { peer, desired, .. } => self.on_receiver(room, peer, |engine| engine.set_bitrate(desired)),
            Output::Forget { peer, slot } => self.on_receiver(room, peer, |engine| engine.forget(slot)),
            Output::Restart { peer, bits } => self.on_receiver(room, peer, |engine| engine.forget_rate(bits)),
            Output::Probe { peer, known, bits } => self.on_receiver(room, peer, |engine| engine.probe(known, bits)),
            Output::Speaker { participant } => self.push(room, MediaEvent::Speaker { participant }),
        }
    }

    fn on_receiver(&mut self, room: Key, peer: PeerIndex, call: impl FnOnce(&mut dyn Engine)) {
        let person = self.rooms.get(room).and_then(|room| room.person(peer));
        if let Some(key) = person.and_then(|person| person.receiving.connection) {
            self.on_engine(key, call);
        }
    }

    /// A call that something may come of.
    fn on_engine(&mut self, key: Key, call: impl FnOnce(&mut dyn Engine)) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        match connection.engine(call) {
            Ok(()) => self.soil(key),
            Err(broken) => self.break_off(key, &broken),
        }
    }

    /// Who is in which slot, by the slots' mids.
    fn tell_map(&mut self, room: Key, peer: PeerIndex, slots: &[SlotUse]) {
        let Some(person) = self.rooms.get(room).and_then(|room| room.person(peer)) else { return };
        let epoch = person.receiving.epoch;
        let Some(connection) = person.receiving.connection.and_then(|key| self.connections.get_mut(key)) else { return };
        let named = connection.engine(|engine| {
            let named = slots.iter().filter_map(|slot| {
                Some(Slot { mid: engine.slot_mid(slot.slot)?, participant_id: slot.participant, source: slot.source })
            });
            named.collect::<Vec<_>>()
        });
        if let Ok(slots) = named {
            self.tell(room, peer, |participant| MediaEvent::Slots { participant, epoch, slots });
        }
    }

    pub(super) fn refuse(&mut self, room: Key, participant: ParticipantId, leg: Leg, epoch: u32, error: DescriptionError) {
        self.push(room, MediaEvent::Refused { participant, leg, epoch, error });
    }

    /// Tells the room something of a person.
    pub(super) fn tell(&mut self, room: Key, peer: PeerIndex, event: impl FnOnce(ParticipantId) -> MediaEvent) {
        if let Some(participant) = self.rooms.get(room).and_then(|room| room.person(peer)).map(|person| person.participant) {
            self.push(room, event(participant));
        }
    }

    fn push(&mut self, room: Key, event: MediaEvent) {
        if let Some(room) = self.rooms.get_mut(room) {
            self.counts.events_lost += room.outbox.push(event);
        }
    }
}

//! Offers and answers: the publishing connection takes offers, the receiving one makes them, one at a time.

use super::Worker;
use crate::media::{
    connection::{Connection, State},
    sdp,
    slab::Key,
};
use actors::{
    media::{DescriptionError, MediaEvent},
    protocol::{Leg, TrackLabel},
    sfu::{Input, PeerIndex},
};
use std::time::Duration;

/// An offer of ours that was not answered for so long was lost with whoever got it: another one may be made.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

impl Worker {
    pub(super) fn take_offer(&mut self, room: Key, peer: PeerIndex, sdp: &str, tracks: Vec<TrackLabel>, epoch: u32) {
        let taken = self.try_offer(room, peer, sdp, tracks, epoch);
        match taken {
            Ok((key, answer)) => {
                self.tell(room, peer, |participant| MediaEvent::Answered { participant, sdp: answer, epoch });
                self.publish(key);
                self.soil(key);
            }
            Err(error) => {
                let leg = self.rooms.get(room).and_then(|room| room.person(peer)).map_or(Leg::Publish, |person| person.leg);
                self.refuse_peer(room, peer, leg, epoch, error);
            }
        }
    }

    fn try_offer(
        &mut self,
        room: Key,
        peer: PeerIndex,
        sdp: &str,
        tracks: Vec<TrackLabel>,
        epoch: u32,
    ) -> Result<(Key, String), DescriptionError> {
        let origin = sdp::check(sdp)?.origin;
        let person = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)).ok_or(DescriptionError::NoPeer)?;
        let (old, leg) = (person.publishing.connection, person.leg);
        let goes_on = person.publishing.origin.as_ref().is_some_and(|known| known.same_connection(&origin));
        let key = match old {
            Some(key) if goes_on => key,
            _ => {
                let engine = self.engines.publishing(self.now);
                self.add_connection(Connection::new(room, peer, leg, engine, self.now))
            }
        };
        self.settle(key);
        let connection = self.connections.get_mut(key).ok_or(DescriptionError::NoPeer)?;
        let accepted = connection.engine(|engine| engine.accept_offer(sdp));
        let accepted = accepted.unwrap_or_else(|broken| Err(sdp::unreadable(&broken.to_string())));
        let accepted = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // The one that is up goes on; a new one that came to nothing goes away.
                if old != Some(key) {
                    self.forget(key);
                }
                return Err(error);
            }
        };
        if let Some(replaced) = old.filter(|old| *old != key) {
            self.say_goodbye(replaced);
            // Its tracks ended: the new ones have numbers of their own.
            self.input(room, Input::Publish { peer, tracks: Vec::new() });
        }
        if let Some(person) = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)) {
            person.publishing.connection = Some(key);
            person.publishing.epoch = epoch;
            person.publishing.origin = Some(origin);
            person.lines = accepted.lines;
            person.labels = tracks;
        }
        self.name(key);
        Ok((key, accepted.sdp))
    }

    /// Tells the core what a publisher's connection carries.
    pub(super) fn publish(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        let (room, peer) = (connection.room, connection.peer);
        let Some(person) = self.rooms.get(room).and_then(|room| room.person(peer)) else { return };
        connection.sources = person.sources();
        let tracks = person.published();
        self.input(room, Input::Publish { peer, tracks });
    }

    pub(super) fn offer_receive(&mut self, room: Key, peer: PeerIndex, epoch: u32, restart: bool) {
        let Some(side) = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)).map(|person| &mut person.receiving)
        else {
            return;
        };
        // Another epoch is another path, beside the old one at the client's end: it begins anew.
        let old = side.connection.filter(|_| side.epoch != epoch && !restart);
        side.epoch = epoch;
        if let Some(old) = old {
            self.drop_receiving(room, peer, old);
        }
        self.make_offer(room, peer, restart);
    }

    fn drop_receiving(&mut self, room: Key, peer: PeerIndex, old: Key) {
        self.say_goodbye(old);
        if let Some(person) = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)) {
            (person.receiving.connection, person.receiving.origin) = (None, None);
            (person.offered, person.again) = (None, None);
        }
        self.input(room, Input::Receiving { peer, audio_slots: 0, video_slots: 0 });
    }

    /// The core wants more slots than there are.
    pub(super) fn grow(&mut self, room: Key, peer: PeerIndex) {
        let person = self.rooms.get(room).and_then(|room| room.person(peer));
        if person.is_some_and(|person| person.receiving.connection.is_some()) {
            self.make_offer(room, peer, false);
        }
    }

    /// Offers now, or as soon as the offer that is out is answered.
    pub(super) fn make_offer(&mut self, room_key: Key, peer: PeerIndex, restart: bool) {
        let now = self.now;
        let Some(room) = self.rooms.get_mut(room_key) else { return };
        let (audio, video) = room.core.slots_needed(peer);
        let Some(person) = room.person_mut(peer) else { return };
        if person.offered.is_some_and(|since| now.saturating_duration_since(since) < ANSWERED_WITHIN) {
            person.again = Some(restart || person.again == Some(true));
            return;
        }
        let (epoch, known) = (person.receiving.epoch, person.receiving.connection);
        person.offered = Some(now);
        person.again = None;
        let key = known.unwrap_or_else(|| {
            let engine = self.engines.receiving(now);
            self.add_connection(Connection::new(room_key, peer, Leg::Receive, engine, now))
        });
        if let Some(person) = self.rooms.get_mut(room_key).and_then(|room| room.person_mut(peer)) {
            person.receiving.connection = Some(key);
        }
        self.settle(key);
        let Some(connection) = self.connections.get_mut(key) else { return };
        match connection.engine(|engine| engine.offer(audio, video, restart)) {
            Ok(Some(sdp)) => {
                self.name(key);
                self.tell(room_key, peer, |participant| MediaEvent::Offered { participant, sdp, epoch });
                self.soil(key);
            }
            Ok(None) => {
                if let Some(person) = self.rooms.get_mut(room_key).and_then(|room| room.person_mut(peer)) {
                    person.offered = None;
                }
            }
            Err(broken) => self.break_off(key, &broken),
        }
    }

    pub(super) fn take_answer(&mut self, room: Key, peer: PeerIndex, sdp: &str, epoch: u32) {
        match self.try_answer(room, peer, sdp, epoch) {
            Ok(Some(key)) => {
                self.name(key);
                self.soil(key);
                self.tell_slots(key);
            }
            // Somebody else is there now: a page that was loaded again.
            Ok(None) => {}
            Err(error) => self.refuse_peer(room, peer, Leg::Receive, epoch, error),
        }
        let again = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)).and_then(|person| person.again.take());
        if let Some(restart) = again {
            self.make_offer(room, peer, restart);
        }
    }

    fn try_answer(&mut self, room: Key, peer: PeerIndex, sdp: &str, epoch: u32) -> Result<Option<Key>, DescriptionError> {
        let origin = sdp::check(sdp)?.origin;
        let person = self.rooms.get_mut(room).and_then(|room| room.person_mut(peer)).ok_or(DescriptionError::NoPeer)?;
        let key = person.receiving.connection.filter(|_| person.receiving.epoch == epoch).ok_or(DescriptionError::NoOffer)?;
        person.offered.take().ok_or(DescriptionError::NoOffer)?;
        if person.receiving.origin.as_ref().is_some_and(|known| known.fingerprint != origin.fingerprint) {
            self.drop_receiving(room, peer, key);
            self.make_offer(room, peer, false);
            return Ok(None);
        }
        person.receiving.origin = Some(origin);
        self.settle(key);
        let connection = self.connections.get_mut(key).ok_or(DescriptionError::NoOffer)?;
        match connection.engine(|engine| engine.accept_answer(sdp)) {
            Ok(accepted) => accepted.map(|()| Some(key)),
            Err(broken) => {
                self.break_off(key, &broken);
                Err(sdp::unreadable(&broken.to_string()))
            }
        }
    }

    /// Tells the core how many slots a receiver has, once its path is up.
    pub(super) fn tell_slots(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        if connection.state != State::Connected {
            return;
        }
        let (room, peer) = (connection.room, connection.peer);
        if let Ok((audio_slots, video_slots)) = connection.engine(|engine| engine.slots()) {
            self.input(room, Input::Receiving { peer, audio_slots, video_slots });
        }
    }

    /// What was written goes out before a description changes anything.
    fn settle(&mut self, key: Key) {
        if self.connections.get(key).is_some_and(|connection| connection.dirty) {
            self.wake(key);
        }
    }

    /// Finds a connection by its user fragments of now.
    fn name(&mut self, key: Key) {
        let Some(connection) = self.connections.get_mut(key) else { return };
        if let Ok(ufrags) = connection.engine(|engine| engine.ufrags()) {
            self.demux.set_ufrags(key, &mut connection.names, ufrags);
        }
    }

    fn refuse_peer(&mut self, room: Key, peer: PeerIndex, leg: Leg, epoch: u32, error: DescriptionError) {
        self.tell(room, peer, |participant| MediaEvent::Refused { participant, leg, epoch, error });
    }
}

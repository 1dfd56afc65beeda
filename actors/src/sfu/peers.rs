//! Who is in the room: what each publishes, may send and receives.

use super::{
    loudness::Loudness,
    path::Path,
    publications::Publication,
    slots::Slot,
    streams::StreamId,
    tracks::{BySource, TrackKey, place},
    types::*,
};
use crate::{
    ids::ParticipantId,
    protocol::{Limited, Source, Want},
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Peer {
    pub participant: ParticipantId,
    /// An extra copy beside a mesh: only sinks hear it.
    pub tap: bool,
    /// Counts arrivals: who came first.
    pub came: u64,
    pub permits: BySource<bool>,
    pub publications: BySource<Option<Publication>>,
    pub voice: Loudness,
    pub receiver: Receiver,
}

/// What a peer gets.
#[derive(Debug, Default)]
pub struct Receiver {
    pub audio: Vec<Slot>,
    pub video: Vec<Slot>,
    /// Nothing is heard on its connection.
    pub lost: bool,
    /// None before it says what it wants.
    pub wants: Option<Vec<Want>>,
    /// The pictures that have a slot, the most important first.
    pub pictures: Vec<(StreamId, Picture)>,
    pub path: Path,
    /// Slots that its connection should have; never shrinks.
    pub needed: (u8, u8),
    /// It wants more voices or pictures than it can have, so that who speaks matters.
    pub crowded: bool,
    pub told: Told,
}

/// What was said about a receiver last, so that only changes are said.
#[derive(Debug, Default)]
pub struct Told {
    pub needed: (u8, u8),
    pub slots: Option<Vec<SlotUse>>,
    pub limited: Vec<Limited>,
    pub bitrate: (u64, u64),
}

/// A picture that a receiver wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Picture {
    pub track: TrackKey,
    /// The largest encoding that its tile needs.
    pub layer: Layer,
    pub priority: u8,
}

impl Peer {
    pub fn publication(&self, source: Source) -> Option<&Publication> {
        self.publications[place(source)].as_ref()
    }

    pub fn publication_mut(&mut self, source: Source) -> Option<&mut Publication> {
        self.publications[place(source)].as_mut()
    }

    /// What may be forwarded of it.
    pub fn permitted(&self) -> impl Iterator<Item = &Publication> {
        self.publications.iter().flatten().filter(|publication| publication.permitted)
    }
}

impl Receiver {
    pub fn slots_mut(&mut self, audio: bool) -> &mut Vec<Slot> {
        if audio { &mut self.audio } else { &mut self.video }
    }

    pub fn slot(&self, slot: SlotIndex) -> Option<&Slot> {
        match slot {
            SlotIndex::Audio(index) => self.audio.get(usize::from(index)),
            SlotIndex::Video(index) => self.video.get(usize::from(index)),
        }
    }

    pub fn slot_mut(&mut self, slot: SlotIndex) -> Option<&mut Slot> {
        match slot {
            SlotIndex::Audio(index) => self.audio.get_mut(usize::from(index)),
            SlotIndex::Video(index) => self.video.get_mut(usize::from(index)),
        }
    }

    pub fn all_slots(&self) -> impl Iterator<Item = &Slot> {
        self.audio.iter().chain(&self.video)
    }
}

/// All peers, by number and by participant.
#[derive(Debug, Default)]
pub struct Peers {
    places: Vec<Option<Peer>>,
    numbers: BTreeMap<ParticipantId, PeerIndex>,
    taps: BTreeMap<ParticipantId, PeerIndex>,
    came: u64,
}

impl Peers {
    pub fn number(&self, participant: ParticipantId) -> Option<PeerIndex> {
        self.numbers.get(&participant).copied()
    }

    pub fn tap(&self, participant: ParticipantId) -> Option<PeerIndex> {
        self.taps.get(&participant).copied()
    }

    pub fn get(&self, peer: PeerIndex) -> Option<&Peer> {
        self.places.get(usize::from(peer.0))?.as_ref()
    }

    pub fn get_mut(&mut self, peer: PeerIndex) -> Option<&mut Peer> {
        self.places.get_mut(usize::from(peer.0))?.as_mut()
    }

    pub fn publication(&self, track: TrackKey) -> Option<&Publication> {
        self.get(track.peer)?.publication(track.source)
    }

    pub fn publication_mut(&mut self, track: TrackKey) -> Option<&mut Publication> {
        self.get_mut(track.peer)?.publication_mut(track.source)
    }

    /// In the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (PeerIndex, &Peer)> {
        self.places.iter().enumerate().filter_map(|(index, peer)| Some((PeerIndex(index as u16), peer.as_ref()?)))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (PeerIndex, &mut Peer)> {
        self.places.iter_mut().enumerate().filter_map(|(index, peer)| Some((PeerIndex(index as u16), peer.as_mut()?)))
    }

    /// The numbers in use. They stay below the returned bound while nobody comes.
    pub fn numbers(&self) -> impl Iterator<Item = PeerIndex> + use<> {
        (0..self.places.len() as u16).map(PeerIndex)
    }

    /// False when they are here already, or there is no number left.
    pub fn add(&mut self, participant: ParticipantId, tap: bool) -> bool {
        let numbers = if tap { &self.taps } else { &self.numbers };
        if numbers.contains_key(&participant) || self.numbers.len() + self.taps.len() >= usize::from(u16::MAX) {
            return false;
        }
        self.came += 1;
        let peer = Peer {
            participant,
            tap,
            came: self.came,
            permits: Default::default(),
            publications: Default::default(),
            voice: Loudness::default(),
            receiver: Receiver::default(),
        };
        let index = self.places.iter().position(Option::is_none).unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        self.places[index] = Some(peer);
        let numbers = if tap { &mut self.taps } else { &mut self.numbers };
        numbers.insert(participant, PeerIndex(index as u16));
        true
    }

    pub fn remove(&mut self, peer: PeerIndex) -> Option<Peer> {
        let gone = self.places.get_mut(usize::from(peer.0))?.take()?;
        let numbers = if gone.tap { &mut self.taps } else { &mut self.numbers };
        numbers.remove(&gone.participant);
        Some(gone)
    }
}

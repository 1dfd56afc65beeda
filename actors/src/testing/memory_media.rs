//! The media plane's memory twin: keeps who has a place, answers descriptions, and misbehaves when told.

use crate::{
    ids::*,
    media::{DescriptionError, MediaCommand, MediaEvent, MediaEvents, Permit},
    ports::{MediaBusy, MediaPlane},
    protocol::{Leg, Slot, Source, Want},
    sinks::{Quality, SinkKey, Valve},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mood {
    #[default]
    Willing,
    /// Takes commands and says nothing.
    Silent,
    /// Takes no command.
    Busy,
    /// Can't read any description.
    Refusing,
}

#[derive(Default)]
pub struct MemoryMedia {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    mood: Mood,
    rooms: BTreeMap<RoomId, KeptRoom>,
    /// How often a room was opened.
    opened: usize,
}

struct KeptRoom {
    events: MediaEvents,
    peers: BTreeMap<ParticipantId, Permit>,
    wants: BTreeMap<ParticipantId, Vec<Want>>,
    taps: BTreeMap<ParticipantId, Vec<Source>>,
    sinks: BTreeMap<SinkKey, Attached>,
}

/// A sink as the plane was told of it.
#[derive(Clone)]
pub struct Attached {
    pub quality: Quality,
    pub on: bool,
    pub to: Valve,
}

impl MemoryMedia {
    pub fn set_mood(&self, mood: Mood) {
        self.kept().mood = mood;
    }

    pub fn opened(&self) -> usize {
        self.kept().opened
    }

    pub fn has_room(&self, room: RoomId) -> bool {
        self.kept().rooms.contains_key(&room)
    }

    /// Who has a place, with what they may send.
    pub fn peers(&self, room: RoomId) -> BTreeMap<ParticipantId, Permit> {
        self.kept().rooms.get(&room).map(|room| room.peers.clone()).unwrap_or_default()
    }

    pub fn wants(&self, room: RoomId, who: ParticipantId) -> Option<Vec<Want>> {
        self.kept().rooms.get(&room)?.wants.get(&who).cloned()
    }

    /// Whose extra copy may come, and what of it.
    pub fn taps(&self, room: RoomId) -> BTreeMap<ParticipantId, Vec<Source>> {
        self.kept().rooms.get(&room).map(|room| room.taps.clone()).unwrap_or_default()
    }

    pub fn sinks(&self, room: RoomId) -> BTreeMap<SinkKey, Attached> {
        self.kept().rooms.get(&room).map(|room| room.sinks.clone()).unwrap_or_default()
    }

    /// Says something to the room by itself. Says whether the room took it.
    pub fn says(&self, room: RoomId, event: MediaEvent) -> bool {
        let events = self.kept().rooms.get(&room).map(|room| room.events.clone());
        events.is_some_and(|events| events(event))
    }

    /// The worker that holds the room fails.
    pub fn fails(&self, room: RoomId) {
        let gone = self.kept().rooms.remove(&room);
        if let Some(room) = gone {
            (room.events)(MediaEvent::Failed);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl MediaPlane for MemoryMedia {
    fn open(&self, room: RoomId, events: MediaEvents) -> Result<(), MediaBusy> {
        let mut kept = self.kept();
        if kept.mood == Mood::Busy {
            return Err(MediaBusy);
        }
        kept.opened += 1;
        match kept.rooms.get_mut(&room) {
            Some(here) => here.events = events,
            None => {
                let (peers, wants, taps, sinks) = Default::default();
                kept.rooms.insert(room, KeptRoom { events, peers, wants, taps, sinks });
            }
        }
        Ok(())
    }

    fn send(&self, room: RoomId, command: MediaCommand) -> Result<(), MediaBusy> {
        let mut kept = self.kept();
        let mood = kept.mood;
        if mood == Mood::Busy {
            return Err(MediaBusy);
        }
        if command == MediaCommand::Close {
            kept.rooms.remove(&room);
            return Ok(());
        }
        let Some(here) = kept.rooms.get_mut(&room) else { return Ok(()) };
        let said = here.take(command, mood);
        let events = here.events.clone();
        drop(kept);
        if mood != Mood::Silent {
            for event in said {
                events(event);
            }
        }
        Ok(())
    }
}

impl KeptRoom {
    fn take(&mut self, command: MediaCommand, mood: Mood) -> Vec<MediaEvent> {
        use MediaCommand as C;
        match command {
            C::AddPeer { participant, permit } => drop(self.peers.insert(participant, permit)),
            C::Want { participant, tracks } => drop(self.wants.insert(participant, tracks)),
            C::RemovePeer { participant } => drop((self.peers.remove(&participant), self.wants.remove(&participant))),
            C::Offer { participant, epoch, .. } => return self.described(participant, Leg::Publish, epoch, mood),
            C::Answer { participant, epoch, .. } => return self.described(participant, Leg::Receive, epoch, mood),
            C::OfferReceive { participant, epoch, restart } => {
                let sdp = format!("v=0\r\no=- {epoch} {restart} IN IP4 127.0.0.1\r\n");
                return vec![MediaEvent::Offered { participant, sdp, epoch }];
            }
            C::OfferTap { participant, epoch, .. } => return self.described(participant, Leg::Tap, epoch, mood),
            C::AddTap { participant, sources } => drop(self.taps.insert(participant, sources)),
            C::RemoveTap { participant } => drop(self.taps.remove(&participant)),
            C::AttachSink { track, quality, on, to } => drop(self.sinks.insert(track.key(), Attached { quality, on, to })),
            C::DetachSink { key } => drop(self.sinks.remove(&key)),
            C::Close => {}
        }
        Vec::new()
    }

    fn described(&self, participant: ParticipantId, leg: Leg, epoch: u32, mood: Mood) -> Vec<MediaEvent> {
        let refused = |error| vec![MediaEvent::Refused { participant, leg, epoch, error }];
        let known = if leg == Leg::Tap { self.taps.contains_key(&participant) } else { self.peers.contains_key(&participant) };
        if !known {
            return refused(DescriptionError::NoPeer);
        }
        if mood == Mood::Refusing {
            return refused(DescriptionError::Unreadable("the test wants it so".to_owned()));
        }
        let connected = MediaEvent::Connected { participant, leg };
        let told = match leg {
            Leg::Publish | Leg::Tap => MediaEvent::Answered { participant, sdp: "v=0\r\n".to_owned(), epoch },
            Leg::Receive => MediaEvent::Slots { participant, epoch, slots: self.slots_of(participant) },
        };
        vec![told, connected]
    }

    fn slots_of(&self, receiver: ParticipantId) -> Vec<Slot> {
        let others = self.peers.keys().filter(|id| **id != receiver).enumerate();
        others.map(|(n, id)| Slot { mid: n.to_string(), participant_id: *id, source: Source::Microphone }).collect()
    }
}

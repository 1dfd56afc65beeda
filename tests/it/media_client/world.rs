//! A media plane and the people on it, in one test.

use super::{Leg, Way};
use actors::{
    ids::{ParticipantId, RoomId},
    media::{MediaCommand, MediaEvent, Permit},
    ports::MediaPlane,
    protocol::{Leg as Side, Slot, Source, Want},
};
use greenroom::{
    config::Config,
    media::{self, Media},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long anything that must happen may take.
const DEADLINE: Duration = Duration::from_secs(20);
pub const ALL: Permit = Permit { microphone: true, camera: true, screen: true };

pub struct World {
    pub media: Media,
    pub plane: Arc<dyn MediaPlane>,
    pub room: RoomId,
    events: Receiver<MediaEvent>,
    pub told: Vec<MediaEvent>,
    pub people: Vec<Person>,
    /// Who says something all the time, over every connection on which they send, and how often they did.
    pub talks: Option<usize>,
    pub said: u32,
    next_word: Instant,
}

pub struct Person {
    pub id: ParticipantId,
    pub publishing: Option<Leg>,
    pub receiving: Option<Leg>,
    /// Their extra copy beside a mesh.
    pub copying: Option<Leg>,
    pub slots: Vec<Slot>,
    pub way: Way,
    frame: u32,
}

impl World {
    pub fn new() -> Self {
        Self::with(Config { media_port: 0, media_workers: 1, ..Config::default() })
    }

    pub fn with(config: Config) -> Self {
        let media = media::start(&config).unwrap();
        let (plane, room) = (media.plane(), RoomId(Uuid::now_v7()));
        let (tell, events) = channel();
        plane.open(room, Arc::new(move |event| tell.send(event).is_ok())).unwrap();
        Self { media, plane, room, events, told: Vec::new(), people: Vec::new(), talks: None, said: 0, next_word: Instant::now() }
    }

    pub fn server(&self) -> SocketAddr {
        self.media.addresses[0]
    }

    pub fn ask(&self, command: MediaCommand) {
        self.plane.send(self.room, command).unwrap();
    }

    /// Somebody comes; a number by which they are spoken of.
    pub fn join(&mut self, way: Way) -> usize {
        let id = ParticipantId(Uuid::now_v7());
        self.ask(MediaCommand::AddPeer { participant: id, permit: ALL });
        self.people.push(Person { id, publishing: None, receiving: None, copying: None, slots: Vec::new(), way, frame: 0 });
        self.people.len() - 1
    }

    /// They publish a voice and a camera with so many encodings.
    pub fn publishes(&mut self, who: usize, layers: usize) {
        let person = &mut self.people[who];
        let mut leg = Leg::new(person.way);
        let sdp = leg.offer(layers);
        person.publishing = Some(leg);
        self.offers(who, sdp);
        self.until("the publisher is connected", |world| world.people[who].publishing.as_ref().unwrap().connected);
        self.until("the room knows that it is", |world| {
            world.was_told(|event| connected(event, world.people[who].id, Side::Publish))
        });
    }

    pub fn offers(&mut self, who: usize, sdp: String) {
        let participant = self.people[who].id;
        self.ask(MediaCommand::Offer { participant, sdp, tracks: Vec::new(), epoch: 1 });
        let answer = self.until_some("an answer", |event| match event {
            MediaEvent::Answered { participant: to, sdp, .. } if *to == participant => Some(sdp.clone()),
            _ => None,
        });
        self.people[who].publishing.as_mut().unwrap().answered(&answer);
    }

    /// They send an extra copy of a voice and a camera with so many encodings, of which these sources are to be heard.
    pub fn copies(&mut self, who: usize, sources: &[Source], layers: usize) {
        let participant = self.people[who].id;
        self.ask(MediaCommand::AddTap { participant, sources: sources.to_vec() });
        let mut leg = Leg::new(self.people[who].way);
        let sdp = leg.offer(layers);
        self.people[who].copying = Some(leg);
        self.ask(MediaCommand::OfferTap { participant, sdp, tracks: Vec::new(), epoch: 1 });
        let answer = self.until_some("an answer", |event| match event {
            MediaEvent::Answered { participant: to, sdp, .. } if *to == participant => Some(sdp.clone()),
            _ => None,
        });
        self.people[who].copying.as_mut().unwrap().answered(&answer);
        self.until("the copy's connection is up", |world| world.was_told(|event| connected(event, participant, Side::Tap)));
    }

    pub fn receives(&mut self, who: usize) {
        let leg = Leg::new(self.people[who].way);
        self.people[who].receiving = Some(leg);
        let participant = self.people[who].id;
        self.ask(MediaCommand::OfferReceive { participant, epoch: 1, restart: false });
        self.until("the receiver is connected", |world| world.people[who].receiving.as_ref().unwrap().connected);
        self.until("the room knows that it is", |world| {
            world.was_told(|event| connected(event, world.people[who].id, Side::Receive))
        });
    }

    pub fn wants(&self, who: usize, whom: usize, source: Source, height: u32) {
        let track = Want { participant_id: self.people[whom].id, source, height, priority: 1 };
        self.ask(MediaCommand::Want { participant: self.people[who].id, tracks: vec![track] });
    }

    pub fn was_told(&self, what: impl Fn(&MediaEvent) -> bool) -> bool {
        self.told.iter().any(what)
    }

    /// Everybody takes what arrived; answers to offers go back by themselves.
    pub fn step(&mut self) {
        self.talk();
        for person in &mut self.people {
            let legs = person.publishing.iter_mut().chain(&mut person.receiving).chain(&mut person.copying);
            legs.for_each(Leg::step);
        }
        if let Ok(event) = self.events.recv_timeout(Duration::from_millis(1)) {
            self.hear(event);
        }
        while let Ok(event) = self.events.try_recv() {
            self.hear(event);
        }
    }

    fn talk(&mut self) {
        let Some(person) = self.talks.map(|who| &mut self.people[who]) else { return };
        if Instant::now() >= self.next_word {
            self.next_word = Instant::now() + Duration::from_millis(20);
            self.said += 1;
            let legs = person.publishing.iter_mut().chain(&mut person.copying);
            legs.for_each(|leg| leg.speak_numbered(self.said));
        }
    }

    /// Lets so many more words be said.
    pub fn words(&mut self, count: u32) {
        let until = self.said + count;
        self.until("the words are said", |world| world.said >= until);
    }

    fn hear(&mut self, event: MediaEvent) {
        match &event {
            MediaEvent::Offered { participant, sdp, epoch } => {
                let person = self.people.iter_mut().find(|person| person.id == *participant);
                if let Some(leg) = person.and_then(|person| person.receiving.as_mut()) {
                    let sdp = leg.answer(sdp);
                    self.ask(MediaCommand::Answer { participant: *participant, sdp, epoch: *epoch });
                }
            }
            MediaEvent::Slots { participant, slots, .. } => {
                if let Some(person) = self.people.iter_mut().find(|person| person.id == *participant) {
                    person.slots.clone_from(slots);
                }
            }
            _ => {}
        }
        self.told.push(event);
    }

    /// Lets time go on until it is so.
    pub fn until(&mut self, what: &str, so: impl Fn(&World) -> bool) {
        let deadline = Instant::now() + DEADLINE;
        while !so(self) {
            assert!(Instant::now() < deadline, "in time: {what}; told: {:?}", self.told.iter().rev().take(8).collect::<Vec<_>>());
            self.step();
        }
    }

    pub fn until_some<T>(&mut self, what: &str, find: impl Fn(&MediaEvent) -> Option<T>) -> T {
        let from = self.told.len();
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = self.told[from.min(self.told.len())..].iter().find_map(&find) {
                return found;
            }
            assert!(Instant::now() < deadline, "in time: {what}");
            self.step();
        }
    }

    /// The publisher sends 33 frames and pieces of voice a second until it is so. A keyframe first, and when asked for.
    pub fn plays(&mut self, who: usize, layers: usize, what: &str, so: impl Fn(&World) -> bool) {
        self.plays_so(who, what, so, |leg, frame, keyframe| {
            leg.show(frame, keyframe, layers, 700);
            leg.speak(-30);
        });
    }

    /// ... each frame and piece as `play` has it.
    pub fn plays_so(&mut self, who: usize, what: &str, so: impl Fn(&World) -> bool, play: impl Fn(&mut Leg, u32, bool)) {
        let deadline = Instant::now() + DEADLINE;
        let mut next = Instant::now();
        while !so(self) {
            assert!(Instant::now() < deadline, "in time: {what}; told: {:?}", self.told.iter().rev().take(8).collect::<Vec<_>>());
            if Instant::now() >= next {
                next += Duration::from_millis(30);
                let person = &mut self.people[who];
                let frame = person.frame;
                person.frame += 1;
                for leg in person.publishing.iter_mut().chain(&mut person.copying) {
                    let asked = !leg.keyframes_wanted.is_empty() || frame == 0;
                    leg.keyframes_wanted.clear();
                    play(leg, frame, asked);
                }
            }
            self.step();
        }
    }
}

impl World {
    /// What a receiver got from the slot in which this source is.
    pub fn got(&self, who: usize, source: Source) -> impl Iterator<Item = &super::Got> {
        let person = &self.people[who];
        let mid = person.slots.iter().find(|slot| slot.source == source).map(|slot| slot.mid.clone());
        person.receiving.iter().flat_map(|leg| &leg.got).filter(move |got| Some(&got.mid) == mid.as_ref())
    }
}

fn connected(event: &MediaEvent, who: ParticipantId, side: Side) -> bool {
    matches!(event, MediaEvent::Connected { participant, leg } if *participant == who && *leg == side)
}

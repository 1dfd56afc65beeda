//! A worker with engines that say what they are told: what happens when one of them fails, and bytes that nobody should send.

mod calls;
mod codecs;
mod counting;
mod fake;
mod flood;
mod forge;
mod fuzz;
mod link;
mod weather;

use super::{Media, Rules, address::Address, engine::Engines, start_with};
use crate::config::Config;
use actors::{
    ids::{ParticipantId, RoomId},
    media::{DescriptionError, MediaCommand, MediaEvent, Permit},
    ports::MediaPlane,
    protocol::Leg,
    sfu::Limits,
};
use fake::{Fakes, Voice};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

const DEADLINE: Duration = Duration::from_secs(10);

struct World {
    media: Media,
    plane: Arc<dyn MediaPlane>,
    room: RoomId,
    events: Receiver<MediaEvent>,
    /// The next event is too much for whoever takes it.
    fragile: Arc<AtomicBool>,
}

impl World {
    fn new() -> Self {
        Self::with(100)
    }

    fn with(people: usize) -> Self {
        let rules = Rules { idle: Duration::from_secs(3), people, limits: Limits::default() };
        let address = Address::of(&Config::default());
        let media = start_with(&address, 0, 1, &rules, |_| Some(Arc::new(Fakes) as Arc<dyn Engines>)).unwrap();
        Self::of(media)
    }

    fn of(media: Media) -> Self {
        let (plane, room, (tell, events)) = (media.plane(), RoomId(Uuid::now_v7()), channel());
        let fragile = Arc::new(AtomicBool::new(false));
        let breaks = fragile.clone();
        let take = move |event| {
            assert!(!breaks.swap(false, Ordering::Relaxed), "as it was asked to");
            tell.send(event).is_ok()
        };
        plane.open(room, Arc::new(take)).unwrap();
        Self { media, plane, room, events, fragile }
    }

    fn ask(&self, command: MediaCommand) {
        self.plane.send(self.room, command).unwrap();
    }

    fn hears<T>(&self, what: &str, find: impl Fn(MediaEvent) -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).unwrap_or_else(|_| panic!("in time: {what}"));
            if let Some(found) = find(event) {
                return found;
            }
        }
    }

    fn joins(&self) -> ParticipantId {
        let participant = ParticipantId(Uuid::now_v7());
        let permit = Permit { microphone: true, camera: true, screen: true };
        self.ask(MediaCommand::AddPeer { participant, permit });
        participant
    }

    fn speaks(&self, name: &str) -> (ParticipantId, Voice) {
        let participant = self.joins();
        self.ask(MediaCommand::Offer { participant, sdp: fake::offer(name), tracks: Vec::new(), epoch: 1 });
        self.hears("an answer", |event| matches!(event, MediaEvent::Answered { .. }).then_some(()));
        (participant, self.connects(participant, name, Leg::Publish))
    }

    fn listens(&self) -> (ParticipantId, Voice) {
        let participant = self.joins();
        self.ask(MediaCommand::OfferReceive { participant, epoch: 1, restart: false });
        let offer = self.hears("an offer", |event| match event {
            MediaEvent::Offered { sdp, .. } => Some(sdp),
            _ => None,
        });
        self.ask(MediaCommand::Answer { participant, sdp: fake::offer("listener"), epoch: 1 });
        (participant, self.connects(participant, &fake::ufrag_of(&offer), Leg::Receive))
    }

    fn connects(&self, who: ParticipantId, ufrag: &str, side: Leg) -> Voice {
        let voice = Voice::new(self.media.addresses[0]);
        voice.checks(ufrag);
        self.hears("a connection", |event| (event == MediaEvent::Connected { participant: who, leg: side }).then_some(()));
        voice
    }
}

#[test]
fn a_connection_that_panics_ends_alone() {
    let world = World::new();
    let ((alice, hers), (_, his)) = (world.speaks("alice"), world.speaks("bob"));
    let (_, listener) = world.listens();
    listener.gets("bob is heard", || his.says(b"first"), b"first");
    hers.says(b"PANIC");
    world.hears("alice is lost", |event| (event == MediaEvent::Lost { participant: alice, leg: Leg::Publish }).then_some(()));
    listener.gets("bob is still heard", || his.says(b"second"), b"second");
    world.ask(MediaCommand::Offer { participant: alice, sdp: fake::offer("again"), tracks: Vec::new(), epoch: 1 });
    world.hears("alice may come back", |event| matches!(event, MediaEvent::Answered { .. }).then_some(()));
    let hers = world.connects(alice, "again", Leg::Publish);
    listener.gets("alice is heard", || hers.says(b"third"), b"third");
}

#[test]
fn a_worker_that_fails_tells_its_rooms_and_starts_anew() {
    let world = World::new();
    let (_, _voice) = world.speaks("alice");
    let participant = world.joins();
    world.fragile.store(true, Ordering::Relaxed);
    world.ask(MediaCommand::Offer { participant, sdp: fake::offer("bob"), tracks: Vec::new(), epoch: 1 });
    world.hears("the room is told", |event| (event == MediaEvent::Failed).then_some(()));
    assert!(world.plane.send(world.room, MediaCommand::Close).is_err(), "it has no place any more");
    let (tell, events) = channel();
    world.plane.open(world.room, Arc::new(move |event| tell.send(event).is_ok())).unwrap();
    let world = World { events, ..world };
    let ((_, his), (_, listener)) = (world.speaks("bob"), world.listens());
    listener.gets("bob is heard on the same port", || his.says(b"here"), b"here");
}

#[test]
fn who_finds_no_room_is_told_so_and_a_stranger_too() {
    let world = World::with(1);
    let (_alice, _voice) = world.speaks("alice");
    for (who, expected) in [(world.joins(), DescriptionError::Full), (ParticipantId(Uuid::now_v7()), DescriptionError::Full)] {
        world.ask(MediaCommand::Offer { participant: who, sdp: fake::offer("x"), tracks: Vec::new(), epoch: 3 });
        let refused = world.hears("a refusal", |event| match event {
            MediaEvent::Refused { participant, error, epoch: 3, .. } if participant == who => Some(error),
            _ => None,
        });
        assert_eq!(refused, expected);
    }
}

#[test]
fn rooms_go_to_the_worker_with_the_least_to_do_and_a_full_queue_says_so() {
    let rules = Rules { idle: Duration::from_secs(3), people: 10, limits: Limits::default() };
    let address = Address::of(&Config::default());
    let media = start_with(&address, 0, 2, &rules, |_| Some(Arc::new(Fakes) as Arc<dyn Engines>)).unwrap();
    let plane = media.plane();
    for _ in 0..6 {
        plane.open(RoomId(Uuid::now_v7()), Arc::new(|_| true)).unwrap();
    }
    let deadline = Instant::now() + DEADLINE;
    while media.observe().iter().map(|worker| worker.rooms).collect::<Vec<_>>() != [3, 3] {
        assert!(Instant::now() < deadline, "{:?}", media.observe());
        std::thread::yield_now();
    }
}

#[test]
fn a_port_that_is_taken_is_passed_over() {
    let address = Address::of(&crate::config::Config { listen: "127.0.0.1:0".parse().unwrap(), ..Default::default() });
    let (taken, _tcp) = address.bind(0).unwrap();
    let first = taken.local_addr().unwrap().port();
    let (next, _tcp) = super::bind_from(&address, first).unwrap();
    assert!(next.local_addr().unwrap().port() > first);
}

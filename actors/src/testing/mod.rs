//! A world for tests: rooms and people on one thread, in a clock that stands still unless somebody waits.

pub mod memory_media;
pub mod memory_recorder;
pub mod memory_store;
mod person;

pub use person::Person;

use crate::{
    clock::{Clock, Timestamp},
    ids::*,
    meeting_manager::{RoomsHandle, RoomsSetup},
    participant::{limits::RateLimits, outbox::OutboxLimits},
    ports::{IceServers, MediaPlane, RoomRecord},
    protocol::{IceServer, Role, Settings, room::WaitingRoom},
    room::rules::Rules,
};
use actix::{Arbiter, System};
use memory_media::MemoryMedia;
use memory_recorder::MemoryRecorder;
use memory_store::MemoryStore;
use std::{cell::Cell, future::Future, sync::Arc, time::Duration};
use uuid::Uuid;

/// Two of everything are the most that a story needs.
pub struct World {
    pub store: Arc<MemoryStore>,
    /// What the rooms forward media with, if this world has it.
    pub media: Option<Arc<MemoryMedia>>,
    /// What it told whoever records.
    pub recorder: Arc<MemoryRecorder>,
    pub rooms: RoomsHandle,
    pub record: RoomRecord,
    clock: Clock,
    people: Cell<u128>,
}

struct NoIce;

impl IceServers for NoIce {
    fn for_participant(&self, _: ParticipantId, _: Timestamp) -> Vec<IceServer> {
        vec![IceServer { urls: vec!["stun:127.0.0.1:3478".to_owned()], username: None, credential: None }]
    }
}

impl World {
    /// Runs a story in its own actor system, in a paused clock.
    pub fn tell<F: Future<Output = ()>>(settings: Settings, story: impl FnOnce(World) -> F) {
        Self::run(settings, None, story);
    }

    /// As [`World::tell`], on a server that forwards media.
    pub fn tell_with_media<F: Future<Output = ()>>(settings: Settings, story: impl FnOnce(World) -> F) {
        Self::run(settings, Some(Arc::default()), story);
    }

    fn run<F: Future<Output = ()>>(settings: Settings, media: Option<Arc<MemoryMedia>>, story: impl FnOnce(World) -> F) {
        let runtime =
            || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime");
        System::with_tokio_rt(runtime).block_on(async { story(World::new(settings, media)).await });
    }

    /// A room whose doors are open.
    pub fn open_door() -> Settings {
        Settings { waiting_room: WaitingRoom::Off, join_before_host: true, ..Settings::default() }
    }

    fn new(settings: Settings, media: Option<Arc<MemoryMedia>>) -> Self {
        let record = RoomRecord {
            room_id: RoomId(Uuid::from_u128(1)),
            tenant_id: TenantId(Uuid::from_u128(2)),
            room_code: "ABCD-2345".to_owned(),
            name: "Standup".to_owned(),
            template: "open".to_owned(),
            settings,
            host: Identity::user(UserId(Uuid::from_u128(100))),
            has_password: false,
            created_at: Timestamp(0),
            starts_at: None,
            expires_at: None,
        };
        let store = Arc::new(MemoryStore::default());
        store.add_room(record.clone());
        let clock = Clock::starting_at(Timestamp(1_700_000_000_000));
        let recorder = Arc::new(MemoryRecorder::default());
        let rooms = start_rooms(store.clone(), media.clone(), recorder.clone(), clock);
        Self { store, media, recorder, rooms, record, clock, people: Cell::new(100) }
    }

    /// The process ends and another one starts on the same store.
    pub fn restart(&mut self) {
        self.media = self.media.as_ref().map(|_| Arc::default());
        self.recorder = Arc::default();
        self.rooms = start_rooms(self.store.clone(), self.media.clone(), self.recorder.clone(), self.clock);
    }

    /// The media plane of a world that has one.
    pub fn plane(&self) -> &MemoryMedia {
        self.media.as_ref().expect("this world forwards media")
    }

    /// The room's host by right.
    pub fn host(&self, name: &'static str) -> Person {
        Person::new(name, self.record.room_id, Role::Host, self.record.host.clone())
    }

    pub fn guest(&self, name: &'static str) -> Person {
        self.people.set(self.people.get() + 1);
        let identity = Identity::guest(Uuid::from_u128(self.people.get()));
        Person::new(name, self.record.room_id, Role::Participant, identity)
    }

    pub async fn passes(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

fn start_rooms(
    store: Arc<MemoryStore>,
    media: Option<Arc<MemoryMedia>>,
    recorder: Arc<MemoryRecorder>,
    clock: Clock,
) -> RoomsHandle {
    RoomsHandle::start(RoomsSetup {
        clock,
        store,
        ice: Arc::new(NoIce),
        media: media.map(|media| media as Arc<dyn MediaPlane>),
        recorder: Some(recorder),
        emotion: None,
        rules: Rules::default(),
        outbox: OutboxLimits::default(),
        rates: RateLimits::default(),
        dev: true,
        arbiters: vec![Arbiter::current()],
    })
}

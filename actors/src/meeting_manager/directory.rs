//! Which rooms are open, and where. The manager writes it, whoever needs a room reads it; it outlives the manager's actor, as its snapshot.

use crate::{
    ids::RoomId,
    room::actor::{Room, StartedRoom},
    supervise::PulseWatch,
};
use actix::Addr;
use std::{
    collections::HashMap,
    sync::{
        Arc, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
};

#[derive(Clone)]
pub struct OpenRoom {
    pub addr: Addr<Room>,
    pub pulse: PulseWatch,
    pub orderly: Arc<AtomicBool>,
    /// The arbiter it lives on.
    pub arbiter: usize,
}

impl OpenRoom {
    pub fn new(started: StartedRoom, arbiter: usize) -> Self {
        Self { addr: started.addr, pulse: started.pulse, orderly: started.orderly, arbiter }
    }

    /// Did it end in order, rather than by a fault?
    pub fn ended_in_order(&self) -> bool {
        self.orderly.load(Ordering::Acquire)
    }
}

#[derive(Default)]
pub struct Directory {
    rooms: RwLock<HashMap<RoomId, OpenRoom>>,
}

impl Directory {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<RoomId, OpenRoom>> {
        self.rooms.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<RoomId, OpenRoom>> {
        self.rooms.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The room, if its actor is alive.
    pub fn alive(&self, room: RoomId) -> Option<OpenRoom> {
        self.read().get(&room).filter(|open| open.addr.connected() && !open.ended_in_order()).cloned()
    }

    pub fn insert(&self, room: RoomId, open: OpenRoom) {
        self.write().insert(room, open);
        self.count();
    }

    /// Takes it out only if it is still this one.
    pub fn remove(&self, room: RoomId, addr: &Addr<Room>) -> Option<OpenRoom> {
        let mut rooms = self.write();
        if rooms.get(&room).is_some_and(|open| open.addr == *addr) {
            let removed = rooms.remove(&room);
            drop(rooms);
            self.count();
            return removed;
        }
        None
    }

    pub fn all(&self) -> Vec<(RoomId, OpenRoom)> {
        self.read().iter().map(|(id, open)| (*id, open.clone())).collect()
    }

    /// Rooms on each of `arbiters`.
    pub fn load(&self, arbiters: usize) -> Vec<usize> {
        let mut load = vec![0; arbiters];
        self.read().values().for_each(|open| load[open.arbiter] += 1);
        load
    }

    fn count(&self) {
        metrics::gauge!("greenroom_rooms").set(self.read().len() as f64);
    }
}

//! What is needed in which room, and the sinks that were made for it. Rooms read it; it outlives their actors.

use super::{ConsentedTrack, Need, NeedId, NeededMedia, SinkEnd, SinkFactory, SinkKey, Valve};
use crate::{ids::RoomId, protocol::Purpose};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

#[derive(Default)]
pub struct NeedRegistry {
    /// Grows with each change.
    version: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    newest: u64,
    rooms: BTreeMap<RoomId, RoomNeeds>,
}

#[derive(Default)]
struct RoomNeeds {
    needs: BTreeMap<NeedId, (Need, SinkFactory)>,
    sinks: BTreeMap<SinkKey, Valve>,
}

impl NeedRegistry {
    pub fn add(&self, room: RoomId, purpose: Purpose, media: NeededMedia, factory: SinkFactory) -> NeedId {
        let mut kept = self.kept();
        kept.newest += 1;
        let id = NeedId(kept.newest);
        kept.rooms.entry(room).or_default().needs.insert(id, (Need { id, purpose, media }, factory));
        drop(kept);
        self.version.fetch_add(1, Ordering::AcqRel);
        metrics::gauge!("greenroom_media_needs", "purpose" => purpose.name()).increment(1.0);
        id
    }

    /// Its sinks get nothing more from here on.
    pub fn release(&self, room: RoomId, id: NeedId) {
        let mut kept = self.kept();
        let Some(here) = kept.rooms.get_mut(&room) else { return };
        let Some((need, _)) = here.needs.remove(&id) else { return };
        here.sinks.iter().filter(|(key, _)| key.need == id).for_each(|(_, valve)| valve.shut(SinkEnd::Released));
        kept.tidy(room);
        drop(kept);
        self.version.fetch_add(1, Ordering::AcqRel);
        metrics::gauge!("greenroom_media_needs", "purpose" => need.purpose.name()).decrement(1.0);
    }

    /// The session is over, and with it all that was needed of it.
    pub fn end(&self, room: RoomId) {
        let Some(here) = self.kept().rooms.remove(&room) else { return };
        here.sinks.values().for_each(|valve| valve.shut(SinkEnd::SessionEnded));
        metrics::gauge!("greenroom_media_sinks").decrement(here.sinks.len() as f64);
        for (need, _) in here.needs.values() {
            metrics::gauge!("greenroom_media_needs", "purpose" => need.purpose.name()).decrement(1.0);
        }
    }

    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub fn needs(&self, room: RoomId) -> Vec<Need> {
        self.kept().rooms.get(&room).map(|here| here.needs.values().map(|(need, _)| *need).collect()).unwrap_or_default()
    }

    /// The sink of a track, made now if there is none. None when its need is gone.
    pub fn sink(&self, room: RoomId, track: &ConsentedTrack) -> Option<Valve> {
        let known = |kept: &Kept| kept.rooms.get(&room)?.sinks.get(&track.key()).cloned();
        let factory = {
            let kept = self.kept();
            if let Some(valve) = known(&kept) {
                return Some(valve);
            }
            kept.rooms.get(&room)?.needs.get(&track.key().need).map(|(_, factory)| factory.clone())?
        };
        // Whatever the factory does, it does not do it under our lock.
        let valve = Valve::new(factory(track));
        let mut kept = self.kept();
        let here = kept.rooms.get_mut(&room).filter(|here| here.needs.contains_key(&track.key().need));
        let Some(here) = here else {
            valve.shut(SinkEnd::Released);
            return None;
        };
        here.sinks.insert(track.key(), valve.clone());
        metrics::gauge!("greenroom_media_sinks").increment(1.0);
        Some(valve)
    }

    /// Takes a sink out and shuts it.
    pub fn close(&self, room: RoomId, key: SinkKey, why: SinkEnd) {
        let mut kept = self.kept();
        if let Some(valve) = kept.rooms.get_mut(&room).and_then(|here| here.sinks.remove(&key)) {
            valve.shut(why);
            metrics::gauge!("greenroom_media_sinks").decrement(1.0);
            kept.tidy(room);
        }
    }

    pub fn sinks(&self, room: RoomId) -> Vec<SinkKey> {
        self.kept().rooms.get(&room).map(|here| here.sinks.keys().copied().collect()).unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn tidy(&mut self, room: RoomId) {
        if self.rooms.get(&room).is_some_and(|here| here.needs.is_empty() && here.sinks.is_empty()) {
            self.rooms.remove(&room);
        }
    }
}

/// Somebody needs media of a room. Dropped, it is released.
#[must_use = "dropped, it is released at once"]
pub struct MediaNeed {
    pub id: NeedId,
    pub(crate) room: RoomId,
    pub(crate) registry: Arc<NeedRegistry>,
    pub(crate) tell: Box<dyn Fn() + Send + Sync>,
}

impl Drop for MediaNeed {
    fn drop(&mut self) {
        self.registry.release(self.room, self.id);
        (self.tell)();
    }
}

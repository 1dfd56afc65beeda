//! Finds or creates rooms, watches them, and makes a crashed one again from what the store has.

pub mod directory;
pub mod handle;
pub mod restore;

pub use handle::{RoomsHandle, RoomsSetup};

use crate::{
    ids::RoomId,
    ports::{RoomRecord, StoredRoom},
    protocol::{CommandError, ErrorCode},
    room::actor::{Origin, Room, RoomSetup},
    supervise::{BackOff, Pulse, PulseWatch},
};
use actix::prelude::*;
use directory::{Directory, OpenRoom};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::oneshot;

/// Messages that may wait for the manager. More means overload: whoever asks is told `busy`.
pub const MAILBOX: usize = 4_096;

pub type FoundRoom = Result<OpenRoom, CommandError>;

/// Find the room; open it if it is not.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Find {
    pub room: RoomId,
    /// Only go on with a session that was open; never begin one.
    pub existing: bool,
    pub answer: oneshot::Sender<FoundRoom>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct SimulatePanic;

/// A room that the store is asked for, and who waits for it.
#[derive(Default)]
struct Opening {
    waiting: Vec<(bool, oneshot::Sender<FoundRoom>)>,
}

pub struct MeetingManager {
    rooms: RoomsHandle,
    setup: Arc<RoomSetup>,
    directory: Arc<Directory>,
    arbiters: Arc<Vec<ArbiterHandle>>,
    opening: HashMap<RoomId, Opening>,
    /// Rooms that ended by a fault, with the pause before the next attempt.
    faults: HashMap<RoomId, BackOff>,
    _pulse: Pulse,
}

impl MeetingManager {
    /// Starts the manager on the first arbiter.
    pub fn start_with(
        rooms: RoomsHandle,
        setup: Arc<RoomSetup>,
        directory: Arc<Directory>,
        arbiters: Arc<Vec<ArbiterHandle>>,
    ) -> (Addr<Self>, PulseWatch) {
        let pulse = Pulse::new();
        let watch = pulse.watch();
        let home = arbiters[0].clone();
        let addr = MeetingManager::start_in_arbiter(&home, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            let mut manager = MeetingManager {
                rooms,
                setup,
                directory,
                arbiters,
                opening: HashMap::new(),
                faults: HashMap::new(),
                _pulse: pulse,
            };
            // A manager made again knows the open rooms from the directory.
            for (room, open) in manager.directory.all() {
                manager.watch(room, open, ctx);
            }
            manager.reopen_sessions(ctx);
            manager
        });
        (addr, watch)
    }

    /// Sessions that were open when the process ended go on: their people are coming back.
    fn reopen_sessions(&mut self, ctx: &mut Context<Self>) {
        let open = self.setup.store.rooms_with_open_session();
        ctx.spawn(open.into_actor(self).map(|rooms, manager, ctx| match rooms {
            Ok(rooms) => {
                for room in rooms {
                    if manager.directory.alive(room).is_none() {
                        manager.load(room, None, ctx);
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "open sessions could not be read; trying again");
                ctx.run_later(std::time::Duration::from_secs(1), |manager, ctx| manager.reopen_sessions(ctx));
            }
        }));
    }

    /// Asks the store for a room, once for however many ask.
    fn load(&mut self, room: RoomId, asker: Option<(bool, oneshot::Sender<FoundRoom>)>, ctx: &mut Context<Self>) {
        if let Some(opening) = self.opening.get_mut(&room) {
            return opening.waiting.extend(asker);
        }
        self.opening.insert(room, Opening { waiting: asker.into_iter().collect() });
        metrics::histogram!("greenroom_queue_depth", "queue" => "opening").record(self.opening.len() as f64);
        let stored = self.setup.store.room(room);
        ctx.spawn(stored.into_actor(self).map(move |stored, manager, ctx| {
            let waiting = manager.opening.remove(&room).unwrap_or_default().waiting;
            let stored = match stored {
                Ok(Some(stored)) => stored,
                Ok(None) => return answer_all(waiting, Err(not_found())),
                Err(error) => {
                    tracing::error!(room = %room.short(), %error, "a room could not be read");
                    let error =
                        CommandError::new(ErrorCode::StorageUnavailable, "the room can't be read at the moment").retry_in(1_000);
                    return answer_all(waiting, Err(error));
                }
            };
            manager.open(stored, waiting, ctx);
        }));
    }

    fn open(&mut self, stored: StoredRoom, waiting: Vec<(bool, oneshot::Sender<FoundRoom>)>, ctx: &mut Context<Self>) {
        let room = stored.record.room_id;
        if let Some(open) = self.directory.alive(room) {
            return answer_all(waiting, Ok(open));
        }
        let expired = stored.record.expires_at.is_some_and(|at| at <= self.setup.clock.now());
        let wanted = waiting.iter().any(|(existing, _)| !existing);
        let origin = match &stored.session {
            Some(session) => match restore::restore(session) {
                Ok(found) if self.faults.contains_key(&room) => Origin::Rebuilt { state: Box::new(found.state), seq: found.seq },
                Ok(found) => Origin::Restarted { state: Box::new(found.state), seq: found.seq },
                Err(error) => {
                    // Ours: a journal that does not replay. Nothing is thrown away, and nobody is let into a state that is not true.
                    tracing::error!(room = %room.short(), %error, "a session could not be restored");
                    return answer_all(waiting, Err(CommandError::new(ErrorCode::Internal, "the session could not be restored")));
                }
            },
            None if wanted && !expired => Origin::Opened { known: stored.known },
            None if wanted => return answer_all(waiting, Err(not_found())),
            None => return answer_all(waiting, Err(CommandError::new(ErrorCode::ResumeExpired, "the session is over"))),
        };
        let open = self.start_room(stored.record, origin, ctx);
        answer_all(waiting, Ok(open));
    }

    /// On the arbiter with the fewest rooms.
    fn start_room(&mut self, record: RoomRecord, origin: Origin, ctx: &mut Context<Self>) -> OpenRoom {
        let room = record.room_id;
        let load = self.directory.load(self.arbiters.len());
        let arbiter = (0..load.len()).min_by_key(|place| load[*place]).unwrap_or(0);
        let started = Room::start_on(&self.arbiters[arbiter], self.setup.clone(), self.rooms.clone(), record, origin);
        let open = OpenRoom::new(started, arbiter);
        self.directory.insert(room, open.clone());
        self.watch(room, open.clone(), ctx);
        open
    }

    fn watch(&mut self, room: RoomId, open: OpenRoom, ctx: &mut Context<Self>) {
        let gone = actix::fut::wrap_future::<_, Self>(open.pulse.clone().gone());
        ctx.spawn(gone.map(move |(), manager, ctx| {
            if manager.directory.remove(room, &open.addr).is_none() {
                return;
            }
            if open.ended_in_order() {
                manager.faults.remove(&room);
            } else {
                manager.rebuild(room, ctx);
            }
        }));
    }

    /// The room's actor ended by a fault: make it again, after a pause that grows with each.
    fn rebuild(&mut self, room: RoomId, ctx: &mut Context<Self>) {
        let back_off = self.faults.entry(room).or_default();
        let pause = back_off.next_pause();
        let failures = back_off.failures();
        tracing::error!(room = %room.short(), failures, pause_ms = pause.as_millis() as u64, "a room's actor ended by a fault; rebuilding it");
        metrics::counter!("greenroom_actor_restarts_total", "actor" => "room").increment(1);
        ctx.run_later(pause, move |manager, ctx| manager.load(room, None, ctx));
    }
}

fn not_found() -> CommandError {
    CommandError::new(ErrorCode::RoomNotFound, "there is no such room")
}

fn answer_all(waiting: Vec<(bool, oneshot::Sender<FoundRoom>)>, found: FoundRoom) {
    waiting.into_iter().for_each(|(_, answer)| drop(answer.send(found.clone())));
}

impl Actor for MeetingManager {
    type Context = Context<Self>;
}

impl Handler<Find> for MeetingManager {
    type Result = ();

    fn handle(&mut self, find: Find, ctx: &mut Self::Context) {
        match self.directory.alive(find.room) {
            Some(open) => drop(find.answer.send(Ok(open))),
            None => self.load(find.room, Some((find.existing, find.answer)), ctx),
        }
    }
}

impl Handler<SimulatePanic> for MeetingManager {
    type Result = ();

    fn handle(&mut self, _: SimulatePanic, _: &mut Self::Context) {
        panic!("simulated fault: the manager panics");
    }
}

#[cfg(test)]
mod tests;

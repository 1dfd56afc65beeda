//! The room's shell: reads the clock, draws, asks the state, keeps the journal, runs the effects. Decides nothing about people.

mod deciding;
mod inbox;
mod life;
mod media;
pub mod messages;
pub mod needs;
mod participants;
mod pending;
mod people;
pub mod services;
mod store_work;

use super::{
    Draw, Drawn, Effect, Input, LiveRoom, Outcome, RoomState, Rules,
    replay::{self, Opening, Start},
};
use crate::{
    clock::{Clock, Timestamp},
    ids::{Identity, ParticipantId, RoomId},
    meeting_manager::RoomsHandle,
    participant::{Participant, ParticipantSetup, messages as to_participant, resume_token::ResumeToken},
    ports::{EmotionReader, JournalEntry, MediaPlane, Recorder, RoomRecord, RoomStore},
    protocol::{ClientCommand, CloseCode, CommandError, EndReason, ErrorCode, ReplyBody, ServerEvent, Stage},
    sinks::NeedRegistry,
    supervise::{Pulse, PulseWatch},
};
use actix::prelude::*;
use media::MediaLink;
use messages::*;
use participants::refused;
use pending::{Asker, Decided, Entering, PendingQueue, Work};
use people::People;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// What every room of a server shares.
pub struct RoomSetup {
    pub clock: Clock,
    pub store: Arc<dyn RoomStore>,
    pub rules: Rules,
    pub participant: Arc<ParticipantSetup>,
    /// Without one every room is a mesh.
    pub media: Option<Arc<dyn MediaPlane>>,
    /// Without one nothing is recorded.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// Without one no emotion is read.
    pub emotion: Option<Arc<dyn EmotionReader>>,
    /// What runs on the server and needs media.
    pub needs: Arc<NeedRegistry>,
}

/// Messages that may wait for one room. More means overload: commands are answered `busy`.
pub const MAILBOX: usize = 2_048;
/// Outcomes that may wait for the store. More: commands are answered `storage_unavailable` and change nothing.
const PENDING_MAX: usize = 1_000;
/// Journal entries between two snapshots.
const SNAPSHOT_EVERY: u64 = 256;
/// After a rebuild, participants that do not come back in this time are without a socket.
const REATTACH_TIME: Duration = Duration::from_secs(5);

/// How a room's actor comes to its state.
pub enum Origin {
    /// A new session, in a room whose hosts admitted these people before.
    Opened { known: Vec<Identity> },
    /// The process was started again: every socket is gone.
    Restarted { state: Box<RoomState>, seq: u64 },
    /// The actor ended by a fault: participants are alive and will be back.
    Rebuilt { state: Box<RoomState>, seq: u64 },
}

pub struct Room {
    setup: Arc<RoomSetup>,
    rooms: RoomsHandle,
    record: RoomRecord,
    state: RoomState,
    /// The number of the newest journal entry.
    seq: u64,
    snapshot_seq: u64,
    pending: PendingQueue,
    /// An entry could not be kept: nothing more is sent to the store until it was tried again.
    stalled: bool,
    people: People,
    media: MediaLink,
    /// The version of the needs that was looked at last.
    needs_seen: u64,
    timer: Option<(Timestamp, SpawnHandle)>,
    counted: (usize, usize),
    draining: bool,
    ended: bool,
    /// Tells the manager that the end is in order and not a fault.
    orderly: Arc<AtomicBool>,
    pulse: Pulse,
}

/// What a started room is known by.
pub struct StartedRoom {
    pub addr: Addr<Room>,
    pub pulse: PulseWatch,
    pub orderly: Arc<AtomicBool>,
}

impl Room {
    /// Starts a room on `arbiter`, where its participants will live too.
    pub fn start_on(
        arbiter: &ArbiterHandle,
        setup: Arc<RoomSetup>,
        rooms: RoomsHandle,
        record: RoomRecord,
        origin: Origin,
    ) -> StartedRoom {
        let pulse = Pulse::new();
        let watch = pulse.watch();
        let orderly = Arc::new(AtomicBool::new(false));
        let shared = orderly.clone();
        let addr = Room::start_in_arbiter(arbiter, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            let now = setup.clock.now();
            let restarted = matches!(origin, Origin::Restarted { .. });
            let (state, seq, opening) = match origin {
                Origin::Opened { known } => {
                    let (record, session_id) = (record.clone(), Uuid::new_v4().into());
                    let opening = Opening { record, session_id, rules: setup.rules, opened_at: now, known };
                    (RoomState::open(opening.clone()), 0, Some(opening))
                }
                Origin::Restarted { state, seq } | Origin::Rebuilt { state, seq } => (*state, seq, None),
            };
            let mut room = Room {
                media: MediaLink::new(setup.media.clone(), record.room_id),
                needs_seen: 0,
                setup,
                rooms,
                record,
                state,
                seq,
                snapshot_seq: seq,
                pending: PendingQueue::default(),
                stalled: false,
                people: People::default(),
                timer: None,
                counted: (0, 0),
                draining: false,
                ended: false,
                orderly: shared,
                pulse,
            };
            if let Some(opening) = opening {
                room.keep_opening(opening, ctx);
            } else if restarted {
                let sfu_available = Some(room.setup.rules.sfu_available);
                room.take(Input::Restarted { sfu_available }, Asker::Nobody, ctx);
                room.services_after_restart(ctx);
            } else {
                room.find_needs();
                room.media_anew(ctx);
                room.services_again(ctx);
                ctx.run_later(REATTACH_TIME, |room, ctx| room.give_up_on_the_missing(ctx));
            }
            room.look_at_needs(ctx);
            room.set_timer(ctx);
            room.count();
            room
        });
        StartedRoom { addr, pulse: watch, orderly }
    }
}

impl Actor for Room {
    type Context = Context<Self>;
}

impl Drop for Room {
    fn drop(&mut self) {
        metrics::gauge!("greenroom_participants").decrement(self.counted.0 as f64);
        metrics::gauge!("greenroom_waiting").decrement(self.counted.1 as f64);
    }
}

#[cfg(test)]
mod media_tests;
#[cfg(test)]
mod tap_tests;
#[cfg(test)]
mod tests;

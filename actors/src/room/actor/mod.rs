//! The room's shell: reads the clock, draws, asks the state, keeps the journal, runs the effects. Decides nothing about people.

mod inbox;
mod media;
pub mod messages;
mod pending;
mod people;
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
    ports::{JournalEntry, MediaPlane, RoomRecord, RoomStore},
    protocol::{ClientCommand, CloseCode, CommandError, EndReason, ErrorCode, ReplyBody, ServerEvent, Stage},
    supervise::{Pulse, PulseWatch},
    topology::{Ended, explain},
};
use actix::prelude::*;
use media::{MediaLink, split_media};
use messages::*;
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
            } else {
                room.media_anew(ctx);
                ctx.run_later(REATTACH_TIME, |room, ctx| room.give_up_on_the_missing(ctx));
            }
            room.set_timer(ctx);
            room.count();
            room
        });
        StartedRoom { addr, pulse: watch, orderly }
    }

    /// One input: decided at once, done when it is kept.
    fn take(&mut self, input: Input, asker: Asker, ctx: &mut Context<Self>) {
        let now = self.setup.clock.now();
        let relay = is_relay(&input);
        let drawn = Drawn { draw: Draw(Uuid::new_v4()), input };
        let Outcome { reply, effects, durable } = self.state.apply(&drawn, now);
        let (commands, effects) = split_media(effects);
        let conclusions = conclusions(&effects);
        let asker = match asker {
            Asker::Entering(mut entering) => {
                entering.stage = self.state.stage(entering.participant);
                Asker::Entering(entering)
            }
            other => other,
        };
        let entry = durable.then(|| self.keep(&drawn, now, ctx));
        let decided = Decided { seq: self.seq, work: Work::Outcome { asker, reply, effects } };
        if entry.is_none() && (relay || self.pending.is_empty()) {
            self.release(decided, ctx);
        } else {
            self.pending.push(entry, decided);
            metrics::histogram!("greenroom_queue_depth", "queue" => "journal").record(self.pending.len() as f64);
        }
        if durable {
            self.set_timer(ctx);
            self.count();
        }
        self.send_media(commands, ctx);
        for input in conclusions {
            self.take(input, Asker::Nobody, ctx);
        }
    }

    fn keep(&mut self, drawn: &Drawn, now: Timestamp, ctx: &mut Context<Self>) -> Arc<JournalEntry> {
        self.seq += 1;
        let input = replay::encode(drawn);
        let entry = Arc::new(JournalEntry { session_id: self.state.session(), seq: self.seq, at: now, input });
        self.append(entry.clone(), ctx);
        entry
    }

    fn committed(&mut self, seq: u64, ctx: &mut Context<Self>) {
        self.pending.committed(seq);
        while let Some(decided) = self.pending.pop_ready() {
            self.release(decided, ctx);
        }
        if seq >= self.snapshot_seq + SNAPSHOT_EVERY {
            self.save_snapshot(ctx);
        }
    }

    fn release(&mut self, decided: Decided, ctx: &mut Context<Self>) {
        match decided.work {
            Work::Outcome { asker, reply, effects } => {
                self.answer(asker, reply, ctx);
                for effect in effects {
                    self.run(effect, decided.seq, ctx);
                }
            }
            Work::Snapshot { to, event } => {
                self.people.snapshot(to, decided.seq, event);
                self.media_after_snapshot(to, ctx);
            }
        }
    }

    fn answer(&mut self, asker: Asker, reply: Result<ReplyBody, CommandError>, ctx: &mut Context<Self>) {
        match asker {
            Asker::Nobody => {}
            Asker::Outside(answer) => drop(answer.send(reply)),
            Asker::Participant { id, reference } => self.people.answer(id, reference, reply),
            Asker::Entering(entering) => match (reply, entering.stage) {
                (Ok(_), Some(stage)) => self.let_in(*entering, stage, ctx),
                (Ok(_), None) => drop(entering.answer.send(Err(refused(CommandError::busy())))),
                (Err(error), _) => drop(entering.answer.send(Err(refused(error)))),
            },
        }
    }

    /// The state let them in: give the socket to their participant, made now unless it is there.
    fn let_in(&mut self, entering: Entering, stage: Stage, ctx: &mut Context<Self>) {
        let Entering { participant, entrance, resume_token, socket, reference, answer, .. } = entering;
        if self.people.addr(participant).is_none() {
            self.start_participant(participant, ctx);
        }
        self.people.set_socket(participant, Some(socket.number));
        let start = match entrance {
            Entrance::Hello(_) => to_participant::Start::Hello { resume_token },
            Entrance::Resume { last_seq, fresh: true, .. } => to_participant::Start::Fresh { last_seq, resume_token },
            Entrance::Resume { last_seq, .. } => to_participant::Start::Resume { last_seq, resume_token },
        };
        self.people.attach(participant, to_participant::Attach { socket, reference, stage, start, answer });
    }

    fn start_participant(&mut self, id: ParticipantId, ctx: &mut Context<Self>) {
        let (addr, pulse) = Participant::start_for(
            self.setup.participant.clone(),
            id,
            self.record.room_id,
            ctx.address(),
            self.pulse.watch(),
            self.rooms.clone(),
        );
        self.adopt(id, addr, pulse, ctx);
    }

    /// Reaches this participant from now on, and notices its end, whichever room started it.
    fn adopt(&mut self, id: ParticipantId, addr: Addr<Participant>, pulse: PulseWatch, ctx: &mut Context<Self>) {
        self.people.insert(id, addr.clone());
        let gone = actix::fut::wrap_future::<_, Self>(pulse.gone());
        ctx.spawn(gone.map(move |(), room, ctx| room.participant_ended(id, &addr, ctx)));
    }

    /// A participant's actor is gone. In order: the room let it go before. By a fault: its client resumes, and gets a new one.
    fn participant_ended(&mut self, id: ParticipantId, dead: &Addr<Participant>, ctx: &mut Context<Self>) {
        if self.people.remove_if(id, dead) {
            metrics::counter!("greenroom_actor_restarts_total", "actor" => "participant").increment(1);
            self.take(Input::Disconnected { participant: id }, Asker::Nobody, ctx);
        }
    }

    fn run(&mut self, effect: Effect, seq: u64, ctx: &mut Context<Self>) {
        match effect {
            Effect::Deliver { to, event } => self.people.deliver(&to, seq, event),
            Effect::Grant { to, grant } => self.people.grant(to, grant),
            // Whoever joined elsewhere got a new socket, and `Attach` closes the old one.
            Effect::Close { code: CloseCode::JoinedElsewhere, .. } => {}
            Effect::Close { participant, code } => self.people.close(participant, code),
            Effect::Forget { participant } => self.people.forget(participant),
            Effect::SessionEnded { reason, summary } => self.keep_end(reason, *summary, ctx),
            Effect::RoomRecordChanged => self.keep_record(ctx),
            Effect::Admitted { after } => metrics::histogram!("greenroom_waiting_seconds").record(after.as_secs_f64()),
            Effect::RememberAdmitted(identity) => self.keep_admitted(identity, ctx),
            Effect::ForgetAdmitted(identity) => self.forget_admitted(identity, ctx),
            Effect::Audit { actor, action, detail } => self.keep_audit(actor, action, detail, ctx),
            Effect::Quality(point) => self.keep_quality(point, ctx),
            Effect::SwitchEnded(ended) => self.note_switch(&ended),
            // Done when they were decided.
            Effect::Media(_) | Effect::Conclude(_) => {}
        }
        if self.people.someone_lags() {
            ctx.run_later(Duration::from_millis(50), |room, ctx| room.catch_up(ctx));
        }
    }

    /// Sends a snapshot to those whose mailbox was full.
    fn catch_up(&mut self, ctx: &mut Context<Self>) {
        for id in self.people.take_lagging() {
            if let Some(event) = self.snapshot_event(id) {
                self.queue_snapshot(id, event, ctx);
            }
        }
    }

    fn snapshot_event(&self, id: ParticipantId) -> Option<ServerEvent> {
        match self.state.stage(id)? {
            Stage::Joined => self.state.welcome_for(id).map(|welcome| ServerEvent::Welcome(Box::new(welcome))),
            Stage::Waiting => self.state.waiting_for(id).map(|waiting| ServerEvent::Waiting(Box::new(waiting))),
        }
    }

    /// A snapshot takes its place behind what is decided but not kept yet: it holds that already.
    fn queue_snapshot(&mut self, to: ParticipantId, event: ServerEvent, ctx: &mut Context<Self>) {
        let decided = Decided { seq: self.seq, work: Work::Snapshot { to, event: Box::new(event) } };
        if self.pending.is_empty() {
            self.release(decided, ctx);
        } else {
            self.pending.push(None, decided);
        }
    }

    fn note_switch(&self, ended: &Ended) {
        tracing::info!(room = %self.room_id().short(), "{}", explain::ended(ended));
        let (to, reason, outcome, took) = match ended {
            Ended::Committed { to, reason, took, .. } => (to, explain::reason_name(*reason), "committed", took),
            Ended::RolledBack { to, why, took, .. } => (to, explain::rollback_name(*why), "rolled_back", took),
        };
        let to = explain::mode_name(*to);
        metrics::counter!("greenroom_topology_switches_total", "to" => to, "reason" => reason, "outcome" => outcome).increment(1);
        metrics::histogram!("greenroom_topology_switch_seconds", "to" => to, "outcome" => outcome).record(took.as_secs_f64());
    }

    fn give_up_on_the_missing(&mut self, ctx: &mut Context<Self>) {
        let everybody: Vec<ParticipantId> = self.state.everybody().map(|(id, _)| id).collect();
        for id in everybody {
            if self.people.socket(id).is_none() {
                self.take(Input::Disconnected { participant: id }, Asker::Nobody, ctx);
            }
        }
    }

    /// One timer, for the state's next deadline.
    fn set_timer(&mut self, ctx: &mut Context<Self>) {
        let next = if self.ended { None } else { self.state.next_deadline() };
        if self.timer.map(|(at, _)| at) == next {
            return;
        }
        if let Some((_, handle)) = self.timer.take() {
            ctx.cancel_future(handle);
        }
        self.timer = next.map(|at| {
            let wait = self.setup.clock.until(at).max(Duration::from_millis(1));
            let handle = ctx.run_later(wait, |room, ctx| {
                room.timer = None;
                room.take(Input::Tick, Asker::Nobody, ctx);
                room.set_timer(ctx);
            });
            (at, handle)
        });
    }

    /// Keeps the gauges of people in step.
    fn count(&mut self) {
        let LiveRoom { participants, waiting, .. } = self.state.observe();
        let (before, now) = (self.counted, (participants, waiting));
        metrics::gauge!("greenroom_participants").increment(now.0 as f64 - before.0 as f64);
        metrics::gauge!("greenroom_waiting").increment(now.1 as f64 - before.1 as f64);
        self.counted = now;
    }

    /// May a command change anything now?
    fn open_for_changes(&self) -> Result<(), CommandError> {
        if self.ended {
            return Err(CommandError::new(ErrorCode::RoomEnded, "the session has ended"));
        }
        if self.pending.len() >= PENDING_MAX {
            return Err(CommandError::new(ErrorCode::StorageUnavailable, "nothing can be kept at the moment").retry_in(2_000));
        }
        Ok(())
    }

    /// Who comes in with a resume token must be known by it.
    fn check_resume(&self, token: &ResumeToken) -> Result<(), CommandError> {
        self.state.check_resume(token.participant, &token.hash(), self.setup.clock.now())
    }

    fn stop(&mut self, ctx: &mut Context<Self>) {
        self.orderly.store(true, Ordering::Release);
        ctx.stop();
    }
}

/// What the state found out in this turn, to be taken at once.
fn conclusions(effects: &[Effect]) -> Vec<Input> {
    effects.iter().filter_map(|effect| if let Effect::Conclude(input) = effect { Some(input.clone()) } else { None }).collect()
}

/// Relays change nothing and wait for nothing: media negotiation goes on while the store is slow.
fn is_relay(input: &Input) -> bool {
    use ClientCommand as C;
    matches!(input, Input::Command { command: C::Offer(_) | C::Answer(_) | C::IceCandidate(_), .. })
}

/// What to close a refused socket with.
fn refused(error: CommandError) -> Refused {
    let close = match error.code {
        ErrorCode::RoomNotFound => CloseCode::NoSuchRoom,
        ErrorCode::RoomEnded => CloseCode::SessionEnded,
        ErrorCode::RoomFull | ErrorCode::RoomLocked | ErrorCode::NotPermitted => CloseCode::Refused,
        ErrorCode::Banned | ErrorCode::Denied | ErrorCode::Removed => CloseCode::Refused,
        ErrorCode::Busy | ErrorCode::StorageUnavailable | ErrorCode::Internal => CloseCode::Internal,
        // A refused resume leaves the socket open: the client may say hello on it.
        _ => CloseCode::NotAuthenticated,
    };
    Refused { error, close }
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

impl Room {
    fn keep_opening(&mut self, opening: Opening, ctx: &mut Context<Self>) {
        let (session_id, now) = (opening.session_id, opening.opened_at);
        let input = replay::head_line(&Start::Opening(Box::new(opening)));
        let entry = Arc::new(JournalEntry { session_id, seq: 0, at: now, input });
        self.start_session(self.record.room_id, now, ctx);
        self.append(entry.clone(), ctx);
        let work = Work::Outcome { asker: Asker::Nobody, reply: Ok(ReplyBody::Done {}), effects: Vec::new() };
        self.pending.push(Some(entry), Decided { seq: 0, work });
    }

    fn room_id(&self) -> RoomId {
        self.record.room_id
    }

    fn keep_end(&mut self, reason: EndReason, summary: crate::ports::SessionSummary, ctx: &mut Context<Self>) {
        self.ended = true;
        self.set_timer(ctx);
        self.end_session(reason, summary, ctx);
    }
}

#[cfg(test)]
mod media_tests;
#[cfg(test)]
mod tests;

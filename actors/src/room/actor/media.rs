//! The room's wire to the media plane: commands go out in order and wait while it is busy; what it says comes in through a bounded box.

use super::{Asker, Decided, Room, Work};
use crate::{
    ids::{ParticipantId, RoomId},
    media::{MediaCommand, MediaEvent, MediaEvents},
    ports::MediaPlane,
    protocol::{Leg, ReplyBody},
    room::{Effect, Input},
    supervise::BackOff,
    topology::{Ended, explain},
};
use actix::prelude::*;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Between two looks at what waits, in either direction.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Commands that may wait for a busy plane. More: the room's media starts anew.
const COMMANDS_MAX: usize = 8_192;
/// Descriptions and the like that may wait for a busy room. More are refused, and the plane says them again.
const EVENTS_MAX: usize = 4_096;

/// The media plane has something to say.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MediaNews;

/// Commands on their way.
pub struct MediaLink {
    plane: Option<Arc<dyn MediaPlane>>,
    room: RoomId,
    inbox: Option<Arc<Inbox>>,
    commands: VecDeque<MediaCommand>,
    looking: Option<SpawnHandle>,
    /// After a failure: not sooner than this.
    resume_at: Option<Instant>,
    back_off: BackOff,
}

/// What a command's turn came to.
enum Sent {
    All,
    Waits,
}

impl MediaLink {
    pub fn new(plane: Option<Arc<dyn MediaPlane>>, room: RoomId) -> Self {
        let (commands, back_off) = (VecDeque::new(), BackOff::new(Duration::from_millis(100), Duration::from_secs(5)));
        Self { plane, room, inbox: None, commands, looking: None, resume_at: None, back_off }
    }

    /// Says whether there was room.
    fn push(&mut self, command: MediaCommand) -> bool {
        if let MediaCommand::Want { participant, .. } = &command {
            // Only the newest wish counts.
            self.commands
                .retain(|other| !matches!(other, MediaCommand::Want { participant: before, .. } if before == participant));
        }
        if self.commands.len() >= COMMANDS_MAX {
            return false;
        }
        self.commands.push_back(command);
        true
    }

    fn send(&mut self, addr: Addr<Room>) -> Sent {
        let Some(plane) = self.plane.clone() else {
            self.commands.clear();
            return Sent::All;
        };
        if self.resume_at.is_some_and(|at| Instant::now() < at) {
            return Sent::Waits;
        }
        while let Some(command) = self.commands.front().cloned() {
            if self.inbox.is_none() && !self.open(&*plane, &addr) {
                return Sent::Waits;
            }
            let closes = matches!(command, MediaCommand::Close);
            if plane.send(self.room, command).is_err() {
                return Sent::Waits;
            }
            self.commands.pop_front();
            if closes {
                self.inbox = None;
            }
        }
        Sent::All
    }

    fn open(&mut self, plane: &dyn MediaPlane, addr: &Addr<Room>) -> bool {
        let inbox = Arc::new(Inbox { addr: addr.clone(), waiting: Mutex::default() });
        let events: MediaEvents = Arc::new({
            let inbox = inbox.clone();
            move |event| inbox.put(event)
        });
        let opened = plane.open(self.room, events).is_ok();
        if opened {
            self.inbox = Some(inbox);
        }
        opened
    }

    fn take_news(&mut self) -> Vec<MediaEvent> {
        self.inbox.as_ref().map(|inbox| inbox.take()).unwrap_or_default()
    }

    /// Nothing that was sent or said counts any more.
    fn failed(&mut self) {
        self.inbox = None;
        self.commands.clear();
        self.resume_at = Some(Instant::now() + self.back_off.next_pause());
    }

    fn works(&mut self) {
        self.back_off.reset();
    }
}

/// Filled by threads of the media plane, emptied by the room.
struct Inbox {
    addr: Addr<Room>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// In order, none left out.
    each: VecDeque<MediaEvent>,
    /// The newest of its kind.
    latest: BTreeMap<Latest, MediaEvent>,
    told: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Latest {
    Slots(ParticipantId),
    Layers(ParticipantId),
    Limited(ParticipantId),
    Lost(ParticipantId, u8),
    Speaker,
}

impl Inbox {
    fn put(&self, event: MediaEvent) -> bool {
        let mut waiting = self.waiting();
        match latest(&event) {
            Some(key) => drop(waiting.latest.insert(key, event)),
            None if waiting.each.len() >= EVENTS_MAX => {
                metrics::counter!("greenroom_queue_drops_total", "queue" => "media_events").increment(1);
                return false;
            }
            None => waiting.each.push_back(event),
        }
        // A full mailbox is no loss: the room looks by itself now and then.
        waiting.told = waiting.told || self.addr.try_send(MediaNews).is_ok();
        true
    }

    fn take(&self) -> Vec<MediaEvent> {
        let mut waiting = self.waiting();
        waiting.told = false;
        let each: Vec<_> = waiting.each.drain(..).collect();
        each.into_iter().chain(std::mem::take(&mut waiting.latest).into_values()).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn latest(event: &MediaEvent) -> Option<Latest> {
    match event {
        MediaEvent::Slots { participant, .. } => Some(Latest::Slots(*participant)),
        MediaEvent::LayersWanted { participant, .. } => Some(Latest::Layers(*participant)),
        MediaEvent::Limited { participant, .. } => Some(Latest::Limited(*participant)),
        MediaEvent::Lost { participant, leg } => Some(Latest::Lost(*participant, *leg as u8)),
        MediaEvent::Speaker { .. } => Some(Latest::Speaker),
        MediaEvent::Answered { .. }
        | MediaEvent::Offered { .. }
        | MediaEvent::Refused { .. }
        | MediaEvent::Connected { .. }
        | MediaEvent::Failed => None,
    }
}

impl Room {
    /// For operators: how a switch went.
    pub(super) fn note_switch(&self, ended: &Ended) {
        tracing::info!(room = %self.room_id().short(), "{}", explain::ended(ended));
        let (to, reason, outcome, took) = match ended {
            Ended::Committed { to, reason, took, .. } => (to, explain::reason_name(*reason), "committed", took),
            Ended::RolledBack { to, why, took, .. } => (to, explain::rollback_name(*why), "rolled_back", took),
        };
        let to = explain::mode_name(*to);
        metrics::counter!("greenroom_topology_switches_total", "to" => to, "reason" => reason, "outcome" => outcome).increment(1);
        metrics::histogram!("greenroom_topology_switch_seconds", "to" => to, "outcome" => outcome).record(took.as_secs_f64());
    }

    /// Commands of one turn, in order, before anything of it waits for the store.
    pub(super) fn send_media(&mut self, commands: Vec<MediaCommand>, ctx: &mut Context<Self>) {
        if commands.is_empty() {
            return;
        }
        let room = commands.into_iter().all(|command| self.media.push(command));
        if !room {
            metrics::counter!("greenroom_queue_drops_total", "queue" => "media_commands").increment(1);
            return self.media_failed(ctx);
        }
        self.look_after_media(ctx);
    }

    /// Sends what waits, and looks again while the plane has a place for this room or is busy.
    fn look_after_media(&mut self, ctx: &mut Context<Self>) {
        let waits = matches!(self.media.send(ctx.address()), Sent::Waits);
        if self.media.looking.is_none() && (waits || self.media.inbox.is_some()) {
            self.media.looking = Some(ctx.run_later(LOOK_EVERY, |room, ctx| {
                room.media.looking = None;
                room.hear_media(ctx);
                room.look_at_copies(ctx);
                room.look_after_media(ctx);
            }));
        }
    }

    fn hear_media(&mut self, ctx: &mut Context<Self>) {
        for event in self.media.take_news() {
            match event {
                MediaEvent::Failed => return self.media_failed(ctx),
                MediaEvent::Connected { participant, leg } => {
                    self.media.works();
                    if leg == Leg::Tap {
                        self.state.copy_is_up(participant, true, self.setup.clock.now());
                    }
                }
                event => {
                    if let MediaEvent::Lost { participant, leg: Leg::Tap } = event {
                        self.state.copy_is_up(participant, false, self.setup.clock.now());
                    }
                    let effects = self.state.media_event(event);
                    self.queue_effects(effects, ctx);
                }
            }
        }
    }

    fn media_failed(&mut self, ctx: &mut Context<Self>) {
        tracing::warn!(room = %self.room_id().short(), "the room's media on the server is gone; it starts anew");
        metrics::counter!("greenroom_media_failures_total").increment(1);
        self.media.failed();
        self.take(Input::MediaFailed, Asker::Nobody, ctx);
    }

    /// The actor was made again: whoever has a place in the media plane keeps it, and it reports here from now on.
    pub(super) fn media_anew(&mut self, ctx: &mut Context<Self>) {
        let now = self.setup.clock.now();
        let effects = self.state.media_anew(now);
        self.run_unkept(effects, ctx);
    }

    /// After a snapshot out of turn: what the media plane said last, and its offer again, which may be lost.
    pub(super) fn media_after_snapshot(&mut self, id: ParticipantId, ctx: &mut Context<Self>) {
        let effects = self.state.media_after_snapshot(id);
        self.queue_effects(effects, ctx);
    }

    /// Effects of what is in no journal keep their place behind what is decided.
    pub(super) fn queue_effects(&mut self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        let (commands, effects) = self.split_media(effects);
        self.send_media(commands, ctx);
        if effects.is_empty() {
            return;
        }
        let decided =
            Decided { seq: self.seq, work: Work::Outcome { asker: Asker::Nobody, reply: Ok(ReplyBody::Done {}), effects } };
        if self.pending.is_empty() {
            self.release(decided, ctx);
        } else {
            self.pending.push(None, decided);
        }
    }
}

impl Handler<MediaNews> for Room {
    type Result = ();

    fn handle(&mut self, _: MediaNews, ctx: &mut Self::Context) {
        self.hear_media(ctx);
        self.look_after_media(ctx);
    }
}

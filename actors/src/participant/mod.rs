//! One person in one session: the actor between a socket and a room. It numbers, keeps and replays events, holds the rate limits, and
//! outlives its sockets; who it is in the room is the room's to say.

mod inbox;
pub mod limits;
pub mod messages;
pub mod outbox;
pub mod resume_token;
pub mod unanswered;

use crate::{
    clock::Clock,
    ids::{ParticipantId, RoomId},
    meeting_manager::RoomsHandle,
    ports::{Clip, EmotionReader, IceServers},
    protocol::{ClientCommand, CloseCode, CommandError, ErrorCode, Reply, ReplyBody, ServerEvent, Stage, client, client::Fault},
    room::{
        CommandResult,
        actor::{Room, messages as to_room},
    },
    supervise::{Pulse, PulseWatch},
};
use actix::prelude::*;
use limits::{Budget, RateLimits, Verdict};
use messages::*;
use outbox::{Frame, Outbox, OutboxLimits, Replay};
use std::sync::Arc;
use tokio::time::Instant;
use unanswered::{Asked, Unanswered};

/// What every participant of a server shares.
pub struct ParticipantSetup {
    pub clock: Clock,
    pub outbox: OutboxLimits,
    pub rates: RateLimits,
    pub ice: Arc<dyn IceServers>,
    /// Reads the emotion of clips that people send of themselves, if anything here does.
    pub emotion: Option<Arc<dyn EmotionReader>>,
    /// Are simulated faults allowed?
    pub dev: bool,
}

/// Messages that may wait for one participant. More means that its arbiter is stuck: the room then sends a snapshot later.
pub const MAILBOX: usize = 1_024;

pub struct Participant {
    setup: Arc<ParticipantSetup>,
    id: ParticipantId,
    room_id: RoomId,
    room: Addr<Room>,
    rooms: RoomsHandle,
    stage: Stage,
    socket: Option<Socket>,
    outbox: Outbox,
    budget: Budget,
    resume_token: String,
    /// The room's journal number of the last thing that came from it.
    room_seq: u64,
    /// Commands that the room has not answered: answered with an error if it dies.
    unanswered: Unanswered,
    /// A snapshot was asked for: until it comes nothing else goes out.
    awaiting_snapshot: Option<AwaitedSnapshot>,
    slow_check: bool,
    /// Set when the end is in order; otherwise the end was a panic.
    dismissed: bool,
    pulse: Pulse,
}

struct AwaitedSnapshot {
    last_seq: u64,
}

impl Participant {
    /// Starts a participant on the current arbiter: that of its room.
    pub fn start_for(
        setup: Arc<ParticipantSetup>,
        id: ParticipantId,
        room_id: RoomId,
        room: Addr<Room>,
        room_pulse: PulseWatch,
        rooms: RoomsHandle,
    ) -> (Addr<Self>, PulseWatch) {
        let pulse = Pulse::new();
        let watch = pulse.watch();
        let outbox = Outbox::restored(setup.outbox);
        let addr = Participant::create(|ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            watch_room(ctx, room_pulse);
            Participant {
                setup,
                id,
                room_id,
                room,
                rooms,
                stage: Stage::Waiting,
                socket: None,
                outbox,
                budget: Budget::new(),
                resume_token: String::new(),
                room_seq: 0,
                unanswered: Unanswered::default(),
                awaiting_snapshot: None,
                slow_check: false,
                dismissed: false,
                pulse,
            }
        });
        (addr, watch)
    }

    fn tell_socket(&mut self, message: ToSocket, ctx: &mut Context<Self>) {
        let Some(socket) = &self.socket else { return };
        if socket.to.try_send(message).is_err() {
            // Its mailbox is full (it can't keep up) or it is gone: the client resumes on a new one.
            metrics::counter!("greenroom_queue_drops_total", "queue" => "socket").increment(1);
            self.drop_socket(ctx);
        }
    }

    fn send_texts(&mut self, texts: impl IntoIterator<Item = String>, ctx: &mut Context<Self>) {
        for text in texts {
            self.tell_socket(ToSocket::Text(text), ctx);
        }
    }

    fn reply(&mut self, reference: Option<u64>, result: CommandResult, ctx: &mut Context<Self>) {
        if reference.is_some() {
            self.send_reply(reference, result, ctx);
        }
    }

    fn send_reply(&mut self, reference: Option<u64>, result: CommandResult, ctx: &mut Context<Self>) {
        let text = serde_json::to_string(&Reply::new(reference, result)).expect("replies are plain data");
        self.tell_socket(ToSocket::Text(text), ctx);
    }

    fn push(&mut self, frame: Arc<Frame>, ctx: &mut Context<Self>) {
        if let Some(text) = self.outbox.push(frame, self.setup.clock.now()) {
            self.tell_socket(ToSocket::Text(text), ctx);
        }
        let (unacked, queued) = self.outbox.depth();
        metrics::histogram!("greenroom_queue_depth", "queue" => "outbox").record((unacked + queued) as f64);
        self.watch_for_slowness(ctx);
    }

    /// A full window gets one timer, not every participant one that ticks.
    fn watch_for_slowness(&mut self, ctx: &mut Context<Self>) {
        let (unacked, queued) = self.outbox.depth();
        let pressed = unacked >= self.setup.outbox.window || queued > 0;
        if self.slow_check || !pressed || self.socket.is_none() {
            return;
        }
        self.slow_check = true;
        ctx.run_later(self.setup.outbox.patience, |participant, ctx| {
            participant.slow_check = false;
            if participant.outbox.is_slow(participant.setup.clock.now()) {
                metrics::counter!("greenroom_slow_consumers_total").increment(1);
                participant.close_socket(CloseCode::SlowConsumer, ctx);
            } else {
                participant.watch_for_slowness(ctx);
            }
        });
    }

    fn close_socket(&mut self, code: CloseCode, ctx: &mut Context<Self>) {
        self.tell_socket(ToSocket::Close(code), ctx);
        self.drop_socket(ctx);
    }

    /// The socket is of no use any more; the grace time runs.
    fn drop_socket(&mut self, ctx: &mut Context<Self>) {
        if let Some(socket) = self.socket.take() {
            self.outbox.detach();
            self.unanswered.clear();
            if !self.dismissed {
                self.tell_room(to_room::SocketGone { participant: self.id, socket: socket.number }, ctx);
            }
        }
    }

    /// For what must not be lost: asks again until the room takes it.
    fn tell_room<M>(&mut self, message: M, ctx: &mut Context<Self>)
    where
        M: Message + Clone + Send + 'static,
        M::Result: Send,
        Room: Handler<M>,
    {
        if let Err(actix::prelude::SendError::Full(_)) = self.room.try_send(message.clone()) {
            ctx.run_later(std::time::Duration::from_millis(20), move |participant, ctx| participant.tell_room(message, ctx));
        }
    }

    /// Adds what only the participant knows to a snapshot.
    fn personal(&mut self, mut event: ServerEvent) -> Arc<Frame> {
        match &mut event {
            ServerEvent::Welcome(welcome) => {
                self.stage = Stage::Joined;
                welcome.resume_token.clone_from(&self.resume_token);
                welcome.ice_servers = self.setup.ice.for_participant(self.id, self.setup.clock.now());
            }
            ServerEvent::Waiting(waiting) => {
                self.stage = Stage::Waiting;
                waiting.resume_token.clone_from(&self.resume_token);
            }
            _ => {}
        }
        Frame::new(&event)
    }

    /// Replies to a command, and counts how long that took.
    fn answer(&mut self, asked: &Asked, result: CommandResult, ctx: &mut Context<Self>) {
        if asked.reference.is_some() {
            asked.answered();
        }
        self.reply(asked.reference, result, ctx);
    }

    fn pass_on(&mut self, asked: Asked, command: ClientCommand, ctx: &mut Context<Self>) {
        let message =
            to_room::FromParticipant { participant: self.id, reference: asked.reference, command, sent: Instant::now() };
        match self.room.try_send(message) {
            Ok(()) => self.unanswered.add(asked),
            Err(_) => {
                metrics::counter!("greenroom_queue_drops_total", "queue" => "room").increment(1);
                self.answer(&asked, Err(CommandError::busy()), ctx);
            }
        }
    }

    fn simulate(&mut self, fault: Fault, ctx: &mut Context<Self>) -> CommandResult {
        if !self.setup.dev {
            return Err(CommandError::not_available("simulated faults"));
        }
        match fault {
            Fault::DropSocket => {
                self.tell_socket(ToSocket::Cut, ctx);
                self.drop_socket(ctx);
            }
            Fault::RefuseResume => self.tell_room(to_room::ForgetResume { participant: self.id }, ctx),
            Fault::PanicParticipant => panic!("simulated fault: the participant panics"),
            Fault::PanicRoom => drop(self.room.try_send(to_room::SimulatePanic)),
            Fault::PanicManager => self.rooms.simulate_panic(),
        }
        Ok(ReplyBody::Done {})
    }

    /// The room's actor ended without dismissing us: find the new one and go on there.
    fn find_room_again(&mut self, ctx: &mut Context<Self>) {
        let error = || Err(CommandError::new(ErrorCode::Internal, "the room was restarted; ask again").retry_in(500));
        for asked in self.unanswered.take_all() {
            self.answer(&asked, error(), ctx);
        }
        let found = self.rooms.clone().find_after_crash(self.room_id, self.room.clone());
        ctx.spawn(found.into_actor(self).map(|found, participant, ctx| match found {
            Some((room, pulse)) => {
                participant.room = room;
                watch_room(ctx, pulse);
                let message = to_room::Reattach {
                    participant: participant.id,
                    addr: ctx.address(),
                    pulse: participant.pulse.watch(),
                    room_seq: participant.room_seq,
                    socket: participant.socket.as_ref().map(|socket| socket.number),
                };
                participant.tell_room(message, ctx);
            }
            None => {
                participant.close_socket(CloseCode::Internal, ctx);
                participant.dismissed = true;
                ctx.stop();
            }
        }));
    }
}

fn count_join(stage: Stage) {
    let outcome = if stage == Stage::Joined { "joined" } else { "waiting" };
    metrics::counter!("greenroom_joins_total", "outcome" => outcome).increment(1);
}

fn count_resume(outcome: &'static str) {
    metrics::counter!("greenroom_resumes_total", "outcome" => outcome).increment(1);
}

fn watch_room(ctx: &mut Context<Participant>, pulse: PulseWatch) {
    let gone = actix::fut::wrap_future::<_, Participant>(pulse.gone());
    ctx.spawn(gone.map(|(), participant, ctx| {
        if !participant.dismissed {
            participant.find_room_again(ctx);
        }
    }));
}

impl Actor for Participant {
    type Context = Context<Self>;
}

impl Drop for Participant {
    fn drop(&mut self) {
        // After a panic the socket would hang: tell the client to resume.
        if !self.dismissed
            && let Some(socket) = &self.socket
        {
            drop(socket.to.try_send(ToSocket::Close(CloseCode::Internal)));
        }
    }
}

#[cfg(test)]
mod tests;

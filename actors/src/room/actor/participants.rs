//! The room and its participants' actors: who is let in gets one, and each has what it missed made good.

use super::*;

impl Room {
    /// The state let them in: give the socket to their participant, made now unless it is there.
    pub(super) fn let_in(&mut self, entering: Entering, stage: Stage, ctx: &mut Context<Self>) {
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
    pub(super) fn adopt(&mut self, id: ParticipantId, addr: Addr<Participant>, pulse: PulseWatch, ctx: &mut Context<Self>) {
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

    /// Sends a snapshot to those whose mailbox was full.
    pub(super) fn catch_up(&mut self, ctx: &mut Context<Self>) {
        for id in self.people.take_lagging() {
            if let Some(event) = self.snapshot_event(id) {
                self.queue_snapshot(id, event, ctx);
            }
        }
    }

    pub(super) fn snapshot_event(&self, id: ParticipantId) -> Option<ServerEvent> {
        match self.state.stage(id)? {
            Stage::Joined => self.state.welcome_for(id).map(|welcome| ServerEvent::Welcome(Box::new(welcome))),
            Stage::Waiting => self.state.waiting_for(id).map(|waiting| ServerEvent::Waiting(Box::new(waiting))),
        }
    }

    /// A snapshot takes its place behind what is decided but not kept yet: it holds that already.
    pub(super) fn queue_snapshot(&mut self, to: ParticipantId, event: ServerEvent, ctx: &mut Context<Self>) {
        let decided = Decided { seq: self.seq, work: Work::Snapshot { to, event: Box::new(event) } };
        if self.pending.is_empty() {
            self.release(decided, ctx);
        } else {
            self.pending.push(None, decided);
        }
    }

    pub(super) fn give_up_on_the_missing(&mut self, ctx: &mut Context<Self>) {
        let everybody: Vec<ParticipantId> = self.state.everybody().map(|(id, _)| id).collect();
        for id in everybody {
            if self.people.socket(id).is_none() {
                self.take(Input::Disconnected { participant: id }, Asker::Nobody, ctx);
            }
        }
    }

    /// Who comes in with a resume token must be known by it.
    pub(super) fn check_resume(&self, token: &ResumeToken) -> Result<(), CommandError> {
        self.state.check_resume(token.participant, &token.hash(), self.setup.clock.now())
    }
}

/// What to close a refused socket with.
pub(super) fn refused(error: CommandError) -> Refused {
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

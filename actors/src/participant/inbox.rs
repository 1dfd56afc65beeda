//! What a participant does with each message of its socket and of its room.

use super::*;

impl Handler<Attach> for Participant {
    type Result = ();

    fn handle(&mut self, attach: Attach, ctx: &mut Self::Context) {
        if let Some(old) = self.socket.take() {
            drop(old.to.try_send(ToSocket::Close(CloseCode::JoinedElsewhere)));
        }
        // Nobody may wait for it any more: then the socket says that it is closed.
        drop(attach.answer.send(Ok(ctx.address())));
        let now = self.setup.clock.now();
        self.stage = attach.stage;
        self.socket = Some(attach.socket);
        self.unanswered.clear();
        self.awaiting_snapshot = None;
        let started = |replayed| Ok(ReplyBody::Started { state: attach.stage, participant_id: self.id, replayed });
        match attach.start {
            Start::Hello { resume_token } => {
                count_join(attach.stage);
                let result = started(None);
                self.resume_token = resume_token;
                self.outbox = Outbox::new(self.setup.outbox);
                self.outbox.attach(0, now);
                self.reply(attach.reference, result, ctx);
            }
            Start::Fresh { last_seq, resume_token } => {
                count_resume("snapshot");
                let result = started(Some(false));
                self.resume_token = resume_token;
                self.outbox.restart_after(last_seq);
                self.reply(attach.reference, result, ctx);
            }
            Start::Resume { last_seq, resume_token } => {
                let (replayed, not_replayed) = (started(Some(true)), started(Some(false)));
                self.resume_token = resume_token;
                match self.outbox.attach(last_seq, now) {
                    Replay::Missed(texts) => {
                        count_resume("replayed");
                        self.reply(attach.reference, replayed, ctx);
                        self.send_texts(texts, ctx);
                    }
                    Replay::SnapshotNeeded => {
                        count_resume("snapshot");
                        self.reply(attach.reference, not_replayed, ctx);
                        self.outbox.detach();
                        self.awaiting_snapshot = Some(AwaitedSnapshot { last_seq });
                        self.tell_room(to_room::WantSnapshot { participant: self.id }, ctx);
                    }
                }
            }
        }
    }
}

impl Handler<Incoming> for Participant {
    type Result = ();

    fn handle(&mut self, incoming: Incoming, ctx: &mut Self::Context) {
        if self.socket.as_ref().is_none_or(|socket| socket.number != incoming.socket) {
            return;
        }
        let Incoming { received, reference, .. } = incoming;
        let asked = Asked { name: incoming.command.name(), reference, received };
        metrics::histogram!("greenroom_mailbox_wait_seconds", "actor" => "participant").record(received.elapsed().as_secs_f64());
        let now = self.setup.clock.now();
        match self.budget.spend(&self.setup.rates, &incoming.command, now) {
            Verdict::Pass => {}
            Verdict::Refuse(error) => return self.answer(&asked, Err(error), ctx),
            Verdict::Close => return self.close_socket(CloseCode::TooFast, ctx),
        }
        match incoming.command {
            ClientCommand::Ack(ack) => {
                let mut texts = self.outbox.ack(ack.seq, now);
                texts.extend(self.outbox.confirmed());
                self.send_texts(texts, ctx);
                self.answer(&asked, Ok(ReplyBody::Done {}), ctx);
            }
            ClientCommand::Ping(_) => self.answer(&asked, Ok(ReplyBody::Pong { server_time: now }), ctx),
            ClientCommand::Hello(_) | ClientCommand::Resume(_) => {
                let error = CommandError::new(ErrorCode::AlreadyAuthenticated, "this connection has started already");
                self.answer(&asked, Err(error), ctx);
            }
            ClientCommand::GetIceServers(_) if self.stage == Stage::Joined => {
                let ice_servers = self.setup.ice.for_participant(self.id, now);
                self.answer(&asked, Ok(ReplyBody::IceServers { ice_servers }), ctx);
            }
            ClientCommand::EmotionClip(clip) => self.read_clip(asked, Clip::Base64(clip.clip), ctx),
            ClientCommand::Simulate(simulate) => {
                let result = self.simulate(simulate.fault, ctx);
                self.answer(&asked, result, ctx);
            }
            command => self.pass_on(asked, command, ctx),
        }
    }
}

impl Handler<IncomingClip> for Participant {
    type Result = ();

    fn handle(&mut self, incoming: IncomingClip, ctx: &mut Self::Context) {
        if self.socket.as_ref().is_none_or(|socket| socket.number != incoming.socket) {
            return;
        }
        let command = client::EmotionClip { clip: String::new() }.into();
        let asked = Asked { name: "emotion_clip", reference: None, received: incoming.received };
        match self.budget.spend(&self.setup.rates, &command, self.setup.clock.now()) {
            Verdict::Pass => self.read_clip(asked, Clip::File(incoming.file), ctx),
            Verdict::Refuse(error) => self.answer_clip(&asked, true, Err(error), ctx),
            Verdict::Close => self.close_socket(CloseCode::TooFast, ctx),
        }
    }
}

impl Handler<Answer> for Participant {
    type Result = ();

    fn handle(&mut self, answer: Answer, ctx: &mut Self::Context) {
        // Otherwise asked on a socket that is gone: on this one the number may mean something else.
        if let Some(asked) = answer.reference.and_then(|reference| self.unanswered.take(reference)) {
            self.answer(&asked, answer.result, ctx);
        }
    }
}

impl Handler<Deliver> for Participant {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, ctx: &mut Self::Context) {
        self.room_seq = deliver.room_seq;
        let frame = match deliver.event {
            Outgoing::Shared(frame) => frame,
            Outgoing::Personal(event) => self.personal(*event),
        };
        self.push(frame, ctx);
    }
}

impl Handler<TakeSnapshot> for Participant {
    type Result = ();

    fn handle(&mut self, snapshot: TakeSnapshot, ctx: &mut Self::Context) {
        self.room_seq = snapshot.room_seq;
        let last_seq = self.awaiting_snapshot.take().map_or(0, |awaited| awaited.last_seq);
        let frame = self.personal(*snapshot.event);
        let text = self.outbox.attach_with_snapshot(last_seq, frame, self.setup.clock.now());
        if self.socket.is_some() {
            self.tell_socket(ToSocket::Text(text), ctx);
        } else {
            self.outbox.detach();
        }
    }
}

impl Handler<Granted> for Participant {
    type Result = ();

    fn handle(&mut self, granted: Granted, ctx: &mut Self::Context) {
        if self.socket.is_some() {
            self.tell_room(to_room::Redeem { participant: self.id, grant: granted.grant }, ctx);
        }
    }
}

impl Handler<Dismiss> for Participant {
    type Result = ();

    fn handle(&mut self, dismiss: Dismiss, ctx: &mut Self::Context) {
        self.dismissed = dismiss.forget;
        self.close_socket(dismiss.code, ctx);
        if dismiss.forget {
            ctx.stop();
        }
    }
}

impl Handler<SocketClosed> for Participant {
    type Result = ();

    fn handle(&mut self, closed: SocketClosed, ctx: &mut Self::Context) {
        if self.socket.as_ref().is_some_and(|socket| socket.number == closed.socket) {
            self.drop_socket(ctx);
        }
    }
}

impl Handler<SocketAlive> for Participant {
    type Result = ();

    fn handle(&mut self, _: SocketAlive, ctx: &mut Self::Context) {
        let texts = self.outbox.confirmed();
        self.send_texts(texts, ctx);
    }
}

impl Handler<ObserveParticipant> for Participant {
    type Result = MessageResult<ObserveParticipant>;

    fn handle(&mut self, _: ObserveParticipant, _: &mut Self::Context) -> Self::Result {
        let (unacknowledged, queued) = self.outbox.depth();
        MessageResult(ParticipantObservation {
            participant_id: self.id,
            stage: self.stage,
            attached: self.socket.is_some(),
            last_seq: self.outbox.last_sent(),
            unacknowledged,
            queued,
        })
    }
}

impl Participant {
    /// The clip is theirs, and they sent it to be read: that is all the consent there can be.
    fn read_clip(&mut self, asked: Asked, clip: Clip, ctx: &mut Context<Self>) {
        let bare = matches!(clip, Clip::File(_));
        if self.stage != Stage::Joined {
            let error = CommandError::new(ErrorCode::NotAdmitted, "wait until a host lets you in");
            return self.answer_clip(&asked, bare, Err(error), ctx);
        }
        let Some(reader) = &self.setup.emotion else {
            return self.answer_clip(&asked, bare, Err(CommandError::not_available("emotion")), ctx);
        };
        let reading = reader.clip(self.id, clip);
        ctx.spawn(reading.into_actor(self).map(move |read, participant, ctx| {
            let result = read.map(|emotion| ReplyBody::Emotion { emotion: Box::new(emotion) });
            participant.answer_clip(&asked, bare, result, ctx);
        }));
    }

    /// A bare file can't carry a number, and is answered all the same: with none.
    fn answer_clip(&mut self, asked: &Asked, bare: bool, result: CommandResult, ctx: &mut Context<Self>) {
        if !bare {
            return self.answer(asked, result, ctx);
        }
        asked.answered();
        self.send_reply(None, result, ctx);
    }
}

//! What the room does with each message: checks that it may, and hands the input to the state.

use super::*;
use futures_util::future::join_all;

impl Handler<Enter> for Room {
    type Result = ();

    fn handle(&mut self, enter: Enter, ctx: &mut Self::Context) {
        let Enter { entrance, socket, reference, answer } = enter;
        let open = if self.draining { Err(CommandError::busy()) } else { self.open_for_changes() };
        let checked = open.and_then(|()| match &entrance {
            Entrance::Hello(_) => Ok(()),
            Entrance::Resume { token, .. } => self.check_resume(token),
        });
        if let Err(error) = checked {
            return drop(answer.send(Err(refused(error))));
        }
        let (participant, token, input) = match &entrance {
            Entrance::Hello(claims) => {
                let participant = self.state.find_identity(&claims.identity).map_or_else(|| Uuid::new_v4().into(), |(id, _)| id);
                let token = ResumeToken::new(self.record.room_id, participant, Uuid::new_v4());
                let input = Input::Hello { participant, claims: claims.clone(), resume_hash: token.hash() };
                (participant, token, input)
            }
            Entrance::Resume { token, fresh, .. } => {
                (token.participant, token.clone(), Input::Resumed { participant: token.participant, fresh: *fresh })
            }
        };
        let resume_token = token.encode();
        let entering = Entering { participant, entrance, resume_token, socket, reference, answer, stage: None };
        self.take(input, Asker::Entering(Box::new(entering)), ctx);
    }
}

impl Handler<FromParticipant> for Room {
    type Result = ();

    fn handle(&mut self, message: FromParticipant, ctx: &mut Self::Context) {
        let FromParticipant { participant, reference, command, sent } = message;
        metrics::histogram!("greenroom_mailbox_wait_seconds", "actor" => "room").record(sent.elapsed().as_secs_f64());
        if let Err(error) = self.open_for_changes() {
            return self.people.answer(participant, reference, Err(error));
        }
        self.take(Input::Command { from: participant, command }, Asker::Participant { id: participant, reference }, ctx);
    }
}

impl Handler<Redeem> for Room {
    type Result = ();

    fn handle(&mut self, redeem: Redeem, ctx: &mut Self::Context) {
        self.take(Input::Redeem { participant: redeem.participant, grant: redeem.grant }, Asker::Nobody, ctx);
    }
}

impl Handler<SocketGone> for Room {
    type Result = ();

    fn handle(&mut self, gone: SocketGone, ctx: &mut Self::Context) {
        if self.people.socket(gone.participant) == Some(gone.socket) && !self.draining {
            self.people.set_socket(gone.participant, None);
            self.take(Input::Disconnected { participant: gone.participant }, Asker::Nobody, ctx);
        }
    }
}

impl Handler<WantSnapshot> for Room {
    type Result = ();

    fn handle(&mut self, want: WantSnapshot, ctx: &mut Self::Context) {
        if let Some(event) = self.snapshot_event(want.participant) {
            self.queue_snapshot(want.participant, event, ctx);
        }
    }
}

impl Handler<ForgetResume> for Room {
    type Result = ();

    fn handle(&mut self, forget: ForgetResume, ctx: &mut Self::Context) {
        self.take(Input::ForgetResume { participant: forget.participant }, Asker::Nobody, ctx);
    }
}

impl Handler<Reattach> for Room {
    type Result = ();

    fn handle(&mut self, back: Reattach, ctx: &mut Self::Context) {
        let id = back.participant;
        // Whoever came back before their actor did has another one, whose numbers are further: two would count against one another.
        if self.people.addr(id).is_some_and(|known| known != back.addr && known.connected()) {
            let _ = back.addr.try_send(to_participant::Dismiss { code: CloseCode::JoinedElsewhere, forget: true });
            return;
        }
        self.adopt(id, back.addr, back.pulse, ctx);
        self.people.set_socket(id, back.socket);
        match self.snapshot_event(id) {
            None => self.people.forget(id),
            Some(event) if back.room_seq < self.seq => self.queue_snapshot(id, event, ctx),
            Some(_) => {}
        }
    }
}

impl Handler<FileUploaded> for Room {
    type Result = ();

    fn handle(&mut self, uploaded: FileUploaded, ctx: &mut Self::Context) {
        let FileUploaded { participant, file, answer } = uploaded;
        match self.open_for_changes() {
            Ok(()) => self.take(Input::FileUploaded { participant, file }, Asker::Outside(answer), ctx),
            Err(error) => drop(answer.send(Err(error))),
        }
    }
}

impl Handler<RoomChanged> for Room {
    type Result = ();

    fn handle(&mut self, changed: RoomChanged, ctx: &mut Self::Context) {
        self.record = (*changed.record).clone();
        self.take(Input::RoomChanged { record: changed.record }, Asker::Nobody, ctx);
    }
}

impl Handler<EndSession> for Room {
    type Result = ();

    fn handle(&mut self, end: EndSession, ctx: &mut Self::Context) {
        self.take(Input::End { reason: end.reason }, Asker::Outside(end.answer), ctx);
    }
}

impl Handler<Drain> for Room {
    type Result = ();

    fn handle(&mut self, drain: Drain, ctx: &mut Self::Context) {
        self.draining = true;
        let event = ServerEvent::ServerDraining { reconnect_to: drain.reconnect_to, retry_in_ms: drain.retry_in_ms };
        let everybody = self.people.ids();
        self.people.deliver(&everybody, self.seq, event);
        for id in everybody {
            self.people.close(id, CloseCode::Draining);
        }
        let kept = self.setup.store.save_snapshot(self.snapshot());
        ctx.spawn(kept.into_actor(self).map(|_, _, _| {
            // Whoever drains may have given up waiting.
            let _ = drain.answer.send(());
        }));
    }
}

impl Handler<SimulatePanic> for Room {
    type Result = ();

    fn handle(&mut self, _: SimulatePanic, _: &mut Self::Context) {
        panic!("simulated fault: the room panics");
    }
}

impl Handler<Observe> for Room {
    type Result = MessageResult<Observe>;

    fn handle(&mut self, _: Observe, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.state.observe())
    }
}

impl Handler<ObserveEverybody> for Room {
    type Result = ResponseFuture<RoomObservation>;

    fn handle(&mut self, _: ObserveEverybody, _: &mut Self::Context) -> Self::Result {
        let asked: Vec<_> = self.people.addresses().iter().map(|addr| addr.send(to_participant::ObserveParticipant)).collect();
        let (live, journal_seq, uncommitted) = (self.state.observe(), self.seq, self.pending.len());
        Box::pin(async move {
            let participants = join_all(asked).await.into_iter().flatten().collect();
            RoomObservation { live, journal_seq, uncommitted, participants }
        })
    }
}

impl Handler<Allows> for Room {
    type Result = Option<bool>;

    fn handle(&mut self, asked: Allows, _: &mut Self::Context) -> Option<bool> {
        self.state.agrees(asked.0, asked.1)
    }
}

impl Handler<IsMember> for Room {
    type Result = bool;

    fn handle(&mut self, member: IsMember, _: &mut Self::Context) -> bool {
        self.state.stage(member.0) == Some(Stage::Joined)
    }
}

impl Handler<ConsentsOf> for Room {
    type Result = Option<(ParticipantId, crate::protocol::Consents)>;

    fn handle(&mut self, member: ConsentsOf, _: &mut Self::Context) -> Self::Result {
        let (id, _) = self.state.find_identity(&member.0).filter(|(_, stage)| *stage == Stage::Joined)?;
        Some((id, self.state.member(id).ok()?.person.consents))
    }
}

impl Handler<MemberOf> for Room {
    type Result = Option<ParticipantId>;

    fn handle(&mut self, member: MemberOf, _: &mut Self::Context) -> Option<ParticipantId> {
        self.state.find_identity(&member.0).filter(|(_, stage)| *stage == Stage::Joined).map(|(id, _)| id)
    }
}

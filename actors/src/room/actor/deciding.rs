//! One input after the other: decided at once, done when it is kept.

use super::*;
use crate::ports::ConsentRecord;

impl Room {
    /// One input: decided at once, done when it is kept.
    pub(super) fn take(&mut self, input: Input, asker: Asker, ctx: &mut Context<Self>) {
        self.look_at_needs(ctx);
        let now = self.setup.clock.now();
        let relay = is_relay(&input);
        let drawn = Drawn { draw: Draw(Uuid::new_v4()), input };
        let Outcome { reply, effects, durable } = self.state.apply(&drawn, now);
        let (commands, effects) = self.split_media(effects);
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

    pub(super) fn committed(&mut self, seq: u64, ctx: &mut Context<Self>) {
        self.pending.committed(seq);
        while let Some(decided) = self.pending.pop_ready() {
            self.release(decided, ctx);
        }
        if seq >= self.snapshot_seq + SNAPSHOT_EVERY {
            self.save_snapshot(ctx);
        }
    }

    pub(super) fn release(&mut self, decided: Decided, ctx: &mut Context<Self>) {
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
            Effect::ConsentGiven { identity, purpose, granted, text_version } => {
                let at = self.setup.clock.now();
                self.keep_consent(ConsentRecord { identity, purpose, granted, text_version, at }, ctx);
            }
            Effect::Recorder(news) => self.tell_recorder(news),
            Effect::EmotionWanted(wanted) => self.tell_emotion_reader(wanted),
            Effect::EmotionRead(reading) => self.keep_emotion(*reading, ctx),
            Effect::SwitchEnded(ended) => self.note_switch(&ended),
            // Done when they were decided.
            Effect::Media(_) | Effect::Sink(_) | Effect::Conclude(_) => {}
        }
        if self.people.someone_lags() {
            ctx.run_later(Duration::from_millis(50), |room, ctx| room.catch_up(ctx));
        }
    }

    /// May a command change anything now?
    pub(super) fn open_for_changes(&self) -> Result<(), CommandError> {
        if self.ended {
            return Err(CommandError::new(ErrorCode::RoomEnded, "the session has ended"));
        }
        if self.pending.len() >= PENDING_MAX {
            return Err(CommandError::new(ErrorCode::StorageUnavailable, "nothing can be kept at the moment").retry_in(2_000));
        }
        Ok(())
    }
}

/// What the state found out in this turn, to be taken at once.
pub(super) fn conclusions(effects: &[Effect]) -> Vec<Input> {
    effects.iter().filter_map(|effect| if let Effect::Conclude(input) = effect { Some(input.clone()) } else { None }).collect()
}

/// Relays change nothing and wait for nothing: media negotiation goes on while the store is slow.
fn is_relay(input: &Input) -> bool {
    use ClientCommand as C;
    matches!(input, Input::Command { command: C::Offer(_) | C::Answer(_) | C::IceCandidate(_), .. })
}

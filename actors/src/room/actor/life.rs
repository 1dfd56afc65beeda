//! A session from its first entry to its last: what it keeps when it opens and ends, and the one timer in between.

use super::*;

impl Room {
    /// One timer, for the state's next deadline.
    pub(super) fn set_timer(&mut self, ctx: &mut Context<Self>) {
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
    pub(super) fn count(&mut self) {
        let LiveRoom { participants, waiting, .. } = self.state.observe();
        let (before, now) = (self.counted, (participants, waiting));
        metrics::gauge!("greenroom_participants").increment(now.0 as f64 - before.0 as f64);
        metrics::gauge!("greenroom_waiting").increment(now.1 as f64 - before.1 as f64);
        self.counted = now;
    }

    pub(super) fn keep_opening(&mut self, opening: Opening, ctx: &mut Context<Self>) {
        let (session_id, now) = (opening.session_id, opening.opened_at);
        let input = replay::head_line(&Start::Opening(Box::new(opening)));
        let entry = Arc::new(JournalEntry { session_id, seq: 0, at: now, input });
        self.start_session(self.record.room_id, now, ctx);
        self.append(entry.clone(), ctx);
        let work = Work::Outcome { asker: Asker::Nobody, reply: Ok(ReplyBody::Done {}), effects: Vec::new() };
        self.pending.push(Some(entry), Decided { seq: 0, work });
    }

    pub(super) fn room_id(&self) -> RoomId {
        self.record.room_id
    }

    pub(super) fn keep_end(&mut self, reason: EndReason, summary: crate::ports::SessionSummary, ctx: &mut Context<Self>) {
        self.ended = true;
        self.setup.needs.end(self.record.room_id);
        self.set_timer(ctx);
        self.end_session(reason, summary, ctx);
    }

    pub(super) fn stop(&mut self, ctx: &mut Context<Self>) {
        self.orderly.store(true, Ordering::Release);
        ctx.stop();
    }
}

//! What time does by itself: graces run out, rooms expire, sessions end.

use super::{
    CommandResult, Effect,
    state::{RoomState, done},
    turn::Turn,
};
use crate::{
    clock::Timestamp,
    ids::*,
    protocol::{CloseCode, EndReason, LeaveReason, ServerEvent},
};
use serde_json::json;

impl RoomState {
    /// When the room wants its next `Tick`.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if self.ended.is_some() {
            return None;
        }
        let rules = &self.rules;
        let members = self.members.values().filter_map(|member| Some(member.gone_at? + rules.resume_grace()));
        let knocks = self.waiting.values().filter_map(|knock| Some(knock.gone_at? + rules.knock_grace()));
        let leases = self.waiting.values().filter_map(|knock| Some(knock.lease.as_ref()?.until));
        let empty = self.empty_since.map(|since| since + rules.empty_grace());
        let hand_over = self.hand_over_at();
        let path = self.path_deadline();
        members.chain(knocks).chain(leases).chain(empty).chain(hand_over).chain(path).chain(self.record.expires_at).min()
    }

    pub(super) fn hand_over_at(&self) -> Option<Timestamp> {
        let since = self.host_absent_since.filter(|_| self.record.settings.hand_over_host)?;
        Some(since + self.rules.host_absent_grace())
    }

    /// Does everything that is due.
    pub(super) fn sweep(&mut self, turn: &mut Turn) {
        if self.ended.is_some() {
            return;
        }
        let now = turn.now;
        let due = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline <= now);
        if due(self.record.expires_at) {
            return self.finish(EndReason::Expired, turn);
        }
        if due(self.empty_since.map(|since| since + self.rules.empty_grace())) {
            return self.finish(EndReason::Empty, turn);
        }
        self.drop_the_lost(turn);
        self.drop_lost_knocks(turn);
        if due(self.hand_over_at()) {
            self.hand_over(turn);
        }
    }

    fn drop_the_lost(&mut self, turn: &mut Turn) {
        let grace = self.rules.resume_grace();
        let lost = |gone_at: Option<Timestamp>| gone_at.is_some_and(|gone_at| gone_at + grace <= turn.now);
        let ids: Vec<_> = self.members.iter().filter(|(_, member)| lost(member.gone_at)).map(|(id, _)| *id).collect();
        for id in ids {
            self.part(id, LeaveReason::ConnectionLost, turn);
            turn.forget(id);
        }
    }

    fn drop_lost_knocks(&mut self, turn: &mut Turn) {
        let (now, grace) = (turn.now, self.rules.knock_grace());
        let mut lost = Vec::new();
        for (id, knock) in &mut self.waiting {
            if knock.lease.as_ref().is_some_and(|lease| lease.until <= now) {
                knock.lease = None;
                turn.changed();
            }
            if knock.gone_at.is_some_and(|gone_at| gone_at + grace <= now) {
                lost.push(*id);
            }
        }
        for id in lost {
            self.stop_waiting(id, turn);
            turn.forget(id);
        }
    }

    pub(super) fn end(&mut self, reason: EndReason, turn: &mut Turn) -> CommandResult {
        self.finish(reason, turn);
        done()
    }

    pub(super) fn end_by(&mut self, from: ParticipantId, turn: &mut Turn) -> CommandResult {
        if let Some(actor) = self.identity(from) {
            turn.audit(&actor, "session.ended", json!({ "by": from }));
        }
        self.end(EndReason::EndedByHost, turn)
    }

    fn finish(&mut self, reason: EndReason, turn: &mut Turn) {
        let all: Vec<_> = self.everybody().map(|(id, _)| id).collect();
        self.finish_recording(turn);
        for (id, member) in std::mem::take(&mut self.members) {
            self.book.left(id, &member.person, turn.now);
        }
        let summary = Box::new(self.summary(turn.now));
        self.waiting.clear();
        self.close_media(turn);
        if self.transient.emotion_wanted {
            turn.effect(Effect::EmotionWanted(false));
        }
        self.transient = Default::default();
        self.ended = Some(reason);
        turn.deliver(all.clone(), ServerEvent::SessionEnded { reason });
        all.into_iter().for_each(|id| turn.dismiss(id, CloseCode::SessionEnded));
        turn.effect(Effect::SessionEnded { reason, summary });
        turn.changed();
    }
}

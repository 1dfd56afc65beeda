//! What clients measure becomes a score that everybody sees, a warning with advice, and a point on the time line.

use super::{
    CommandResult, Effect, quality,
    state::{RoomState, done},
    transient::ToldQuality,
    turn::Turn,
};
use crate::{
    ids::*,
    ports::QualityPoint,
    protocol::{
        ServerEvent,
        client::{PeerStats, Telemetry},
    },
};
use std::time::Duration;

impl RoomState {
    pub(super) fn telemetry(&mut self, from: ParticipantId, command: &Telemetry, turn: &mut Turn) -> CommandResult {
        command.check()?;
        // A link to somebody who has just left says nothing about now.
        let here = |peer: &&PeerStats| peer.participant_id != from && self.members.contains_key(&peer.participant_id);
        let peers: Vec<PeerStats> = command.peers.iter().filter(here).cloned().collect();
        let score = quality::score(&peers);
        if let Some(score) = &score {
            self.keep_quality(from, score, turn);
            self.tell_quality(from, score.mos, turn);
        }
        self.judge_mesh(from, &peers, command.cpu_limited, turn);
        if let Some(problem) = quality::problem(score.as_ref(), &peers, command.cpu_limited) {
            self.warn(from, problem, turn);
        }
        done()
    }

    fn keep_quality(&self, from: ParticipantId, score: &quality::Score, turn: &mut Turn) {
        turn.effect(Effect::Quality(QualityPoint {
            session_id: self.session,
            participant_id: from,
            at: turn.now,
            score: score.mos,
            rtt_ms: score.rtt_ms,
            loss: score.loss,
            jitter_ms: score.jitter_ms,
        }));
    }

    fn tell_quality(&mut self, from: ParticipantId, score: f32, turn: &mut Turn) {
        let level = quality::level(score);
        let pause = Duration::from_millis(self.rules.quality_every_ms);
        let news = match self.transient.quality.get(&from) {
            Some(told) => turn.now.since(told.at) >= pause && (told.level != level || (told.score - score).abs() > 0.05),
            None => true,
        };
        if news {
            self.transient.quality.insert(from, ToldQuality { at: turn.now, score, level });
            turn.deliver(self.everyone(), ServerEvent::QualityUpdated { participant_id: from, score, level });
        }
    }

    fn warn(&mut self, from: ParticipantId, reason: crate::protocol::server::QualityProblem, turn: &mut Turn) {
        let pause = Duration::from_millis(self.rules.warning_every_ms);
        let warned = self.transient.warned_at.get(&from);
        if warned.is_some_and(|at| turn.now.since(*at) < pause) {
            return;
        }
        self.transient.warned_at.insert(from, turn.now);
        let mut to = self.with_role(|role| role.is_host());
        if !to.contains(&from) {
            to.push(from);
        }
        let advice = quality::advice(reason).to_owned();
        turn.deliver(to, ServerEvent::QualityWarned { participant_id: from, reason, advice });
    }
}

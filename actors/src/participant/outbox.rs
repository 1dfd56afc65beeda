//! What one person still has to be sent. Sequence numbers, acknowledgements, replay and the bound on a slow consumer are decided here.
//!
//! An event is numbered when it goes onto the socket. While it waits for its turn a newer one of the same subject may take its place, so that
//! a slow reader's queue stays as long as there are subjects, not as long as there were changes.

use crate::{
    clock::Timestamp,
    protocol::{CoalesceKey, ServerEvent},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// An event, serialised once for everybody who gets it.
pub struct Frame {
    /// The event as a JSON object without its `seq`.
    body: Box<str>,
    latest_wins: Option<CoalesceKey>,
    coalesces: Option<CoalesceKey>,
}

impl Frame {
    pub fn new(event: &ServerEvent) -> Arc<Frame> {
        let body = serde_json::to_string(event).expect("events are plain data").into_boxed_str();
        Arc::new(Frame { body, latest_wins: event.latest_wins(), coalesces: event.coalesces() })
    }

    fn numbered(&self, seq: u64) -> String {
        let mut text = String::with_capacity(self.body.len() + 28);
        text.push_str("{\"seq\":");
        text.push_str(&seq.to_string());
        text.push(',');
        text.push_str(&self.body[1..]);
        text
    }
}

/// How much may be on its way to one person.
#[derive(Clone, Copy, Debug)]
pub struct OutboxLimits {
    /// Numbered events on the socket that are not acknowledged.
    pub window: usize,
    /// Events waiting behind the window, or for the socket to come back.
    pub queue: usize,
    /// How long a full window may stay without any progress.
    pub patience: Duration,
}

impl Default for OutboxLimits {
    fn default() -> Self {
        Self { window: 256, queue: 1_000, patience: Duration::from_secs(10) }
    }
}

/// What `attach` could do for a client that came back.
#[derive(Debug, PartialEq, Eq)]
pub enum Replay {
    /// Exactly what was missed, in order.
    Missed(Vec<String>),
    /// More was missed than is kept: the client needs a snapshot.
    SnapshotNeeded,
}

pub struct Outbox {
    limits: OutboxLimits,
    /// The number of the last event that was put on a socket.
    last_sent: u64,
    /// Numbered, not acknowledged; the first has number `last_sent - len + 1`.
    unacked: VecDeque<Arc<Frame>>,
    /// Not yet numbered.
    queued: VecDeque<Arc<Frame>>,
    /// Latest-wins events that wait: at most one a key.
    held: Vec<Arc<Frame>>,
    /// Latest-wins events sent since the client last showed that it reads.
    unconfirmed: usize,
    attached: bool,
    /// Something was dropped: only a snapshot helps.
    lost: bool,
    /// What was sent before is not known here, so that the client's word for it is taken, until it confirms a number of ours.
    restored: bool,
    /// Since when the window is full.
    full_since: Option<Timestamp>,
}

impl Outbox {
    pub fn new(limits: OutboxLimits) -> Self {
        Self {
            limits,
            last_sent: 0,
            unacked: VecDeque::new(),
            queued: VecDeque::new(),
            held: Vec::new(),
            unconfirmed: 0,
            attached: false,
            lost: false,
            restored: false,
            full_since: None,
        }
    }

    /// Of somebody who was here before this process or this actor was: nothing of theirs can be replayed.
    pub fn restored(limits: OutboxLimits) -> Self {
        Self { lost: true, restored: true, ..Self::new(limits) }
    }

    /// Takes an event; returns what may go onto the socket now.
    pub fn push(&mut self, frame: Arc<Frame>, now: Timestamp) -> Option<String> {
        if let Some(key) = frame.latest_wins {
            return self.push_latest(frame, key);
        }
        if self.attached && self.queued.is_empty() && self.unacked.len() < self.limits.window {
            return Some(self.send(frame, now));
        }
        self.enqueue(frame);
        None
    }

    fn push_latest(&mut self, frame: Arc<Frame>, key: CoalesceKey) -> Option<String> {
        if self.attached && self.held.is_empty() && self.unconfirmed < self.limits.window {
            self.unconfirmed += 1;
            return Some(frame.body.to_string());
        }
        match self.held.iter().position(|other| other.latest_wins == Some(key)) {
            Some(place) => self.held[place] = frame,
            None if self.held.len() < self.limits.queue => self.held.push(frame),
            None => {}
        }
        None
    }

    fn enqueue(&mut self, frame: Arc<Frame>) {
        if self.lost {
            return;
        }
        if let Some(key) = frame.coalesces {
            // Only behind nothing but other subjects' states may it take the older one's place: order between subjects is kept.
            let older = self.queued.iter().rposition(|other| other.coalesces == Some(key));
            if let Some(place) = older
                && self.queued.iter().skip(place).all(|other| other.coalesces.is_some())
            {
                self.queued[place] = frame;
                return;
            }
        }
        if self.queued.len() >= self.limits.queue {
            self.lost = true;
            self.queued.clear();
            return;
        }
        self.queued.push_back(frame);
    }

    fn send(&mut self, frame: Arc<Frame>, now: Timestamp) -> String {
        self.last_sent += 1;
        let text = frame.numbered(self.last_sent);
        self.unacked.push_back(frame);
        if self.unacked.len() >= self.limits.window {
            self.full_since.get_or_insert(now);
        }
        text
    }

    /// The client has everything up to `seq`. Returns what the freed window lets through; a number that was never sent is ignored.
    pub fn ack(&mut self, seq: u64, now: Timestamp) -> Vec<String> {
        if seq > self.last_sent {
            return Vec::new();
        }
        self.forget_up_to(seq);
        self.drain(now)
    }

    /// The client showed that it reads (a pong, an ack).
    pub fn confirmed(&mut self) -> Vec<String> {
        self.unconfirmed = 0;
        if !self.attached {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.held);
        self.unconfirmed = held.len();
        held.into_iter().map(|frame| frame.body.to_string()).collect()
    }

    fn forget_up_to(&mut self, seq: u64) {
        let first = self.last_sent + 1 - self.unacked.len() as u64;
        let done = (seq + 1).saturating_sub(first) as usize;
        if done > 0 {
            self.unacked.drain(..done.min(self.unacked.len()));
            self.full_since = None;
            self.restored = false;
        }
    }

    fn drain(&mut self, now: Timestamp) -> Vec<String> {
        let mut out = Vec::new();
        while self.attached && self.unacked.len() < self.limits.window {
            match self.queued.pop_front() {
                Some(frame) => out.push(self.send(frame, now)),
                None => break,
            }
        }
        out
    }

    /// The socket is gone: from now on events wait.
    pub fn detach(&mut self) {
        self.attached = false;
        self.full_since = None;
    }

    /// A socket is there whose client has everything up to `last_seq`.
    pub fn attach(&mut self, last_seq: u64, now: Timestamp) -> Replay {
        self.attached = true;
        self.unconfirmed = 0;
        self.full_since = None;
        let first_kept = self.last_sent + 1 - self.unacked.len() as u64;
        if self.lost || last_seq > self.last_sent || last_seq + 1 < first_kept {
            return Replay::SnapshotNeeded;
        }
        self.forget_up_to(last_seq);
        let from = last_seq + 1;
        let mut out: Vec<String> = self.unacked.iter().zip(from..).map(|(frame, seq)| frame.numbered(seq)).collect();
        out.extend(self.drain(now));
        out.extend(self.confirmed());
        Replay::Missed(out)
    }

    /// A socket is there whose client knows nothing: forgets what waits, because a snapshot comes next. Numbers go on after the last one that
    /// the client may have seen: the client's word counts only where ours is lost.
    pub fn restart_after(&mut self, last_seq: u64) {
        if self.restored {
            self.last_sent = self.last_sent.max(last_seq);
        }
        self.unacked.clear();
        self.queued.clear();
        self.held.clear();
        self.lost = false;
        self.attached = true;
        self.unconfirmed = 0;
        self.full_since = None;
    }

    /// A snapshot replaces everything that waits.
    pub fn attach_with_snapshot(&mut self, last_seq: u64, snapshot: Arc<Frame>, now: Timestamp) -> String {
        self.restart_after(last_seq);
        self.send(snapshot, now)
    }

    /// Is the consumer too slow, so that its socket must go?
    pub fn is_slow(&self, now: Timestamp) -> bool {
        self.attached && (self.lost || self.full_since.is_some_and(|since| now.since(since) >= self.limits.patience))
    }

    /// Numbered and unacknowledged, and waiting: for observation.
    pub fn depth(&self) -> (usize, usize) {
        (self.unacked.len(), self.queued.len())
    }

    pub fn is_attached(&self) -> bool {
        self.attached
    }

    pub fn last_sent(&self) -> u64 {
        self.last_sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::at,
        ids::ParticipantId,
        protocol::{LeaveReason, ServerEvent},
    };
    use uuid::Uuid;

    fn left(n: u128) -> Arc<Frame> {
        let participant_id = ParticipantId(Uuid::from_u128(n));
        Frame::new(&ServerEvent::ParticipantLeft { participant_id, reason: LeaveReason::Left })
    }

    fn list() -> Arc<Frame> {
        Frame::new(&ServerEvent::WaitingUpdated { waiting: Vec::new() })
    }

    fn seqs(texts: &[String]) -> Vec<u64> {
        texts.iter().map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["seq"].as_u64().unwrap()).collect()
    }

    fn small() -> Outbox {
        let mut outbox = Outbox::new(OutboxLimits { window: 3, queue: 4, patience: Duration::from_secs(10) });
        assert_eq!(outbox.attach(0, at(0)), Replay::Missed(vec![]));
        outbox
    }

    #[test]
    fn a_cut_socket_gets_exactly_what_it_missed() {
        let mut outbox = small();
        outbox.push(left(1), at(0));
        outbox.push(left(2), at(0));
        outbox.detach();
        assert!(outbox.push(left(3), at(1)).is_none());
        let Replay::Missed(texts) = outbox.attach(1, at(2)) else { panic!("must replay") };
        assert_eq!(seqs(&texts), [2, 3]);
    }

    #[test]
    fn the_window_holds_events_back_until_they_are_acknowledged() {
        let mut outbox = small();
        let sent = (1..=5).filter_map(|n| outbox.push(left(n), at(0))).count();
        assert_eq!(sent, 3);
        assert_eq!(seqs(&outbox.ack(2, at(1))), [4, 5]);
        assert_eq!(outbox.depth(), (3, 0));
    }

    #[test]
    fn a_full_window_without_progress_is_slow_and_progress_heals_it() {
        let mut outbox = small();
        (1..=3).for_each(|n| drop(outbox.push(left(n), at(0))));
        assert!(!outbox.is_slow(at(9_999)));
        assert!(outbox.is_slow(at(10_000)));
        outbox.ack(1, at(10_000));
        assert!(!outbox.is_slow(at(30_000)));
    }

    #[test]
    fn waiting_states_of_one_subject_coalesce_but_never_overtake_other_events() {
        let mut outbox = small();
        outbox.detach();
        outbox.push(list(), at(0));
        outbox.push(list(), at(0));
        assert_eq!(outbox.depth(), (0, 1));
        outbox.push(left(1), at(0));
        outbox.push(list(), at(0));
        assert_eq!(outbox.depth(), (0, 3));
    }

    #[test]
    fn an_overflow_loses_the_queue_and_asks_for_a_snapshot_with_the_next_number() {
        let mut outbox = small();
        outbox.push(left(1), at(0));
        outbox.detach();
        (2..=9).for_each(|n| drop(outbox.push(left(n), at(1))));
        assert_eq!(outbox.attach(1, at(2)), Replay::SnapshotNeeded);
        let text = outbox.attach_with_snapshot(1, list(), at(2));
        assert_eq!(seqs(&[text]), [2]);
    }

    #[test]
    fn a_client_that_heard_more_from_our_predecessor_than_it_said_first_is_believed_again() {
        let mut outbox = Outbox::restored(OutboxLimits::default());
        outbox.restart_after(3);
        assert_eq!(outbox.attach(4, at(0)), Replay::SnapshotNeeded);
        assert_eq!(seqs(&[outbox.attach_with_snapshot(4, list(), at(0))]), [5]);
        outbox.ack(5, at(1));
        assert_eq!(outbox.attach(90, at(2)), Replay::SnapshotNeeded);
        assert_eq!(seqs(&[outbox.attach_with_snapshot(90, list(), at(2))]), [6], "its word counts no more");
    }

    #[test]
    fn after_a_restart_numbers_go_on_where_the_client_was() {
        for last_seq in [0, 41] {
            let mut outbox = Outbox::restored(OutboxLimits::default());
            outbox.push(left(1), at(0));
            assert_eq!(outbox.attach(last_seq, at(0)), Replay::SnapshotNeeded);
            let text = outbox.attach_with_snapshot(last_seq, list(), at(0));
            assert_eq!(seqs(&[text]), [last_seq + 1]);
            assert_eq!(seqs(&[outbox.push(left(2), at(0)).expect("sent")]), [last_seq + 2]);
        }
    }

    #[test]
    fn a_client_that_claims_more_than_it_was_sent_gets_a_snapshot_and_no_gap() {
        let mut outbox = small();
        outbox.push(left(1), at(0));
        outbox.detach();
        assert_eq!(outbox.attach(99_999, at(0)), Replay::SnapshotNeeded);
        let text = outbox.attach_with_snapshot(99_999, list(), at(0));
        assert_eq!(seqs(&[text]), [2]);
    }

    #[test]
    fn a_lying_ack_is_ignored() {
        let mut outbox = small();
        outbox.push(left(1), at(0));
        assert!(outbox.ack(99, at(0)).is_empty());
        assert_eq!(outbox.depth(), (1, 0));
    }

    #[test]
    fn of_latest_wins_events_only_the_newest_waits() {
        let typing = |typing| Frame::new(&ServerEvent::TypingChanged { participant_id: ParticipantId(Uuid::nil()), typing });
        let mut outbox = small();
        outbox.detach();
        outbox.push(typing(true), at(0));
        outbox.push(typing(false), at(0));
        let Replay::Missed(texts) = outbox.attach(0, at(1)) else { panic!("must replay") };
        assert_eq!(texts.len(), 1);
        assert!(texts[0].contains("false") && !texts[0].contains("seq"));
    }
}

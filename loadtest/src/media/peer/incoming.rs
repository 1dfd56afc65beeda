//! A stream that the other side sends: its numbers, what is missing of it, and what is said back about it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::arrivals::unwrap;
use super::rtcp::Block;
use super::sdp::Kind;

/// A hole longer than this is a new beginning, not a loss.
const LONGEST_HOLE: u64 = 3000;
/// Video is asked for again this often, so many times.
const ASK_EVERY: Duration = Duration::from_millis(100);
const ASK_TIMES: u8 = 10;
/// What has not come by then is lost.
const VIDEO_PATIENCE: Duration = Duration::from_millis(1200);
const AUDIO_PATIENCE: Duration = Duration::from_millis(400);

/// Counted since the stream began, in packets.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct StreamCounts {
    pub received: u64,
    pub bytes: u64,
    /// Of `received`: came as a repair.
    pub repaired: u64,
    /// Missing for good.
    pub lost: u64,
    /// Came more than once; padding comes so too.
    pub duplicates: u64,
    pub asked_again: u64,
}

pub struct Stream {
    pub ssrc: u32,
    pub line: usize,
    kind: Kind,
    highest: Option<u64>,
    first: u64,
    missing: BTreeMap<u64, Missing>,
    pub counts: StreamCounts,
    jitter: Jitter,
    report: Option<(u32, Instant)>,
    /// `(expected, received)` when the last report was made.
    reported: (u64, u64),
}

struct Missing {
    since: Instant,
    asked: u8,
    asked_at: Option<Instant>,
}

impl Stream {
    pub fn new(ssrc: u32, line: usize, kind: Kind) -> Self {
        Self {
            ssrc,
            line,
            kind,
            highest: None,
            first: 0,
            missing: BTreeMap::new(),
            counts: StreamCounts::default(),
            jitter: Jitter::default(),
            report: None,
            reported: (0, 0),
        }
    }

    fn clock(&self) -> f64 {
        if self.kind == Kind::Audio { 48_000.0 } else { 90_000.0 }
    }

    /// The number of a packet that came by itself; `None` for one that was here before.
    pub fn arrived(&mut self, now: Instant, seq: u16, timestamp: u32, len: usize) -> Option<u64> {
        let seq = unwrap(self.highest, seq);
        match self.highest {
            None => {
                self.first = seq;
                self.highest = Some(seq);
            }
            Some(highest) if seq > highest => {
                if seq - highest <= LONGEST_HOLE {
                    let missing = |seq| (seq, Missing { since: now, asked: 0, asked_at: None });
                    self.missing.extend((highest + 1..seq).map(missing));
                } else {
                    self.first += seq - highest - 1;
                }
                self.highest = Some(seq);
            }
            Some(_) => return self.late(seq, len, false),
        }
        let clock = self.clock();
        self.jitter.arrived(now, timestamp, clock);
        self.count(len);
        Some(seq)
    }

    /// The number of a packet that came as a repair.
    pub fn repaired(&mut self, seq: u16, len: usize) -> Option<u64> {
        self.highest?;
        self.late(unwrap(self.highest, seq), len, true)
    }

    fn late(&mut self, seq: u64, len: usize, repaired: bool) -> Option<u64> {
        if self.missing.remove(&seq).is_none() {
            self.counts.duplicates += 1;
            return None;
        }
        self.counts.repaired += u64::from(repaired);
        self.count(len);
        Some(seq)
    }

    fn count(&mut self, len: usize) {
        self.counts.received += 1;
        self.counts.bytes += len as u64;
    }

    pub fn has_missing(&self) -> bool {
        !self.missing.is_empty()
    }

    /// What to ask for now; gives up what is too old. Audio is never asked for.
    pub fn asks(&mut self, now: Instant) -> Vec<u16> {
        let patience = if self.kind == Kind::Video { VIDEO_PATIENCE } else { AUDIO_PATIENCE };
        let before = self.missing.len();
        self.missing.retain(|_, missing| now.saturating_duration_since(missing.since) < patience);
        self.counts.lost += (before - self.missing.len()) as u64;
        if self.kind == Kind::Audio {
            return Vec::new();
        }
        let due = self.missing.iter_mut().filter(|(_, missing)| missing.is_due(now));
        let seqs: Vec<u16> = due
            .map(|(seq, missing)| {
                missing.asked += 1;
                missing.asked_at = Some(now);
                *seq as u16
            })
            .collect();
        self.counts.asked_again += seqs.len() as u64;
        seqs
    }

    pub fn heard_report(&mut self, now: Instant, ntp_middle: u32) {
        self.report = Some((ntp_middle, now));
    }

    pub fn block(&mut self, now: Instant) -> Block {
        let expected = self.highest.map_or(0, |highest| highest + 1 - self.first);
        let received = self.counts.received;
        let (expected_before, received_before) = std::mem::replace(&mut self.reported, (expected, received));
        let (more, came) = (expected - expected_before.min(expected), received - received_before);
        let fraction = (more.saturating_sub(came) * 256).checked_div(more).unwrap_or(0);
        let delay = |at: Instant| (now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000) as u32;
        Block {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            lost: expected.saturating_sub(received) as u32,
            highest: self.highest.unwrap_or(0) as u32,
            jitter: self.jitter.value as u32,
            last_report: self.report.map_or(0, |(ntp, _)| ntp),
            delay: self.report.map_or(0, |(_, at)| delay(at)),
        }
    }
}

impl Missing {
    fn is_due(&self, now: Instant) -> bool {
        self.asked < ASK_TIMES && self.asked_at.is_none_or(|at| now.saturating_duration_since(at) >= ASK_EVERY)
    }
}

/// RFC 3550, A.8.
#[derive(Default)]
struct Jitter {
    last: Option<(Instant, u32)>,
    value: f64,
}

impl Jitter {
    fn arrived(&mut self, now: Instant, timestamp: u32, clock: f64) {
        if let Some((at, before)) = self.last {
            let apart = now.saturating_duration_since(at).as_secs_f64() * clock;
            let difference = (apart - f64::from(timestamp.wrapping_sub(before) as i32)).abs();
            self.value += (difference - self.value) / 16.0;
        }
        self.last = Some((now, timestamp));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Story {
        stream: Stream,
        start: Instant,
    }

    impl Story {
        fn of(kind: Kind) -> Self {
            Self { stream: Stream::new(7, 0, kind), start: Instant::now() }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        fn gets(&mut self, ms: u64, seqs: &[u16]) -> usize {
            let now = self.at(ms);
            seqs.iter().filter(|seq| self.stream.arrived(now, **seq, 0, 100).is_some()).count()
        }
    }

    #[test]
    fn a_hole_is_asked_for_again_and_again_then_lost() {
        let mut story = Story::of(Kind::Video);
        assert_eq!(story.gets(0, &[65_534, 65_535, 2]), 3);
        assert_eq!(story.stream.asks(story.at(0)), [0, 1]);
        assert!(story.stream.asks(story.at(50)).is_empty());
        assert!(story.stream.repaired(0, 100).is_some());
        assert_eq!(story.stream.asks(story.at(100)), [1]);
        assert!(story.stream.asks(story.at(1300)).is_empty());
        let counts = story.stream.counts;
        assert_eq!((counts.received, counts.repaired, counts.lost, counts.asked_again), (4, 1, 1, 3));
        assert!(story.stream.repaired(1, 100).is_none(), "too late");
    }

    #[test]
    fn a_late_packet_is_no_loss_and_a_second_one_no_packet() {
        let mut story = Story::of(Kind::Audio);
        assert_eq!(story.gets(0, &[5, 7, 6, 6, 7]), 3);
        assert!(story.stream.asks(story.at(1000)).is_empty());
        assert_eq!((story.stream.counts.lost, story.stream.counts.duplicates), (0, 2));
    }

    #[test]
    fn lost_audio_is_lost_without_asking() {
        let mut story = Story::of(Kind::Audio);
        story.gets(0, &[1, 3]);
        assert!(story.stream.asks(story.at(10)).is_empty());
        assert!(story.stream.asks(story.at(500)).is_empty());
        assert_eq!(story.stream.counts.lost, 1);
    }

    #[test]
    fn a_report_says_what_share_was_lost_since_the_last() {
        let mut story = Story::of(Kind::Video);
        story.gets(0, &[1, 2, 3, 6]);
        let block = story.stream.block(story.at(0));
        assert_eq!((block.fraction_lost, block.lost), (85, 2));
        story.gets(1, &[7, 8]);
        let block = story.stream.block(story.at(1));
        assert_eq!((block.fraction_lost, block.lost), (0, 2));
    }

    #[test]
    fn a_leap_is_a_new_beginning() {
        let mut story = Story::of(Kind::Video);
        story.gets(0, &[1, 20_000]);
        assert!(!story.stream.has_missing());
        assert_eq!(story.stream.block(story.at(0)).lost, 0);
    }
}

//! A sender's clock to the recording's. The server's clock says when a packet came, which trembles; the sender's timestamps don't, but nobody
//! knows where they begin, and they run a little fast or slow. So a timestamp is put where the fastest packets of late say that it belongs, and what
//! changes of that is gone over to so slowly that nobody hears it.
//!
//! With sender reports (RFC 3550, 6.4.1) the tracks of one person are on one clock of theirs, and voice and lips stay together however
//! differently their packets travel.

use super::frame::EncodedFrame;
use std::collections::VecDeque;

/// The fastest packet of so long tells the delay of the path.
const WINDOW_US: u64 = 30_000_000;
/// The window moves on in such steps.
const BUCKET_US: u64 = 5_000_000;
/// What is wrong is made good by so much of the time that goes by: two in a hundred.
const SLEW: i64 = 50;
/// Nothing is on its way for longer, requests for what was lost included: a frame that would stand further back is on a clock that was told wrong.
const OLDEST_US: i64 = 1_000_000;
/// More than this is no drift: the sender's clock was set, or numbering began anew. It is gone over to at once.
const JUMP_US: i64 = 250_000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Domain {
    /// The timestamps alone.
    Rtp,
    /// The sender's wall clock, by its reports.
    Ntp,
}

/// Of one track. Times are microseconds.
#[derive(Debug)]
pub struct Timeline {
    hertz: u64,
    began_us: u64,
    clock: Option<Clock>,
    last_us: Option<u64>,
    drift: Drift,
}

#[derive(Debug)]
struct Clock {
    stream: u32,
    domain: Domain,
    /// Least of arrival minus capture, by the time in which it was.
    least: VecDeque<(u64, i64)>,
    /// Added to a capture time.
    offset: i64,
    moved_us: u64,
}

/// How the sender's clock ran against ours, over the longest numbering.
#[derive(Clone, Copy, Default, Debug)]
struct Drift {
    first: Option<(u64, i64)>,
    longest: Option<(u64, f64)>,
}

impl Timeline {
    /// `began_us`: when the recording began, microseconds since 1970 on the server's clock.
    pub fn new(hertz: u64, began_us: u64) -> Self {
        Self { hertz, began_us, clock: None, last_us: None, drift: Drift::default() }
    }

    /// Where the frame stands, in microseconds from the beginning. Never before the one before.
    pub fn place(&mut self, frame: &EncodedFrame) -> u64 {
        let (domain, capture) = self.capture(frame);
        let delay = frame.arrived_us as i64 - capture;
        let same = self.clock.as_ref().is_some_and(|clock| clock.stream == frame.stream && clock.domain == domain);
        if !same {
            self.drift.first = None;
            let clock = Clock::new(frame.stream, domain, delay, frame.arrived_us);
            // The same numbering, and reports have begun: it goes on where it was, and slowly to where it belongs.
            let goes_on = self.clock.as_ref().filter(|before| before.stream == frame.stream);
            let offset = goes_on.map(|before| before.offset + self.rtp_us(frame) - capture).filter(|_| domain == Domain::Ntp);
            self.clock = Some(Clock { offset: offset.unwrap_or(clock.offset), ..clock });
        }
        let Some(clock) = self.clock.as_mut() else { return 0 };
        if clock.is_told_wrong(delay) {
            *clock = Clock::new(frame.stream, domain, delay, frame.arrived_us);
            self.drift.first = None;
        }
        let target = clock.heard(delay, frame.arrived_us);
        self.drift.note(frame.arrived_us, target);
        let at = (capture + clock.offset - self.began_us as i64).max(0) as u64;
        let at = self.last_us.map_or(at, |last| at.max(last + 1));
        self.last_us = Some(at);
        at
    }

    /// Parts in a million by which the sender's clock is slow (positive) or fast; none before a minute was seen.
    pub fn drift_ppm(&self) -> Option<f64> {
        self.drift.longest.map(|(_, ppm)| ppm)
    }

    fn capture(&self, frame: &EncodedFrame) -> (Domain, i64) {
        match frame.report {
            None => (Domain::Rtp, self.rtp_us(frame)),
            Some(report) => {
                let since = frame.timestamp as i128 - report.timestamp as i128;
                (Domain::Ntp, report.ntp_us as i64 + (since * 1_000_000 / self.hertz as i128) as i64)
            }
        }
    }

    fn rtp_us(&self, frame: &EncodedFrame) -> i64 {
        (i128::from(frame.timestamp) * 1_000_000 / self.hertz as i128) as i64
    }
}

impl Clock {
    fn new(stream: u32, domain: Domain, delay: i64, now_us: u64) -> Self {
        Self { stream, domain, least: VecDeque::new(), offset: delay, moved_us: now_us }
    }

    /// A report that was wrong makes all that follow look as if they were long on their way.
    fn is_told_wrong(&self, delay: i64) -> bool {
        delay - self.offset > OLDEST_US
    }

    /// Takes a delay in, moves the offset, and says where that should be.
    fn heard(&mut self, delay: i64, now_us: u64) -> i64 {
        match self.least.back_mut() {
            Some((since, least)) if now_us < *since + BUCKET_US => *least = delay.min(*least),
            _ => self.least.push_back((now_us, delay)),
        }
        while self.least.len() > 1 && self.least.front().is_some_and(|(since, _)| since + WINDOW_US < now_us) {
            self.least.pop_front();
        }
        let target = self.least.iter().map(|(_, least)| *least).min().unwrap_or(delay);
        let wrong = target - self.offset;
        let most = now_us.saturating_sub(self.moved_us) as i64 / SLEW;
        self.moved_us = self.moved_us.max(now_us);
        self.offset += if wrong.abs() > JUMP_US { wrong } else { wrong.clamp(-most, most) };
        target
    }
}

impl Drift {
    const LEAST_US: u64 = 60_000_000;

    fn note(&mut self, now_us: u64, target: i64) {
        let (since, first) = *self.first.get_or_insert((now_us, target));
        let lasted = now_us.saturating_sub(since);
        if lasted >= Self::LEAST_US && self.longest.is_none_or(|(longest, _)| lasted >= longest) {
            self.longest = Some((lasted, (target - first) as f64 * 1e6 / lasted as f64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::SenderReport;

    const BEGAN: u64 = 1_000_000_000_000;

    fn frame(timestamp: u64, arrived_ms: u64, report: Option<SenderReport>) -> EncodedFrame {
        EncodedFrame { stream: 1, timestamp, arrived_us: BEGAN + arrived_ms * 1_000, report, keyframe: true, data: Vec::new() }
    }

    /// Packets of 20 ms of sound from `from_s` to `until_s`, whose clock runs by so many ppm slow, with a trembling path.
    fn talk(timeline: &mut Timeline, from_s: u64, until_s: u64, ppm: f64) -> Vec<(u64, u64)> {
        let packets = from_s * 50..until_s * 50;
        let one = |timeline: &mut Timeline, packet: u64| {
            let sent_us = (packet * 20_000) as f64 * (1.0 + ppm / 1e6);
            let trembles = packet.wrapping_mul(0x9e37_79b9) >> 7 & 0x3f;
            let mut frame = frame(packet * 960, 0, None);
            frame.arrived_us = BEGAN + sent_us as u64 + 20_000 + trembles * 1_000;
            (sent_us as u64, timeline.place(&frame))
        };
        packets.map(|packet| one(timeline, packet)).collect()
    }

    #[test]
    fn a_trembling_path_does_not_tremble_in_the_recording() {
        let mut timeline = Timeline::new(48_000, BEGAN);
        let placed = talk(&mut timeline, 0, 60, 0.0);
        let steps = placed.windows(2).skip(250).map(|two| two[1].1 - two[0].1);
        let (least, most) = steps.fold((u64::MAX, 0), |(least, most), step| (least.min(step), most.max(step)));
        assert!(least >= 19_000 && most <= 21_000, "{least} to {most}");
        let late = placed.iter().skip(500).map(|(sent, at)| at - sent).max().unwrap();
        assert!(late <= 25_000, "as far behind as the fastest packets: {late}");
    }

    #[test]
    fn an_hour_of_a_slow_clock_stays_in_step_and_the_drift_is_told() {
        for ppm in [-80.0, 120.0] {
            let mut timeline = Timeline::new(48_000, BEGAN);
            let placed = talk(&mut timeline, 0, 3_600, ppm);
            let worst = placed.iter().skip(500).map(|(sent, at)| at.abs_diff(sent + 20_000)).max().unwrap();
            assert!(worst < 15_000, "{ppm}: {worst}");
            let told = timeline.drift_ppm().unwrap();
            assert!((told - ppm).abs() < 5.0, "{ppm}: {told}");
        }
    }

    #[test]
    fn voice_and_lips_are_on_one_clock_however_they_travel() {
        let (mut voice, mut lips) = (Timeline::new(48_000, BEGAN), Timeline::new(90_000, BEGAN));
        let ntp_us = 77_000_000_000;
        let (mut at_voice, mut at_lips) = (0, 0);
        for ms in (0..20_000).step_by(20) {
            let said = SenderReport { ntp_us, timestamp: 5_000 };
            at_voice = voice.place(&frame(5_000 + ms * 48, ms + 30, Some(said)));
            let seen = SenderReport { ntp_us, timestamp: 900_000 };
            // A picture takes longer each time it is large.
            at_lips = lips.place(&frame(900_000 + ms * 90, ms + if ms % 400 == 0 { 32 } else { 90 }, Some(seen)));
        }
        assert!(at_voice.abs_diff(at_lips) < 10_000, "{at_voice} {at_lips}");
    }

    #[test]
    fn reports_that_begin_late_move_nothing_at_once() {
        let mut timeline = Timeline::new(48_000, BEGAN);
        let before = timeline.place(&frame(48_000, 1_050, None));
        let report = Some(SenderReport { ntp_us: 5_000_000, timestamp: 48_000 });
        let after = timeline.place(&frame(48_960, 1_040, report));
        assert!((after - before).abs_diff(20_000) <= 1_000, "{before} {after}");
    }

    #[test]
    fn a_report_that_was_wrong_is_forgotten_with_the_next() {
        let mut timeline = Timeline::new(48_000, BEGAN);
        let said = |ntp_us| Some(SenderReport { ntp_us, timestamp: 0 });
        for (ms, ntp_us) in [(0, 9_000_000), (20, 9_000_000), (40, 6_000_000), (60, 6_000_000)] {
            let at = timeline.place(&frame(ms * 48, ms + 30, said(ntp_us)));
            assert!(at.abs_diff((ms + 30) * 1_000) < 2_000, "{ms}: {at}");
        }
    }

    #[test]
    fn another_numbering_goes_on_where_its_packets_come() {
        let mut timeline = Timeline::new(48_000, BEGAN);
        timeline.place(&frame(0, 1_000, None));
        let again = EncodedFrame { stream: 2, ..frame(77_000_000, 5_000, None) };
        assert_eq!(timeline.place(&again), 5_000_000);
    }

    #[test]
    fn time_never_goes_back() {
        let mut timeline = Timeline::new(90_000, BEGAN);
        let mut last = 0;
        for (timestamp, ms) in [(9_000, 100), (0, 101), (900_000, 102), (9_090, 103)] {
            let at = timeline.place(&frame(timestamp, ms, None));
            assert!(at > last || last == 0, "{at} after {last}");
            last = at;
        }
    }
}

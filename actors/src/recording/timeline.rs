//! A sender's clock to the recording's. The server's clock says when a packet came, which trembles; the sender's timestamps don't, but nobody
//! knows where they begin, and they run a little fast or slow. So a timestamp is put where the fastest packets of late say that it belongs, and what
//! changes of that is gone over to where nobody hears it: in a pause, or slowly. What was kept up on its way and comes in a heap stands where it was sent.
//!
//! Sender reports say how a track's timestamps run against the sender's wall clock: that is truer than arrivals, and stays when
//! numbering begins anew.

use super::{drift::Drift, frame::EncodedFrame, left_out::LeftOut, reported::Reported, sender_clock::SenderClock};
use crate::{protocol::Source, sinks::Rest};
use std::collections::VecDeque;

/// The fastest packet of so long tells the delay of the path.
const WINDOW_US: u64 = 30_000_000;
/// The window moves on in such steps.
const BUCKET_US: u64 = 5_000_000;
/// What is wrong is made good by so much of the time that goes by: two in a hundred.
const SLEW: i64 = 50;
/// Nothing stands longer before it came, requests for what was lost included, unless the clock was told wrong or stood still.
pub const OLDEST_US: u64 = 1_300_000;
/// More than this is made good in the next pause: slowly, lips would be beside voices until then.
const SEEN_US: i64 = 40_000;
/// Behind a rest: what is so much later than the fastest is no trembling of the path.
const STOOD_STILL_US: i64 = 80_000;
/// Reports that differ by no more tremble.
const SAME_US: u64 = 20_000;
/// What is further behind the one before than any packet is long comes after a pause.
const LONGEST_PACKET_US: i64 = 60_000;
/// What stands longer before it came, for so long, says that the clock is wrong: what was kept up on its way comes faster.
const CERTAIN_US: u64 = 200_000;
/// More than this is gone over to at once: slowly it would take a minute.
const JUMP_US: i64 = 1_000_000;
/// Files count milliseconds, and no two frames stand in the same one.
const STEP_US: u64 = 1_000;
/// Of a new numbering nothing is placed so long, if that can wait: its first packets may have been kept up.
pub const SETTLES_US: u64 = 300_000;

/// Of one track. Times are microseconds.
#[derive(Debug)]
pub struct Timeline {
    source: Source,
    hertz: u64,
    began_us: u64,
    clock: Option<Clock>,
    /// Arrivals against the sender's wall clock.
    wall: Least,
    /// The same of all their tracks.
    sender: SenderClock,
    left_out: LeftOut,
    last_us: Option<u64>,
    drift: Drift,
}

/// Of one numbering.
#[derive(Debug)]
struct Clock {
    stream: u32,
    /// Of its first packet.
    since_us: u64,
    /// Least of arrival minus timestamp.
    least: Least,
    /// The sender's wall clock minus the timestamp.
    reported: Reported,
    /// Added to a timestamp.
    offset: i64,
    moved_us: u64,
    /// When the newest that stands was sent. Its clock moves slowly from then on.
    placed: Option<i64>,
    late: Option<Late>,
    rest: Option<Rest>,
}

/// Packets have stood long before they came, since this one came.
#[derive(Clone, Copy, Debug)]
struct Late {
    since_us: u64,
    least: i64,
}

/// Least of arrival minus capture, by the time in which it was.
#[derive(Clone, Default, Debug)]
struct Least(VecDeque<(u64, i64)>);

impl Timeline {
    /// `began_us`: when the recording began, microseconds since 1970 on the server's clock.
    pub fn new(source: Source, began_us: u64) -> Self {
        let hertz = if source.is_audio() { 48_000 } else { 90_000 };
        let (wall, sender, left_out) = (Least::default(), SenderClock::default(), LeftOut::default());
        Self { source, hertz, began_us, clock: None, wall, sender, left_out, last_us: None, drift: Drift::default() }
    }

    /// One of the tracks that go by this clock.
    pub fn beside(self, sender: SenderClock) -> Self {
        Self { sender, ..self }
    }

    /// Where the frame stands, in microseconds from the beginning. Never before the one before.
    pub fn place(&mut self, frame: &EncodedFrame) -> u64 {
        self.hear(frame);
        let (sent, wall) = (self.sent_us(frame.timestamp), self.wall(frame.arrived_us));
        let left_out = self.left_out(frame.arrived_us);
        let Some(clock) = &mut self.clock else { return 0 };
        let target = clock.target(wall) + left_out;
        self.drift.note(frame.arrived_us, target);
        clock.go_over(target, frame.arrived_us, sent);
        let at = (sent + clock.offset - self.began_us as i64).max(0) as u64;
        let at = self.last_us.map_or(at, |last| at.max(last + STEP_US));
        self.last_us = Some(at);
        at
    }

    /// Learns from the frame's arrival, without a place for it yet.
    pub fn hear(&mut self, frame: &EncodedFrame) {
        let (arrived_us, sent) = (frame.arrived_us, self.sent_us(frame.timestamp));
        let begins = !self.knows(frame);
        let before = self.clock.take().filter(|clock| clock.stream == frame.stream);
        let mut clock = match before {
            Some(clock) if !begins => clock,
            Some(_) => Clock::behind_rest(frame),
            None => Clock::new(frame.stream, arrived_us),
        };
        clock.rest = clock.rest.and_then(|rest| rest.hear(arrived_us));
        let known = clock.reported.value().filter(|_| !begins);
        if let Some(report) = frame.report
            && clock.reported.hear(report, report.ntp_us as i64 - self.sent_us(report.timestamp), self.left_out(arrived_us))
        {
            self.wall = Least::default();
        }
        if let Some(reported) = clock.reported.value() {
            let delay = arrived_us as i64 - sent - reported;
            self.wall.hear(delay, arrived_us);
            let same = known.is_some_and(|known| known.abs_diff(reported) <= SAME_US);
            self.left_out.hear(delay, arrived_us, same);
        }
        clock.least.hear(arrived_us as i64 - sent, arrived_us);
        let wall = self.wall(arrived_us);
        if begins {
            self.drift.begin();
            if !clock.begin(arrived_us as i64 - sent, wall) {
                self.wall = Least::default();
            }
        } else if clock.placed.is_none() {
            clock.offset = clock.offset.min(clock.target(wall));
        }
        if clock.is_wrong(arrived_us as i64 - sent, arrived_us) {
            self.wall = Least::default();
            self.drift.begin();
        }
        self.clock = Some(clock);
        self.sender.say(self.source, self.wall.value(), self.behind(), arrived_us);
    }

    /// How much longer the fastest of just now were on their way than the fastest of late.
    fn behind(&self) -> Option<i64> {
        Some(self.left_out.least()? - self.wall.value()?)
    }

    /// Of sound that its device left out since the last report, as far as another track of theirs says that it is no delay of the path.
    fn left_out(&self, now_us: u64) -> i64 {
        let both = self.behind().zip(self.sender.least_behind(self.source, now_us));
        let more = both.map_or(0, |(own, others)| own - others.max(0));
        if self.source.is_audio() && more > SEEN_US { more } else { 0 }
    }

    fn wall(&self, now_us: u64) -> Option<i64> {
        self.wall.value().map(|own| self.sender.least(own, now_us))
    }

    /// Nothing is to be heard for a while.
    pub fn rest(&mut self) {
        // Pictures have the time at which they were taken.
        if let Some(clock) = self.clock.as_mut().filter(|_| self.source.is_audio()) {
            clock.rest = Some(Rest::default());
        }
    }

    /// Whether the frame goes by the clock of those before: it is of their numbering, which did not stand still while it rested.
    pub fn knows(&self, frame: &EncodedFrame) -> bool {
        let same = self.clock.as_ref().filter(|clock| clock.stream == frame.stream);
        same.is_some_and(|clock| {
            let late = frame.arrived_us as i64 - self.sent_us(frame.timestamp) - clock.target(self.wall(frame.arrived_us));
            late < STOOD_STILL_US || clock.rest.is_none_or(|rest| !rest.ends_with(frame.arrived_us))
        })
    }

    /// Whether what was heard can be placed well at `now_us`.
    pub fn settled(&self, now_us: u64) -> bool {
        self.clock.as_ref().is_none_or(|clock| now_us >= clock.since_us + SETTLES_US)
    }

    /// Parts in a million by which the sender's clock is slow (positive) or fast; none before a minute was seen.
    pub fn drift_ppm(&self) -> Option<f64> {
        self.drift.ppm()
    }

    fn sent_us(&self, timestamp: u64) -> i64 {
        (i128::from(timestamp) * 1_000_000 / self.hertz as i128) as i64
    }
}

impl Clock {
    fn new(stream: u32, now_us: u64) -> Self {
        Self {
            stream,
            since_us: now_us,
            least: Least::default(),
            reported: Reported::default(),
            offset: 0,
            moved_us: now_us,
            placed: None,
            late: None,
            rest: None,
        }
    }

    /// Where its timestamps stood still, no report of before is true any more; one from meanwhile knows a part of it.
    fn behind_rest(frame: &EncodedFrame) -> Self {
        let mut clock = Self::new(frame.stream, frame.arrived_us);
        clock.reported.leave_out(frame.report);
        clock.rest = Some(Rest::default());
        clock
    }

    /// Where the sender's wall clock puts it if that is known from the numbering before, or where its first packet came. Says whether what is known
    /// of that clock can be.
    fn begin(&mut self, delay: i64, wall: Option<i64>) -> bool {
        let behind = self.target_by(wall).map(|target| delay - target);
        let can_be = behind.is_none_or(|behind| (0..=OLDEST_US as i64).contains(&behind));
        self.offset = delay - behind.filter(|_| can_be).unwrap_or(0);
        can_be
    }

    fn target(&self, wall: Option<i64>) -> i64 {
        self.target_by(wall).or(self.least.value()).unwrap_or(self.offset)
    }

    fn target_by(&self, wall: Option<i64>) -> Option<i64> {
        Some(wall? + self.reported.value()?)
    }

    fn go_over(&mut self, target: i64, now_us: u64, sent: i64) {
        let wrong = target - self.offset;
        let most = now_us.saturating_sub(self.moved_us) as i64 / SLEW;
        self.moved_us = self.moved_us.max(now_us);
        let pause = self.placed.map_or(0, |before| sent - before - LONGEST_PACKET_US);
        self.placed = self.placed.max(Some(sent));
        self.offset += match wrong {
            _ if wrong.abs() > JUMP_US => wrong,
            // A pause may become longer, and shorter by no more than it is.
            _ if wrong.abs() > SEEN_US && pause > 0 => wrong.max(-pause),
            _ => wrong.clamp(-most, most),
        };
    }

    /// Whether all that came of late would stand too long before it came. Then it begins anew.
    fn is_wrong(&mut self, delay: i64, now_us: u64) -> bool {
        if delay - self.offset <= OLDEST_US as i64 {
            self.late = None;
            return false;
        }
        let late = self.late.get_or_insert(Late { since_us: now_us, least: delay });
        late.least = late.least.min(delay);
        let Late { since_us, least } = *late;
        if now_us < since_us + CERTAIN_US {
            return false;
        }
        (self.offset, self.late, self.least) = (least, None, Least::default());
        self.least.hear(least, now_us);
        true
    }
}

impl Least {
    fn hear(&mut self, delay: i64, now_us: u64) {
        match self.0.back_mut() {
            Some((since, least)) if now_us < *since + BUCKET_US => *least = delay.min(*least),
            _ => self.0.push_back((now_us, delay)),
        }
        // After a long pause what was known holds until the new is known better.
        while self.0.len() > 2 && self.0.front().is_some_and(|(since, _)| since + WINDOW_US < now_us) {
            self.0.pop_front();
        }
    }

    fn value(&self) -> Option<i64> {
        self.0.iter().map(|(_, least)| *least).min()
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
        let mut timeline = Timeline::new(Source::Microphone, BEGAN);
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
            let mut timeline = Timeline::new(Source::Microphone, BEGAN);
            let placed = talk(&mut timeline, 0, 3_600, ppm);
            let worst = placed.iter().skip(500).map(|(sent, at)| at.abs_diff(sent + 20_000)).max().unwrap();
            assert!(worst < 15_000, "{ppm}: {worst}");
            let told = timeline.drift_ppm().unwrap();
            assert!((told - ppm).abs() < 5.0, "{ppm}: {told}");
        }
    }

    #[test]
    fn voice_and_lips_are_on_one_clock_however_they_travel() {
        let (mut voice, mut lips) = (Timeline::new(Source::Microphone, BEGAN), Timeline::new(Source::Camera, BEGAN));
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

    /// A sender whose sound card and camera run at their own speeds, both against the server's clock.
    #[test]
    fn after_an_hour_voice_and_lips_are_together_whatever_their_clocks_do() {
        let (mut voice, mut lips) = (Timeline::new(Source::Microphone, BEGAN), Timeline::new(Source::Camera, BEGAN));
        let (mut at_voice, mut at_lips, mut worst) = (0, 0, 0);
        let runs = |hertz: f64, ppm: f64, ms: u64| (ms as f64 / 1_000.0 * hertz * (1.0 - ppm / 1e6)) as u64;
        for ms in (0..3_600_000).step_by(100) {
            let reported = ms / 5_000 * 5_000;
            let report = |hertz, ppm| {
                Some(SenderReport { ntp_us: 3_000_000_000 + reported * 1_000, timestamp: runs(hertz, ppm, reported) })
            };
            let trembles = ms.wrapping_mul(0x9e37_79b9) >> 9 & 0x1f;
            at_voice = voice.place(&frame(runs(48_000.0, 120.0, ms), ms + 30 + trembles, report(48_000.0, 120.0)));
            at_lips = lips.place(&frame(runs(90_000.0, -150.0, ms), ms + 40 + trembles * 2, report(90_000.0, -150.0)));
            if ms > 10_000 {
                worst = at_voice.abs_diff(at_lips).max(worst);
            }
        }
        assert!(worst < 40_000, "{worst}");
        assert!(at_voice.abs_diff(3_599_930_000) < 15_000 && at_lips.abs_diff(3_599_940_000) < 15_000, "{at_voice} {at_lips}");
    }

    #[test]
    fn an_encoder_that_takes_its_time_is_not_seen_in_the_lips() {
        let clock = SenderClock::default();
        let mut voice = Timeline::new(Source::Microphone, BEGAN).beside(clock.clone());
        let mut lips = Timeline::new(Source::Camera, BEGAN).beside(clock);
        let (mut at_voice, mut at_lips) = (0, 0);
        for ms in (0..20_000).step_by(20) {
            let report = |timestamp| Some(SenderReport { ntp_us: 5_000_000, timestamp });
            at_voice = voice.place(&frame(ms * 48, ms + 30, report(0)));
            at_lips = lips.place(&frame(ms * 90, ms + 120, report(0)));
        }
        assert!(at_voice.abs_diff(at_lips) < 2_000, "{at_voice} {at_lips}");
    }

    #[test]
    fn reports_that_begin_late_move_nothing_at_once() {
        let mut timeline = Timeline::new(Source::Microphone, BEGAN);
        let before = timeline.place(&frame(48_000, 1_050, None));
        let report = Some(SenderReport { ntp_us: 5_000_000, timestamp: 48_000 });
        let after = timeline.place(&frame(48_960, 1_040, report));
        assert!((after - before).abs_diff(20_000) <= 1_000, "{before} {after}");
    }

    #[test]
    fn a_report_that_was_wrong_is_forgotten_with_the_next() {
        let mut timeline = Timeline::new(Source::Microphone, BEGAN);
        let said = |ntp_us| Some(SenderReport { ntp_us, timestamp: 0 });
        for (ms, ntp_us) in [(0, 9_000_000), (20, 9_000_000), (40, 6_000_000), (60, 6_000_000)] {
            let at = timeline.place(&frame(ms * 48, ms + 30, said(ntp_us)));
            assert!(at.abs_diff((ms + 30) * 1_000) < 2_000, "{ms}: {at}");
        }
    }

    /// Sound whose device runs ahead by 400 ms in the sixth and seventh second.
    fn ran_ahead(pause_ms: u64) -> Vec<(u64, u64)> {
        let mut timeline = Timeline::new(Source::Microphone, BEGAN);
        let packets = (0..1_000).map(|packet| packet * 20).filter(|ms| !(8_000..8_000 + pause_ms).contains(ms));
        let one = |ms: u64| {
            let timestamp = (ms + ms.clamp(5_000, 7_000) / 5 - 1_000) * 48;
            (ms, timeline.place(&frame(timestamp, ms + 30, None)))
        };
        packets.map(one).collect()
    }

    #[test]
    fn what_is_wrong_is_made_good_in_a_pause() {
        let late =
            |placed: &[(u64, u64)], at: u64| placed.iter().find(|(ms, _)| *ms >= at).map(|(ms, us)| us / 1_000 - ms).unwrap();
        let talked = ran_ahead(0);
        assert!(late(&talked, 7_900) > 200, "it was wrong: {}", late(&talked, 7_900));
        assert!(late(&talked, 8_600).abs_diff(late(&talked, 7_900)) < 20, "nobody hears a word become shorter");
        let paused = ran_ahead(600);
        assert!(late(&paused, 8_600).abs_diff(30) < 40, "{}", late(&paused, 8_600));
        assert!(paused.windows(2).all(|two| two[1].1 >= two[0].1 + 1_000), "and nothing stands on what was before");
    }

    /// A busy machine leaves out 90 ms of sound between two reports. How far voice is beside lips: a second before, three and ten seconds later.
    fn leaves_out(lips_too_late_ms: u64) -> [i64; 3] {
        let clock = SenderClock::default();
        let mut voice = Timeline::new(Source::Microphone, BEGAN).beside(clock.clone());
        let mut lips = Timeline::new(Source::Camera, BEGAN).beside(clock);
        let mut beside = Vec::new();
        for ms in (0..30_000).step_by(20) {
            let (late, left_out) = if ms < 16_000 { (0, 0) } else { (lips_too_late_ms, 90) };
            let report = |every: u64, hertz: u64, behind: u64| {
                let noted = ms / every * every;
                let behind = if noted < 16_000 { 0 } else { behind };
                Some(SenderReport { ntp_us: 9_000_000_000 + noted * 1_000, timestamp: (1_000 + noted - behind) * hertz })
            };
            let pictured = lips.place(&frame((1_000 + ms) * 90, ms + 60 + ms % 7 + late, report(1_000, 90, 0)));
            let spoken = voice.place(&frame((1_000 + ms - left_out) * 48, ms + 30 + ms % 5 + late, report(5_000, 48, left_out)));
            beside.push((spoken as i64 - pictured as i64) / 1_000);
        }
        [750, 975, 1_300].map(|packet| beside[packet])
    }

    #[test]
    fn what_a_device_left_out_is_known_before_the_next_report() {
        let beside = leaves_out(0);
        assert!(beside[0].abs() < 10 && beside[1].abs() < 40 && beside[2].abs() < 10, "{beside:?}");
    }

    #[test]
    fn a_path_that_becomes_longer_for_all_is_not_taken_for_that() {
        let beside = leaves_out(90);
        assert!(beside[0].abs() < 10 && beside[2].abs() < 50, "{beside:?}");
    }

    #[test]
    fn what_did_not_stand_still_while_it_was_off_is_in_step_at_once() {
        for source in [Source::Camera, Source::Microphone] {
            let mut timeline = Timeline::new(source, BEGAN);
            let hertz = timeline.hertz / 1_000;
            let mut beside = Vec::new();
            for ms in (0..14_000).step_by(20).filter(|ms| !(10_000..12_000).contains(ms)) {
                if ms == 12_000 {
                    timeline.rest();
                }
                // The first picture is large.
                let late = if source == Source::Camera && (12_000..12_400).contains(&ms) { 150 } else { ms % 7 };
                let at = timeline.place(&frame((1_000 + ms) * hertz, ms + 40 + late, None));
                beside.push(at.abs_diff((ms + 40) * 1_000) / 1_000);
            }
            assert!(beside[100..].iter().all(|beside| *beside <= 10), "{source:?}: {beside:?}");
        }
    }

    #[test]
    fn another_numbering_goes_on_where_its_packets_come() {
        let mut timeline = Timeline::new(Source::Microphone, BEGAN);
        timeline.place(&frame(0, 1_000, None));
        let again = EncodedFrame { stream: 2, ..frame(77_000_000, 5_000, None) };
        assert_eq!(timeline.place(&again), 5_000_000);
    }

    #[test]
    fn time_never_goes_back() {
        let mut timeline = Timeline::new(Source::Camera, BEGAN);
        let mut last = 0;
        for (timestamp, ms) in [(9_000, 100), (0, 101), (900_000, 102), (9_090, 103)] {
            let at = timeline.place(&frame(timestamp, ms, None));
            assert!(at >= last + STEP_US || last == 0, "{at} after {last}");
            last = at;
        }
    }
}

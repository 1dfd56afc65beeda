//! One track, from its sink to what a file gets. Nothing in it waits, and a fault in what comes costs what came.

use super::{
    assemble::{Assembled, Assembler},
    fill::{self, Fill, Place, Silence},
    frame::{EncodedFrame, TrackFormat},
    ledger::{Gap, GapReason, TrackLedger},
    reorder::{Ordered, Reorder},
    sender_clock::SenderClock,
    speaking::Speaking,
    timeline::{OLDEST_US, Timeline},
};
use crate::{
    protocol::Source,
    sfu::Codec,
    sinks::{self, MediaFrame, SinkItem},
};
use std::collections::VecDeque;

/// A hole in the sound longer than this is listed: a player conceals less.
const SOUND_HOLE_MS: u64 = 60;
/// Pictures come when they like; a hole that is no loss is listed when a person would notice.
const PICTURE_HOLE_MS: u64 = 1_000;
/// A snippet of sound this short between two stretches of nothing belongs to them: a packet that overtook the word of the mute, or of a pause.
const SNIPPET_MS: u64 = 60;
/// Nothing came for so long: it is not on its way.
const OPEN_HOLE_MS: u64 = 2_000;
/// Nothing comes that should stand so long before now. Beside what the timeline allows, the time from a socket into a ring.
const CERTAIN_US: u64 = OLDEST_US + 200_000;
/// What a picture is thought to last when none follows.
const PICTURE_US: u64 = 33_000;

/// For a file, in order. Times are microseconds from the recording's beginning, and never go back.
#[derive(Clone, PartialEq, Debug)]
pub enum Write {
    /// Before the first frame, and again when what follows does not fit what went before: another file.
    Format(TrackFormat),
    Frame {
        at_us: u64,
        keyframe: bool,
        data: Vec<u8>,
    },
}

#[derive(Debug)]
pub struct TrackPipeline {
    began_us: u64,
    reorder: Reorder,
    assembler: Option<(Codec, Assembler)>,
    timeline: Timeline,
    /// When there was a voice in it.
    speaking: Speaking,
    /// Of sound alone.
    fill: Option<Fill>,
    ledger: TrackLedger,
    /// Behind the last frame.
    ends_us: Option<u64>,
    /// Why the next frame does not follow the last one, if it doesn't.
    missing: Option<GapReason>,
    /// What has no place yet: until it is known how long the first packets of a numbering were on their way.
    steps: VecDeque<Step>,
    /// Frames that came when something else stood in their place.
    too_late: u64,
    /// All that came until here was taken, from the recording's beginning.
    heard_us: u64,
}

#[derive(Debug)]
enum Step {
    Format(TrackFormat),
    Miss(GapReason),
    Frame(EncodedFrame),
}

impl TrackPipeline {
    /// `began_us`: when the recording began, microseconds since 1970 on the server's clock.
    pub fn new(source: Source, began_us: u64) -> Self {
        Self {
            began_us,
            reorder: Reorder::default(),
            assembler: None,
            timeline: Timeline::new(source, began_us),
            speaking: Speaking::default(),
            fill: source.is_audio().then(Fill::default),
            ledger: TrackLedger::default(),
            ends_us: None,
            missing: None,
            steps: VecDeque::new(),
            too_late: 0,
            heard_us: 0,
        }
    }

    /// One of the tracks that go by this clock.
    pub fn beside(self, sender: SenderClock) -> Self {
        Self { timeline: self.timeline.beside(sender), ..self }
    }

    /// The next item of the sink. `now_us` is microseconds since 1970.
    pub fn take(&mut self, item: SinkItem, now_us: u64, out: &mut Vec<Write>) {
        let mut ordered = Vec::new();
        match item {
            SinkItem::Frame(frame) => {
                // What was read late may be complete all the same: behind it waits what came later.
                let came_us = frame.arrived_us.min(now_us);
                if let Some(level) = frame.audio_level {
                    self.speaking.hear(came_us.saturating_sub(self.began_us) / 1_000, level);
                }
                self.reorder.push(frame, &mut ordered);
                self.reorder.tick(came_us, &mut ordered);
                self.follow(ordered, out);
                self.settle(came_us, out);
            }
            SinkItem::Gap(sinks::Gap::Overflow { dropped }) => {
                self.ledger.packets_dropped += dropped;
                self.reorder.skip(&mut ordered);
                self.follow(ordered, out);
                self.lost(GapReason::Overflow);
            }
            SinkItem::Gap(sinks::Gap::Off) => {
                self.reorder.pause(&mut ordered);
                self.follow(ordered, out);
                self.rest(out);
                self.timeline.rest();
                self.missing = Some(GapReason::Off.with(self.missing));
            }
            SinkItem::Ended(_) => {
                self.reorder.flush(&mut ordered);
                self.follow(ordered, out);
                self.rest(out);
            }
        }
    }

    /// Time goes by, and everything that came before `now_us` was taken.
    pub fn tick(&mut self, now_us: u64, out: &mut Vec<Write>) {
        let mut ordered = Vec::new();
        self.reorder.tick(now_us, &mut ordered);
        self.follow(ordered, out);
        self.settle(now_us, out);
        let all_came_us = self.reorder.waits_since().unwrap_or(now_us).min(now_us);
        self.heard_us = all_came_us.saturating_sub(self.began_us);
        if let Some(fill) = self.fill.as_mut().filter(|_| self.steps.is_empty()) {
            silence(fill.certain(self.heard_us.saturating_sub(CERTAIN_US)), out);
        }
    }

    /// The disk took nothing from here to there, milliseconds from the beginning.
    pub fn not_written(&mut self, from_ms: u64, to_ms: u64) {
        self.ledger.gap(Gap { from_ms, to_ms, reason: GapReason::Disk });
    }

    /// What is known of it so far.
    pub fn ledger(&self) -> TrackLedger {
        let mut ledger = self.ledger.clone();
        if let Some(gap) = self.open_gap() {
            ledger.gap_behind(gap, SNIPPET_MS);
        }
        TrackLedger {
            packets_late: self.reorder.late + self.too_late,
            silence_ms: self.fill.as_ref().map_or(0, |fill| fill.filled_us / 1_000),
            drift_ppm: self.timeline.drift_ppm(),
            spoken: self.speaking.turns(),
            ..ledger
        }
    }

    fn follow(&mut self, ordered: Vec<Ordered>, out: &mut Vec<Write>) {
        for one in ordered {
            match one {
                Ordered::Packet(packet) => self.packet(&packet, out),
                Ordered::Lost { packets } => {
                    self.ledger.packets_lost += packets;
                    self.lost(GapReason::Lost);
                }
                Ordered::Resumed => self.broken_off(),
                Ordered::Renumbered => {
                    if let Some((_, assembler)) = &mut self.assembler {
                        assembler.reset();
                    }
                }
            }
        }
    }

    fn packet(&mut self, packet: &MediaFrame, out: &mut Vec<Write>) {
        let known = self.assembler.take().filter(|(codec, _)| *codec == packet.codec);
        let (codec, mut assembler) = known.unwrap_or_else(|| (packet.codec, Assembler::new(packet.codec)));
        let mut assembled = Vec::new();
        assembler.push(packet, &mut assembled);
        self.assembler = Some((codec, assembler));
        self.assembled(assembled, out);
    }

    /// Nothing more comes for a while.
    fn rest(&mut self, out: &mut Vec<Write>) {
        let mut assembled = Vec::new();
        if let Some((_, assembler)) = &mut self.assembler {
            assembler.finish(&mut assembled);
        }
        self.assembled(assembled, out);
        self.settle(u64::MAX, out);
    }

    fn assembled(&mut self, assembled: Vec<Assembled>, out: &mut Vec<Write>) {
        for one in assembled {
            match one {
                Assembled::Format(format) => self.steps.push_back(Step::Format(format)),
                Assembled::Frame(frame) => {
                    // All that waits goes by one clock.
                    if !self.timeline.knows(&frame) {
                        self.settle(u64::MAX, out);
                    }
                    self.timeline.hear(&frame);
                    self.steps.push_back(Step::Frame(frame));
                }
                Assembled::Dropped { pictures } => {
                    self.ledger.pictures_dropped += u64::from(pictures);
                    self.miss(GapReason::Broken);
                }
            }
        }
    }

    /// Places what waits, if that can be done well by now.
    fn settle(&mut self, now_us: u64, out: &mut Vec<Write>) {
        if !self.timeline.settled(now_us) {
            return;
        }
        while let Some(step) = self.steps.pop_front() {
            match step {
                Step::Format(format) => out.push(Write::Format(format)),
                Step::Miss(why) => self.missing = Some(why.with(self.missing)),
                Step::Frame(frame) => self.frame(frame, out),
            }
        }
    }

    fn frame(&mut self, frame: EncodedFrame, out: &mut Vec<Write>) {
        let mut at_us = self.timeline.place(&frame);
        let mut lasts_us = PICTURE_US;
        if let Some(fill) = &mut self.fill {
            lasts_us = fill::opus_duration_us(&frame.data).unwrap_or(fill::PACKET_US);
            match fill.place(at_us, lasts_us) {
                Place::At { silence: silences, at_us: placed_us } => {
                    at_us = placed_us;
                    silence(silences, out);
                }
                Place::Taken => {
                    self.too_late += 1;
                    self.missing = Some(GapReason::Lost.with(self.missing));
                    return;
                }
            }
        }
        self.note_hole(at_us);
        self.ends_us = Some(at_us + lasts_us);
        self.ledger.frame(at_us / 1_000, (at_us + lasts_us) / 1_000, frame.data.len());
        out.push(Write::Frame { at_us, keyframe: frame.keyframe, data: frame.data });
    }

    fn note_hole(&mut self, at_us: u64) {
        let why = self.missing.take();
        let Some(ends_us) = self.ends_us else { return };
        let gap = Gap { from_ms: ends_us / 1_000, to_ms: at_us / 1_000, reason: why.unwrap_or(GapReason::Off) };
        let least = match why {
            Some(why) if why != GapReason::Off => 0,
            _ if self.fill.is_some() => SOUND_HOLE_MS,
            _ => PICTURE_HOLE_MS,
        };
        if gap.to_ms > gap.from_ms + least {
            self.ledger.gap_behind(gap, if self.fill.is_some() { SNIPPET_MS } else { 0 });
        }
    }

    /// Of what is missing now, if it is missed.
    fn open_gap(&self) -> Option<Gap> {
        let (from_ms, to_ms) = (self.ends_us? / 1_000, self.heard_us / 1_000);
        let gap = Gap { from_ms, to_ms, reason: self.missing.unwrap_or(GapReason::Off) };
        (to_ms > from_ms + OPEN_HOLE_MS).then_some(gap)
    }

    /// What comes next does not follow what went before.
    fn lost(&mut self, why: GapReason) {
        self.miss(why);
        self.broken_off();
    }

    fn broken_off(&mut self) {
        if let Some((_, assembler)) = &mut self.assembler {
            assembler.lost();
        }
    }

    /// In front of what comes next.
    fn miss(&mut self, why: GapReason) {
        self.steps.push_back(Step::Miss(why));
    }
}

fn silence(silences: Vec<Silence>, out: &mut Vec<Write>) {
    out.extend(silences.into_iter().map(|one| Write::Frame { at_us: one.at_us, keyframe: true, data: one.packet.to_vec() }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        recording::timeline::SETTLES_US,
        sinks::{SinkEnd, ring::tests::frame},
    };
    use std::sync::Arc;

    const BEGAN: u64 = 50_000_000;

    /// The packet that sounds from so many milliseconds of the recording on, and comes at once.
    fn packet(ms: u64) -> SinkItem {
        let seq = 1_000 + ms / 20;
        SinkItem::Frame(MediaFrame { arrived_us: BEGAN + ms * 1_000, payload: Arc::from([0x78, 1]), ..frame(seq) })
    }

    fn written(out: &[Write]) -> Vec<(u64, bool)> {
        let frames = out.iter().filter_map(|write| match write {
            Write::Frame { at_us, data, .. } => Some((at_us / 1_000, fill::is_silence(data))),
            Write::Format(_) => None,
        });
        frames.collect()
    }

    fn run(items: impl IntoIterator<Item = SinkItem>) -> (TrackPipeline, Vec<Write>) {
        let (mut pipeline, mut out) = (TrackPipeline::new(Source::Microphone, BEGAN), Vec::new());
        let mut now = 0;
        for item in items {
            now = if let SinkItem::Frame(frame) = &item { frame.arrived_us } else { now };
            pipeline.take(item, now, &mut out);
        }
        pipeline.tick(now + SETTLES_US, &mut out);
        (pipeline, out)
    }

    #[test]
    fn sound_is_written_as_it_comes_behind_its_format() {
        let (pipeline, out) = run([packet(200), packet(220), packet(240)]);
        assert!(matches!(&out[0], Write::Format(format) if format.codec == Codec::Opus), "{out:?}");
        assert_eq!(written(&out), [(200, false), (220, false), (240, false)]);
        let ledger = pipeline.ledger();
        assert_eq!((ledger.first_ms, ledger.end_ms, ledger.frames, ledger.gaps.len()), (Some(200), Some(260), 3, 0));
    }

    #[test]
    fn what_was_lost_is_silence_and_stands_in_the_ledger() {
        let (pipeline, out) = run([packet(0), packet(100), packet(120), SinkItem::Ended(SinkEnd::Left)]);
        let expected = [(0, false), (20, true), (40, true), (60, true), (80, true), (100, false), (120, false)];
        assert_eq!(written(&out), expected);
        let ledger = pipeline.ledger();
        assert_eq!((ledger.packets_lost, ledger.silence_ms), (4, 80));
        assert_eq!(ledger.gaps, [Gap { from_ms: 20, to_ms: 100, reason: GapReason::Lost }]);
    }

    #[test]
    fn a_muted_minute_is_silence_as_it_goes_and_a_gap_that_says_off() {
        let (mut pipeline, mut out) = run([packet(0), SinkItem::Gap(sinks::Gap::Off)]);
        for second in 2..=60 {
            pipeline.tick(BEGAN + second * 1_000_000, &mut out);
        }
        assert_eq!(written(&out).len() as u64, (60_000 - CERTAIN_US / 1_000) / 20);
        // Muted people's numbering stands still while their clock goes on.
        let SinkItem::Frame(late) = packet(60_000) else { unreachable!() };
        let late = MediaFrame { seq: 1_001, ..late };
        pipeline.take(SinkItem::Frame(late), BEGAN + 60_000_000, &mut out);
        pipeline.tick(BEGAN + 60_000_000 + SETTLES_US, &mut out);
        assert_eq!(written(&out).last(), Some(&(60_000, false)));
        assert_eq!(pipeline.ledger().gaps, [Gap { from_ms: 20, to_ms: 60_000, reason: GapReason::Off }]);
        assert_eq!(pipeline.ledger().packets_lost, 0);
    }

    #[test]
    fn a_slow_recording_says_so() {
        let overflow = SinkItem::Gap(sinks::Gap::Overflow { dropped: 9 });
        let (pipeline, _) = run([packet(0), overflow, packet(200)]);
        let ledger = pipeline.ledger();
        assert_eq!(
            (ledger.packets_dropped, ledger.gaps),
            (9, vec![Gap { from_ms: 20, to_ms: 200, reason: GapReason::Overflow }])
        );
    }

    #[test]
    fn times_never_go_back() {
        let (_, out) = run([packet(0), packet(400), packet(20), packet(420), packet(40)]);
        let at = written(&out);
        assert!(at.windows(2).all(|two| two[0].0 < two[1].0), "{at:?}");
    }
}

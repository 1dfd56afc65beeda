//! One track, from its sink to what a file gets. Nothing in it waits, and a fault in what comes costs what came.

use super::{
    assemble::{Assembled, Assembler},
    fill::{self, Fill},
    frame::{EncodedFrame, TrackFormat},
    ledger::{Gap, GapReason, TrackLedger},
    reorder::{Ordered, Reorder},
    timeline::Timeline,
};
use crate::{
    protocol::Source,
    sfu::Codec,
    sinks::{self, MediaFrame, SinkItem},
};

/// A hole in the sound longer than this is listed: a player conceals less.
const SOUND_HOLE_MS: u64 = 60;
/// Pictures come when they like; a hole that is no loss is listed when a person would notice.
const PICTURE_HOLE_MS: u64 = 1_000;
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
    /// Of sound alone.
    fill: Option<Fill>,
    ledger: TrackLedger,
    /// Behind the last frame.
    ends_us: Option<u64>,
    /// Why the next frame does not follow the last one, if it doesn't.
    missing: Option<GapReason>,
}

impl TrackPipeline {
    /// `began_us`: when the recording began, microseconds since 1970 on the server's clock.
    pub fn new(source: Source, began_us: u64) -> Self {
        let hertz = if source.is_audio() { 48_000 } else { 90_000 };
        Self {
            began_us,
            reorder: Reorder::default(),
            assembler: None,
            timeline: Timeline::new(hertz, began_us),
            fill: source.is_audio().then(Fill::default),
            ledger: TrackLedger::default(),
            ends_us: None,
            missing: None,
        }
    }

    /// The next item of the sink. `now_us` is microseconds since 1970.
    pub fn take(&mut self, item: SinkItem, now_us: u64, out: &mut Vec<Write>) {
        let mut ordered = Vec::new();
        match item {
            SinkItem::Frame(frame) => self.reorder.push(frame, &mut ordered),
            SinkItem::Gap(sinks::Gap::Overflow { dropped }) => {
                self.ledger.packets_dropped += dropped;
                self.reorder.skip(&mut ordered);
                self.follow(ordered, out);
                self.lost(GapReason::Overflow);
                return;
            }
            SinkItem::Gap(sinks::Gap::Off) => {
                self.reorder.flush(&mut ordered);
                self.follow(ordered, out);
                self.miss(GapReason::Off);
                return;
            }
            SinkItem::Ended(_) => self.reorder.flush(&mut ordered),
        }
        self.reorder.tick(now_us, &mut ordered);
        self.follow(ordered, out);
    }

    /// Time goes by, whatever comes.
    pub fn tick(&mut self, now_us: u64, out: &mut Vec<Write>) {
        let mut ordered = Vec::new();
        self.reorder.tick(now_us, &mut ordered);
        self.follow(ordered, out);
        let now_us = now_us.saturating_sub(self.began_us);
        let silent = self.fill.as_mut().map(|fill| fill.tick(now_us)).unwrap_or_default();
        silence(silent, out);
    }

    /// The disk took nothing from here to there, milliseconds from the beginning.
    pub fn not_written(&mut self, from_ms: u64, to_ms: u64) {
        self.ledger.gap(Gap { from_ms, to_ms, reason: GapReason::Disk });
    }

    /// What is known of it so far.
    pub fn ledger(&self) -> TrackLedger {
        TrackLedger {
            packets_late: self.reorder.late,
            silence_ms: self.fill.as_ref().map_or(0, |fill| fill.filled_us / 1_000),
            drift_ppm: self.timeline.drift_ppm(),
            ..self.ledger.clone()
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
        for one in assembled {
            match one {
                Assembled::Format(format) => out.push(Write::Format(format)),
                Assembled::Frame(frame) => self.frame(frame, out),
                Assembled::Dropped { pictures } => {
                    self.ledger.pictures_dropped += u64::from(pictures);
                    self.miss(GapReason::Broken);
                }
            }
        }
    }

    fn frame(&mut self, frame: EncodedFrame, out: &mut Vec<Write>) {
        let at_us = self.timeline.place(&frame);
        let lasts_us = match self.fill {
            Some(_) => fill::opus_duration_us(&frame.data).unwrap_or(fill::SILENCE_US),
            None => PICTURE_US,
        };
        self.note_hole(at_us);
        if let Some(fill) = &mut self.fill {
            silence(fill.before(at_us, lasts_us), out);
        }
        self.ends_us = Some(at_us + lasts_us);
        self.ledger.frame(at_us / 1_000, (at_us + lasts_us) / 1_000, frame.data.len());
        out.push(Write::Frame { at_us, keyframe: frame.keyframe, data: frame.data });
    }

    fn note_hole(&mut self, at_us: u64) {
        let why = self.missing.take();
        let Some(ends_us) = self.ends_us else { return };
        let (from_ms, to_ms) = (ends_us / 1_000, at_us / 1_000);
        let least = if self.fill.is_some() { SOUND_HOLE_MS } else { PICTURE_HOLE_MS };
        let told = why.is_some_and(|why| why != GapReason::Off);
        if to_ms > from_ms + if told { 0 } else { least } {
            self.ledger.gap(Gap { from_ms, to_ms, reason: why.unwrap_or(GapReason::Off) });
        }
    }

    /// What comes next does not follow what went before.
    fn lost(&mut self, why: GapReason) {
        self.miss(why);
        if let Some((_, assembler)) = &mut self.assembler {
            assembler.lost();
        }
    }

    /// The gravest of what is known counts.
    fn miss(&mut self, why: GapReason) {
        self.missing = Some(self.missing.map_or(why, |before| before.max(why)));
    }
}

fn silence(places: Vec<u64>, out: &mut Vec<Write>) {
    out.extend(places.into_iter().map(|at_us| Write::Frame { at_us, keyframe: true, data: fill::SILENCE.to_vec() }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sinks::{SinkEnd, ring::tests::frame};
    use std::sync::Arc;

    const BEGAN: u64 = 50_000_000;

    /// The packet that sounds from so many milliseconds of the recording on, and comes at once.
    fn packet(ms: u64) -> SinkItem {
        let seq = 1_000 + ms / 20;
        SinkItem::Frame(MediaFrame { arrived_us: BEGAN + ms * 1_000, payload: Arc::from([0x78, 1]), ..frame(seq) })
    }

    fn written(out: &[Write]) -> Vec<(u64, bool)> {
        let frames = out.iter().filter_map(|write| match write {
            Write::Frame { at_us, data, .. } => Some((at_us / 1_000, *data == fill::SILENCE)),
            Write::Format(_) => None,
        });
        frames.collect()
    }

    fn run(items: impl IntoIterator<Item = SinkItem>) -> (TrackPipeline, Vec<Write>) {
        let (mut pipeline, mut out) = (TrackPipeline::new(Source::Microphone, BEGAN), Vec::new());
        for item in items {
            let now = if let SinkItem::Frame(frame) = &item { frame.arrived_us } else { 0 };
            pipeline.take(item, now, &mut out);
        }
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
        assert_eq!(written(&out).len(), 1 + 59_000 / 20 - 1);
        // Muted people's numbering stands still while their clock goes on.
        let SinkItem::Frame(late) = packet(60_000) else { unreachable!() };
        let late = MediaFrame { seq: 1_001, ..late };
        pipeline.take(SinkItem::Frame(late), BEGAN + 60_000_000, &mut out);
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

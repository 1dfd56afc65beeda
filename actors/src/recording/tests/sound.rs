//! Voices.

use crate::{
    protocol::Source,
    recording::{
        TrackPipeline, Write, fill,
        ledger::{Gap, GapReason, TrackLedger},
    },
    sinks::{self, MediaFrame, SenderReport, SinkEnd, SinkItem, ring::tests::frame},
};
use proptest::prelude::*;
use std::sync::Arc;

const BEGAN: u64 = 50_000_000;
const READ_EVERY: u64 = 100;

/// Something that comes at this millisecond.
type Coming = (u64, SinkItem);

/// The packet that was spoken at `spoken` ms; it comes at `at`.
fn packet(spoken: u64, at: u64) -> Coming {
    numbered(1_000 + spoken / 20, spoken, at)
}

fn numbered(seq: u64, spoken: u64, at: u64) -> Coming {
    let packet =
        MediaFrame { arrived_us: BEGAN + at * 1_000, timestamp: spoken * 48, payload: Arc::from([0x78, 1]), ..frame(seq) };
    (at, SinkItem::Frame(packet))
}

fn talk(from: u64, until: u64, delay: impl Fn(u64) -> u64) -> Vec<Coming> {
    (from..until).step_by(20).map(|spoken| packet(spoken, spoken + delay(spoken))).collect()
}

fn off(at: u64) -> Coming {
    (at, SinkItem::Gap(sinks::Gap::Off))
}

#[derive(Default)]
struct Told {
    /// Milliseconds, and whether it is silence that was put in.
    written: Vec<(u64, bool)>,
    ledger: TrackLedger,
}

impl Told {
    fn voice(&self) -> Vec<u64> {
        self.written.iter().filter(|(_, silence)| !silence).map(|(at, _)| *at).collect()
    }

    /// Nothing is pressed together, and nothing is missing: what stands there sounds from one to the next.
    fn is_whole(&self) {
        for two in self.written.windows(2) {
            assert!((least_behind(two[0].1)..=61).contains(&(two[1].0 - two[0].0)), "{two:?}");
        }
    }
}

/// What comes behind a packet stands there when it has sounded. Silence may be short.
fn least_behind(silence: bool) -> u64 {
    if silence { 2 } else { 19 }
}

/// The ring is read every 100 ms, except while the reader has no time.
fn record(mut coming: Vec<Coming>, until: u64, busy: impl Fn(u64) -> bool) -> Told {
    coming.sort_by_key(|(at, _)| *at);
    let (mut pipeline, mut out, mut coming) =
        (TrackPipeline::new(Source::Microphone, BEGAN), Vec::new(), coming.into_iter().peekable());
    for now in (0..=until).step_by(READ_EVERY as usize).filter(|now| !busy(*now)) {
        while let Some((_, item)) = coming.next_if(|(at, _)| *at <= now) {
            pipeline.take(item, BEGAN + now * 1_000, &mut out);
        }
        pipeline.tick(BEGAN + now * 1_000, &mut out);
    }
    pipeline.take(SinkItem::Ended(SinkEnd::Left), BEGAN + until * 1_000, &mut out);
    let written = out.into_iter().filter_map(|write| match write {
        Write::Frame { at_us, data, .. } => Some((at_us / 1_000, fill::is_silence(&data))),
        Write::Format(_) => None,
    });
    Told { written: written.collect(), ledger: pipeline.ledger() }
}

fn never(_: u64) -> bool {
    false
}

#[test]
fn what_a_busy_machine_reads_late_stands_where_it_was_spoken() {
    for stands_still in [500, 1_500, 4_000] {
        let busy = move |now| (3_000..3_000 + stands_still).contains(&now);
        let told = record(talk(0, 10_000, |_| 30), 11_000, busy);
        told.is_whole();
        assert_eq!((told.voice().len(), told.ledger.gaps.len(), told.ledger.packets_late), (500, 0, 0), "{stands_still} ms");
    }
}

#[test]
fn a_packet_that_is_sent_again_has_its_place_however_late_the_ring_is_read() {
    let mut coming = talk(0, 8_000, |_| 30);
    coming[200] = packet(4_000, 4_400);
    let told = record(coming, 9_000, |now| (3_900..6_500).contains(&now));
    told.is_whole();
    assert_eq!((told.voice().len(), told.ledger.packets_lost), (400, 0));
}

/// A sender without time sends nothing for a while, and then all at once.
#[test]
fn what_was_kept_up_on_its_way_stands_where_it_was_spoken() {
    let told =
        record(talk(0, 10_000, |spoken| if (4_000..5_200).contains(&spoken) { 5_230 - spoken } else { 30 }), 11_000, never);
    told.is_whole();
    assert_eq!((told.voice().len(), told.ledger.gaps.len()), (500, 0));
    let voice = told.voice();
    assert!(voice.windows(2).all(|two| (19..=21).contains(&(two[1] - two[0]))), "{voice:?}");
}

#[test]
fn a_beginning_that_was_kept_up_stands_where_it_was_spoken() {
    let told = record(talk(0, 5_000, |spoken| if spoken < 1_000 { 1_030 - spoken } else { 30 }), 6_000, never);
    told.is_whole();
    assert_eq!(told.voice()[0], 30);
    assert_eq!(told.voice().len(), 250);
}

#[test]
fn what_was_kept_up_for_too_long_is_left_out_and_the_rest_has_its_place() {
    let told =
        record(talk(0, 12_000, |spoken| if (4_000..8_000).contains(&spoken) { 8_030 - spoken } else { 30 }), 13_000, never);
    told.is_whole();
    let (before, behind) =
        (told.voice().iter().filter(|at| **at < 4_040).count(), told.voice().iter().filter(|at| **at >= 8_029).count());
    assert!(before == 200 && behind >= 200, "what came in time is all there: {before}, {behind}");
    assert_eq!(told.voice().len() as u64 + told.ledger.packets_late, 600, "what is not there is counted");
    assert_eq!(told.ledger.gaps.len(), 1, "{:?}", told.ledger.gaps);
    assert_eq!((told.ledger.gaps[0].from_ms, told.ledger.gaps[0].reason), (4_030, GapReason::Lost));
}

/// A closed lid: its clock stands still with it.
#[test]
fn a_clock_that_stood_still_goes_on_where_its_sound_comes() {
    let mut coming = talk(0, 3_000, |_| 30);
    coming.extend(talk(3_000, 8_000, |_| 10_030));
    let told = record(coming, 19_000, never);
    told.is_whole();
    assert!(told.ledger.packets_late <= 11, "{}", told.ledger.packets_late);
    let last = *told.voice().last().unwrap();
    assert!(last.abs_diff(17_980 + 30) <= 5, "{last}");
}

#[test]
fn a_mute_is_one_gap_whatever_overtakes_it_and_whatever_was_sent_meanwhile() {
    let mut coming = talk(0, 3_000, |_| 30);
    coming.push(off(3_035));
    // Two that were on their way past the valve, and one when it opens again; those between are nobody's to hear, but numbered.
    coming.extend([packet(3_000, 3_036), packet(3_020, 3_056), packet(6_800, 6_830)]);
    coming.extend(talk(7_000, 9_000, |_| 30));
    let told = record(coming, 10_000, never);
    told.is_whole();
    assert_eq!(told.ledger.gaps, [Gap { from_ms: 3_070, to_ms: 7_030, reason: GapReason::Off }]);
    assert_eq!(told.ledger.packets_lost, 0);
}

/// A browser's timestamps stand still while nobody is to be heard, and a report from meanwhile knows a part of it.
#[test]
fn what_is_said_right_behind_a_mute_is_all_there_however_short_it_was() {
    for (lasts, known) in [(200, None), (600, None), (1_000, None), (1_000, Some(600)), (4_000, None), (4_000, Some(2_700))] {
        let report = |behind: u64, spoken: u64| SenderReport { ntp_us: 9_000_000_000 + behind * 1_000, timestamp: spoken * 48 };
        let mut coming = talk(0, 5_000, |_| 30);
        coming.push(off(5_035));
        coming.extend(talk(5_000, 8_000, |_| lasts + 30));
        for (at, item) in &mut coming {
            let SinkItem::Frame(frame) = item else { continue };
            frame.report = match *at {
                ..5_035 => Some(report(0, 0)),
                _ => known.map(|known| report(5_000 + known, 5_000)),
            };
        }
        let told = record(coming, 14_000, never);
        told.is_whole();
        let voice = told.voice();
        assert_eq!((voice.len(), told.ledger.packets_late), (400, 0), "{lasts} ms, {known:?}");
        let after: Vec<u64> = voice[250..].iter().zip(0..).map(|(at, packet)| at.abs_diff(5_030 + lasts + packet * 20)).collect();
        assert!(after.iter().all(|off| *off <= 25), "{lasts} ms, {known:?}: {after:?}");
    }
}

#[test]
fn a_mute_that_lasts_until_the_end_is_told() {
    let mut coming = talk(0, 3_000, |_| 30);
    coming.push(off(3_035));
    let told = record(coming, 9_000, never);
    assert_eq!(told.ledger.gaps, [Gap { from_ms: 3_030, to_ms: 9_000, reason: GapReason::Off }]);
}

/// The discontinuous mode sends something every 400 ms.
#[test]
fn pauses_of_the_discontinuous_mode_are_silence_and_one_gap() {
    let mut coming = talk(0, 2_000, |_| 30);
    coming.extend((2_000..6_000).step_by(400).zip(100..).map(|(spoken, seq)| numbered(1_000 + seq, spoken, spoken + 30)));
    coming.extend((6_000..7_000).step_by(20).zip(110..).map(|(spoken, seq)| numbered(1_000 + seq, spoken, spoken + 30)));
    let told = record(coming, 8_000, never);
    told.is_whole();
    assert_eq!(told.ledger.packets_lost, 0);
    let [gap] = told.ledger.gaps[..] else { panic!("{:?}", told.ledger.gaps) };
    assert_eq!((gap.reason, gap.to_ms), (GapReason::Off, 6_030));
    assert!(gap.from_ms < 2_100);
}

/// Another microphone, with another rate of samples: the browser sends longer packets of a narrower band, numbered anew.
#[test]
fn another_device_with_another_rate_stays_in_step() {
    let mut coming = talk(0, 4_000, |_| 30);
    coming.extend((4_200..10_200).step_by(60).zip(0..).map(|(spoken, seq): (u64, u64)| {
        let packet = MediaFrame {
            stream: 2,
            arrived_us: BEGAN + (spoken + 30) * 1_000,
            timestamp: 77_000_000 + (spoken - 4_200) * 48,
            payload: Arc::from([0x18, 1]),
            ..frame(40_000 + seq)
        };
        (spoken + 30, SinkItem::Frame(packet))
    }));
    let told = record(coming, 11_000, never);
    let voice = told.voice();
    assert_eq!((voice.len(), *voice.last().unwrap()), (300, 10_170));
    let silence: Vec<u64> = told.written.iter().filter(|(_, silence)| *silence).map(|(at, _)| *at).collect();
    assert_eq!(silence, (4_030..4_230).step_by(20).collect::<Vec<_>>());
    assert_eq!(told.ledger.packets_lost, 0);
}

#[test]
fn reports_that_tremble_do_not_move_what_is_said() {
    let mut coming = talk(0, 20_000, |spoken| 30 + spoken * 7 % 13);
    for (at, item) in &mut coming {
        if let SinkItem::Frame(frame) = item {
            let said = *at / 2_000;
            let trembles = said * 37 % 50;
            frame.report = (said > 0)
                .then(|| SenderReport { ntp_us: 9_000_000_000 + said * 2_000_000 + trembles * 1_000, timestamp: said * 96_000 });
        }
    }
    let told = record(coming, 21_000, never);
    told.is_whole();
    assert_eq!((told.voice().len(), told.ledger.packets_late), (1_000, 0));
    let voice = told.voice();
    assert!(voice.windows(2).all(|two| (19..=21).contains(&(two[1] - two[0]))), "{voice:?}");
}

proptest! {
    /// However packets travel, and whenever the ring is read: what is written never overlaps, and each packet is there, lost, or counted as too late.
    #[test]
    fn nothing_is_pressed_together(
        delays in prop::collection::vec(prop_oneof![8 => 20..60u64, 1 => 60..900u64, 1 => 900..4_000u64], 100..400),
        still in 0..3_000u64,
    ) {
        let coming = talk(0, delays.len() as u64 * 20, |spoken| delays[spoken as usize / 20]);
        let until = coming.iter().map(|(at, _)| *at).max().unwrap_or(0) + 2_000;
        let told = record(coming, until, |now| (2_000..2_000 + still).contains(&now));
        for two in told.written.windows(2) {
            prop_assert!(two[1].0 >= two[0].0 + least_behind(two[0].1), "{two:?}");
        }
        let packets = told.voice().len() as u64 + told.ledger.packets_late;
        prop_assert!(packets <= delays.len() as u64);
        prop_assert!(packets + told.ledger.packets_lost >= delays.len() as u64, "{packets} {}", told.ledger.packets_lost);
    }
}

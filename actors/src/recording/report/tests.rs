use super::*;
use crate::recording::ledger::GapReason::{self, *};
use proptest::prelude::*;
use uuid::Uuid;

fn alice() -> ParticipantId {
    ParticipantId(Uuid::from_u128(1))
}

fn ledger(first_ms: u64, end_ms: u64, gaps: &[(u64, u64, GapReason)]) -> TrackLedger {
    let gaps = gaps.iter().map(|(from_ms, to_ms, reason)| Gap { from_ms: *from_ms, to_ms: *to_ms, reason: *reason }).collect();
    TrackLedger { first_ms: Some(first_ms), end_ms: Some(end_ms), gaps, ..TrackLedger::default() }
}

fn segment(number: u32) -> SegmentReport {
    let (name, sha256) = (format!("{number}.webm"), Some("00".repeat(32)));
    SegmentReport { name, number, at_ms: 0, duration_ms: 10, bytes: 10, frames: 1, sha256, mended: false }
}

fn track(ledgers: Vec<TrackLedger>) -> KnownTrack {
    KnownTrack { participant: alice(), source: Source::Microphone, ledgers, segments: vec![segment(1)], fault: None, restarts: 0 }
}

fn known(tracks: Vec<KnownTrack>) -> Known {
    let id = Uuid::from_u128(9);
    let answers = vec![(0, ConsentAnswer::Unanswered), (2_000, ConsentAnswer::Granted)];
    Known {
        recording_id: RecordingId(id),
        room_id: RoomId(id),
        session_id: SessionId(id),
        started_at: Timestamp(1_000_000),
        ended_at: Timestamp(1_060_000),
        away: Vec::new(),
        people: vec![KnownPerson { id: alice(), display_name: "Alice".to_owned(), answers }],
        tracks,
    }
}

fn of(track: KnownTrack) -> (IntegrityReport, TrackReport) {
    let report = IntegrityReport::of(&known(vec![track]));
    let track = report.people[0].tracks[0].clone();
    (report, track)
}

#[test]
fn a_mute_is_not_wanted_and_a_loss_is_wanted_and_not_kept() {
    let (report, track) = of(track(vec![ledger(2_000, 60_000, &[(10_000, 20_000, Off), (30_000, 31_000, Lost)])]));
    assert_eq!((track.wanted_ms, track.kept_ms), (48_000, 47_000));
    assert_eq!(track.missing, Missing { off: 10_000, lost: 1_000, ..Missing::default() });
    assert!(report.complete, "what does not arrive can't be kept");
    assert_eq!(report.problems, ["Alice, microphone: 2.1 % did not arrive."]);
    assert_eq!((report.people[0].without_consent_ms, report.duration_ms), (2_000, 60_000));
    assert!(report.people[0].loss_share.is_some_and(|share| (share - 1.0 / 48.0).abs() < 1e-9));
}

#[test]
fn a_crash_is_missing_until_the_track_is_heard_again() {
    let before = ledger(0, 20_000, &[(20_000, 25_000, Restart)]);
    let (report, track) = of(KnownTrack { restarts: 0, ..track(vec![before, ledger(27_000, 60_000, &[])]) });
    assert_eq!((track.wanted_ms, track.kept_ms, track.missing.restart), (60_000, 53_000, 7_000));
    assert!(!report.complete);
    let said = "Alice, microphone: 7.0 seconds are missing while the server, or the part of it that records this, was away.";
    assert_eq!(report.problems, [said]);
}

#[test]
fn each_of_two_crashes_is_missing_until_the_track_is_heard_again() {
    let heard = [(0, 20_000), (27_000, 30_000), (36_000, 60_000)];
    let gaps: [&[_]; 3] = [&[(20_000, 25_000, Restart)], &[(30_000, 31_000, Restart)], &[]];
    let ledgers = heard.into_iter().zip(gaps).map(|((from, to), gaps)| ledger(from, to, gaps)).collect();
    let (_, track) = of(track(ledgers));
    let gaps: Vec<_> = track.gaps.iter().map(|gap| (gap.from_ms, gap.to_ms)).collect();
    assert_eq!(gaps, [(20_000, 27_000), (30_000, 36_000)]);
    assert_eq!((track.kept_ms, track.missing.restart), (47_000, 13_000));
}

#[test]
fn a_pipeline_that_was_made_again_misses_what_was_until_its_first_frame() {
    let (_, track) = of(KnownTrack {
        restarts: 1,
        ..track(vec![ledger(0, 20_000, &[]), ledger(24_000, 60_000, &[(20_000, 22_000, Restart)])])
    });
    assert_eq!((track.wanted_ms, track.missing.restart, track.restarts), (60_000, 4_000, 1));
}

#[test]
fn who_left_and_came_back_misses_nothing() {
    let (report, track) = of(track(vec![ledger(0, 20_000, &[]), ledger(40_000, 60_000, &[])]));
    assert_eq!((track.wanted_ms, track.kept_ms), (40_000, 40_000));
    assert!(report.complete && report.problems.is_empty());
}

#[test]
fn each_moment_counts_once_for_the_gravest_reason() {
    let (_, track) = of(track(vec![ledger(0, 60_000, &[(10_000, 20_000, Lost), (15_000, 25_000, Disk), (5_000, 30_000, Off)])]));
    assert_eq!(track.missing, Missing { off: 10_000, lost: 5_000, disk: 10_000, ..Missing::default() });
    assert_eq!((track.wanted_ms, track.kept_ms), (50_000, 35_000));
}

#[test]
fn what_lies_behind_the_end_is_not_there() {
    let (_, track) = of(track(vec![ledger(0, 50_000, &[(50_000, 90_000, Disk)])]));
    assert_eq!((track.wanted_ms, track.missing.disk), (60_000, 10_000));
}

#[test]
fn what_can_not_be_read_and_what_the_disk_did_is_said() {
    let spoilt = SegmentReport { sha256: None, ..segment(2) };
    let track =
        KnownTrack { segments: vec![segment(1), spoilt], fault: Some(FileError::Full), ..track(vec![ledger(0, 60_000, &[])]) };
    let (report, _) = of(track);
    assert!(!report.complete);
    let expected =
        ["Alice, microphone: the file 2.webm can't be read.", "Alice, microphone ended with a fault of the disk: it was full."];
    assert_eq!(report.problems, expected);
}

#[test]
fn the_servers_absence_is_said() {
    let away = vec![Stretch { from_ms: 3_661_000, to_ms: 3_665_500 }];
    let report = IntegrityReport::of(&Known { away, ..known(Vec::new()) });
    assert_eq!(report.problems, ["The server was away from 1:01:01 on, for 4.5 seconds: nothing of that time was recorded."]);
}

#[test]
fn drift_is_of_the_longest_stretch() {
    let (short, long) = (ledger(0, 10_000, &[]), ledger(10_000, 60_000, &[]));
    let ledgers = vec![
        TrackLedger { drift_ppm: Some(900.0), packets_lost: 2, ..short },
        TrackLedger { drift_ppm: Some(-40.0), packets_lost: 3, silence_ms: 7, ..long },
    ];
    let (report, track) = of(track(ledgers));
    assert_eq!((track.drift_ppm, track.packets_lost, track.silence_ms), (Some(-40.0), 5, 7));
    assert!(report.problems.is_empty());
}

proptest! {
    #[test]
    fn whatever_the_ledgers_say_nothing_is_kept_that_is_missing(
        spans in prop::collection::vec((0..70_000u64, 0..70_000u64), 0..4),
        gaps in prop::collection::vec((0..70_000u64, 0..70_000u64, 0..6usize), 0..30),
    ) {
        let reasons = [Off, Lost, Broken, Overflow, Disk, Restart];
        let gaps: Vec<_> = gaps.into_iter().map(|(from, to, why)| (from, to, reasons[why])).collect();
        let ledgers = spans.into_iter().map(|(first, end)| ledger(first, end, &gaps)).collect();
        let (_, track) = of(track(ledgers));
        prop_assert_eq!(track.kept_ms + track.missing.wanted_ms(), track.wanted_ms);
    }
}

//! What a crash left goes on.

use super::*;
use crate::recording::manifest::Stretch;
use actors::recording::ledger::{Gap, GapReason};
use std::fs;

#[test]
fn what_was_cut_off_goes_on_behind_a_gap_that_says_so() {
    let mut story = story();
    story.speaks(1..=2, 1);
    story.written(3_500);
    let manifest = story.resumes(9_000);
    assert_eq!(manifest.away, [Stretch { from_ms: 3_500, to_ms: 9_000 }]);
    let [track] = &manifest.tracks[..] else { panic!() };
    let done: Vec<_> = track.segments.iter().map(|one| one.done.as_ref().map(|done| (done.frames, done.mended))).collect();
    assert_eq!(done, [Some((50, false)), Some((50, true))]);
    let gap = Gap { from_ms: 3_000, to_ms: 9_000, reason: GapReason::Restart };
    assert_eq!(track.ledgers.last().unwrap().gaps, [gap]);
    assert_eq!(Manifest::read(&story.path).unwrap().tracks, manifest.tracks, "it is on the disk");

    let known = RecordingBook::resuming(manifest.known());
    assert_eq!(known.begin(microphone()), 2, "its numbers go on");
}

#[test]
fn what_began_after_the_last_word_of_it_is_found_where_it_stands() {
    let mut story = story();
    story.written(500);
    story.speaks(1..=2, 0);
    let manifest = story.resumes(60_000);
    let [track] = &manifest.tracks[..] else { panic!() };
    assert_eq!(track.segments.iter().map(|one| (one.number, one.at_ms)).collect::<Vec<_>>(), [(1, 1_000), (2, 2_000)]);
    assert_eq!((track.ledgers[0].first_ms, track.ledgers[0].end_ms), (Some(1_000), Some(3_000)));
    assert_eq!(manifest.away, [Stretch { from_ms: 3_000, to_ms: 60_000 }]);
}

#[test]
fn a_file_of_which_nothing_came_is_none_and_one_that_cannot_be_read_stays() {
    let mut story = story();
    story.speaks(1..=1, 1);
    fs::write(story.path.join(segment(2).file_name(Container::Webm)), b"").unwrap();
    fs::write(story.path.join(segment(3).file_name(Container::Webm)), b"something else").unwrap();
    story.written(2_000);
    let manifest = story.resumes(5_000);
    let listed: Vec<_> = manifest.tracks[0].segments.iter().map(|one| (one.number, one.done.is_some())).collect();
    assert_eq!(listed, [(1, true), (3, false)]);
    assert!(!story.path.join(segment(2).file_name(Container::Webm)).exists());
}

#[test]
fn a_second_crash_before_anything_was_heard_makes_the_gap_longer() {
    let mut story = story();
    story.speaks(1..=2, 0);
    story.written(3_200);
    story.resumes(6_000);
    let again = story.resumes(8_000);
    assert_eq!(again.tracks[0].ledgers.len(), 1);
    assert_eq!(again.tracks[0].ledgers[0].gaps, [Gap { from_ms: 3_000, to_ms: 8_000, reason: GapReason::Restart }]);
    assert_eq!(again.away, [Stretch { from_ms: 3_200, to_ms: 6_000 }, Stretch { from_ms: 6_000, to_ms: 8_000 }]);
}

#[test]
fn what_the_book_says_is_written_and_what_the_files_said_stays() {
    let mut story = story();
    story.speaks(1..=2, 1);
    story.written(3_000);
    let mut manifest = story.resumes(9_000);
    let before = manifest.tracks.clone();
    let book = RecordingBook::resuming(manifest.known());
    manifest.take(&book.read(), Timestamp(BEGAN.0 + 9_500));
    assert_eq!(manifest.tracks, before);
    manifest.take(&Default::default(), Timestamp(BEGAN.0 + 9_600));
    assert_eq!(manifest.tracks, before);
    assert_eq!(manifest.written_at, Timestamp(BEGAN.0 + 9_600));
}

#[test]
fn what_was_closed_in_order_and_was_heard_until_then_misses_the_absence_as_well() {
    for (written_ms, agrees, missed) in [(3_500, true, true), (60_000, true, false), (3_500, false, false)] {
        let mut story = story();
        story.speaks(1..=2, 2);
        if !agrees {
            story.manifest.people[0].consents.push(ConsentFrom { at_ms: 3_000, consents: Consents::default() });
        }
        story.written(written_ms);
        let manifest = story.resumes(90_000);
        let gap = Gap { from_ms: 3_000, to_ms: 90_000, reason: GapReason::Restart };
        let gaps = &manifest.tracks[0].ledgers.last().unwrap().gaps;
        assert_eq!(*gaps, if missed { vec![gap] } else { Vec::new() }, "written at {written_ms}, agrees: {agrees}");
    }
}

#[test]
fn who_spoke_stands_in_the_manifest_and_is_kept_over_a_restart() {
    let mut story = story();
    let ledger = TrackLedger { spoken: vec![Stretch { from_ms: 1_000, to_ms: 4_000 }], ..TrackLedger::default() };
    story.book.note(microphone(), Vec::new(), ledger);
    story.written(5_000);
    let told = |manifest: &Manifest| -> Vec<_> { manifest.speakers.iter().map(|from| (from.at_ms, from.participant)).collect() };
    let spoken = [(1_000, Some(alice())), (4_000, None)];
    assert_eq!(told(&story.manifest), spoken);
    let mut again = story.resumes(9_000);
    again.take(&again.known(), Timestamp(BEGAN.0 + 10_000));
    assert_eq!(told(&again), spoken);
}

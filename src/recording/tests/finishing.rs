//! The end: reports, signatures, and whoever changes something behind them.

use super::*;
use crate::{
    identity::Keys,
    recording::{
        finish::{REPORT, SEAL, finish},
        verify::{Verdict, verify},
    },
};
use actors::recording::report::IntegrityReport;
use std::{fs, path::Path};

fn keys() -> (tempfile::TempDir, Keys) {
    let place = tempfile::tempdir().unwrap();
    let keys = Keys::open(place.path()).unwrap();
    (place, keys)
}

/// Two seconds of sound that begin at one, of which the second file was cut off.
fn finished(keys: &Keys) -> (Story, IntegrityReport) {
    let mut story = story();
    story.speaks(1..=2, 1);
    story.written(3_000);
    let report = finish(&story.path, Timestamp(BEGAN.0 + 3_000), keys).unwrap();
    (story, report)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn wrong(story: &Story, keys: &Keys) -> Vec<String> {
    verify(&story.path, keys).unwrap().wrong
}

#[test]
fn a_finished_recording_says_what_it_holds_and_who_signed_that() {
    let (_place, keys) = keys();
    let (story, report) = finished(&keys);
    assert!(report.complete, "{:?}", report.problems);
    assert_eq!(report.duration_ms, 3_000);
    let [person] = &report.people[..] else { panic!() };
    let [track] = &person.tracks[..] else { panic!() };
    assert_eq!((person.display_name.as_str(), person.without_consent_ms), ("Alice", 0));
    assert_eq!((track.wanted_ms, track.kept_ms, track.segments.len()), (2_000, 2_000, 2));
    assert_eq!(track.segments.iter().map(|segment| segment.mended).collect::<Vec<_>>(), [false, true]);
    let Verdict { kid, good, wrong } = verify(&story.path, &keys).unwrap();
    assert_eq!((kid, good), (Some(keys.list()[0].kid.clone()), 2));
    assert!(wrong.is_empty(), "{wrong:?}");
    let manifest = Manifest::read(&story.path).unwrap();
    let hashes: Vec<_> = manifest.tracks[0].segments.iter().filter_map(|one| Some(one.done.as_ref()?.sha256.len())).collect();
    assert_eq!((manifest.ended_at, hashes), (Some(Timestamp(BEGAN.0 + 3_000)), vec![64, 64]));
}

#[test]
fn done_again_it_is_the_same() {
    let (_place, keys) = keys();
    let (story, _) = finished(&keys);
    let before = fs::read(story.path.join(REPORT)).unwrap();
    finish(&story.path, Timestamp(BEGAN.0 + 900_000), &keys).unwrap();
    assert_eq!(fs::read(story.path.join(REPORT)).unwrap(), before);
    assert!(wrong(&story, &keys).is_empty());
}

#[test]
fn one_byte_of_the_report_is_found() {
    let (_place, keys) = keys();
    let (story, _) = finished(&keys);
    let report = story.path.join(REPORT);
    let length = fs::read(&report).unwrap().len();
    for at in (0..length).step_by(97) {
        flip(&report, at);
        assert!(!wrong(&story, &keys).is_empty(), "byte {at}");
        flip(&report, at);
    }
    assert!(wrong(&story, &keys).is_empty());
}

#[test]
fn one_byte_of_a_file_is_found_and_so_is_one_that_is_gone() {
    let (_place, keys) = keys();
    let (story, _) = finished(&keys);
    let file = story.path.join(segment(2).file_name(Container::Webm));
    for at in [0, 100, fs::read(&file).unwrap().len() - 1] {
        flip(&file, at);
        let told = wrong(&story, &keys);
        assert!(told.len() == 1 && told[0].contains("not the file that was recorded"), "{told:?}");
        flip(&file, at);
    }
    fs::remove_file(file).unwrap();
    assert_eq!(wrong(&story, &keys).len(), 1);
}

#[test]
fn another_signature_and_none_are_found() {
    let (_place, keys) = keys();
    let (story, _) = finished(&keys);
    let seal = story.path.join(SEAL);
    let (_elsewhere, others) = self::keys();
    let forged = crate::recording::seal::seal(&fs::read(story.path.join(REPORT)).unwrap(), &others).unwrap();
    fs::write(&seal, forged).unwrap();
    assert!(wrong(&story, &keys)[0].contains("does not know"), "{:?}", wrong(&story, &keys));
    fs::remove_file(seal).unwrap();
    assert_eq!(wrong(&story, &keys).len(), 1);
}

#[test]
fn a_file_that_vanished_before_the_end_is_said_to_be_unreadable() {
    let (_place, keys) = keys();
    let mut story = story();
    story.speaks(1..=2, 2);
    story.written(3_000);
    fs::remove_file(story.path.join(segment(1).file_name(Container::Webm))).unwrap();
    let report = finish(&story.path, Timestamp(BEGAN.0 + 3_000), &keys).unwrap();
    assert!(!report.complete);
    assert!(report.problems[0].contains("can't be read"), "{:?}", report.problems);
}

#[test]
fn a_recording_that_went_on_after_a_crash_tells_of_it() {
    let (_place, keys) = keys();
    let mut story = story();
    story.speaks(1..=2, 0);
    story.written(3_000);
    story.manifest = story.resumes(8_000);
    story.book = RecordingBook::resuming(story.manifest.known());
    story.book.begin(microphone());
    story.speaks(9..=10, 10);
    story.written(11_000);
    let report = finish(&story.path, Timestamp(BEGAN.0 + 11_000), &keys).unwrap();
    let track = &report.people[0].tracks[0];
    assert!(!report.complete);
    assert_eq!(track.missing.restart, 5_000);
    assert_eq!((report.away.len(), track.segments.len(), report.problems.len()), (1, 4, 2), "{:?}", report.problems);
    assert!(wrong(&story, &keys).is_empty());
}

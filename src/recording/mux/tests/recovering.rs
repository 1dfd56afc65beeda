//! Crashes at every byte, and worse.

use super::{reader::read, *};
use crate::recording::mux::{RecoverError, Recovered, recover};
use proptest::prelude::*;
use std::io::{Read, Seek, SeekFrom, Write};

/// What recovery says of a file, and what it makes of it.
fn recovered(bytes: &[u8]) -> (Result<Recovered, RecoverError>, Vec<u8>) {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("room");
    let result = recover(&mut file);
    let mut after = Vec::new();
    file.seek(SeekFrom::Start(0)).expect("a place");
    file.read_to_end(&mut after).expect("readable");
    (result, after)
}

/// The file without its end, and where each frame ends in it.
fn unfinished(track: &TrackFormat, frames: &[Frame]) -> (Vec<u8>, Vec<u64>) {
    let mut writer = begin(track);
    let ends = frames.iter().map(|frame| {
        writer.write(frame.at_ms, frame.keyframe, &frame.data).expect("memory does not fill");
        writer.bytes()
    });
    let ends = ends.collect();
    (bytes(&mut writer), ends)
}

fn head_length(track: &TrackFormat) -> usize {
    begin(track).bytes() as usize
}

/// Long pauses, so that there are clusters by time as well.
fn story() -> Vec<Frame> {
    let mut frames = film(14, 5);
    frames[8..].iter_mut().for_each(|frame| frame.at_ms += 1_900);
    frames
}

#[test]
fn every_beginning_of_a_file_gives_what_was_whole_in_it() {
    for (track, frames) in [(vp8(), story()), (opus(), voice(12))] {
        let (whole, ends) = unfinished(&track, &frames);
        for length in 0..=whole.len() {
            let part = &whole[..length];
            let (result, after) = recovered(part);
            if length < head_length(&track) {
                assert!(matches!(result, Err(RecoverError::TornHead)), "{length}: {result:?}");
                assert_eq!(after, part, "left alone");
                continue;
            }
            let left = ends.iter().filter(|end| **end <= length as u64).count();
            let kept = if left == 0 { head_length(&track) as u64 } else { ends[left - 1] };
            let said = result.expect("ours");
            assert_eq!((said.frames, said.cut_bytes), (left as u64, length as u64 - kept), "{length}");
            assert!(!said.finished_before && said.skipped_bytes == 0);
            assert_eq!(after, finished(&track, &frames[..left]), "{length}: as if its writer had finished it");
        }
    }
}

#[test]
fn a_finished_file_is_left_as_it_is() {
    for (track, frames) in [(vp8(), story()), (opus(), voice(12)), (opus(), Vec::new())] {
        let file = finished(&track, &frames);
        let (result, after) = recovered(&file);
        let said = result.expect("ours");
        assert_eq!((said.frames, said.cut_bytes, said.finished_before), (frames.len() as u64, 0, true));
        assert_eq!(after, file);
    }
}

#[test]
fn a_crash_while_finishing_costs_nothing() {
    let frames = story();
    let (open, ends) = unfinished(&vp8(), &frames);
    let closed = finished(&vp8(), &frames);
    let end = *ends.last().expect("frames") as usize;
    for length in end..=closed.len() {
        // The index comes before what is patched, and some of that may be on the disk.
        for patched in [0, 100, 200, end] {
            let crashed = [&closed[..patched], &open[patched..end], &closed[end..length]].concat();
            let (result, after) = recovered(&crashed);
            assert_eq!(result.expect("ours").frames, frames.len() as u64);
            assert_eq!(after, closed);
        }
    }
}

#[test]
fn what_a_power_cut_leaves_empty_is_cut() {
    let frames = story();
    let (mut open, _) = unfinished(&vp8(), &frames);
    open.resize(open.len() + 10_000, 0);
    let (result, after) = recovered(&open);
    assert_eq!(result.expect("ours").cut_bytes, 10_000);
    assert_eq!(after, finished(&vp8(), &frames));
}

#[test]
fn damage_in_the_middle_costs_its_cluster_and_no_other() {
    let frames = story();
    let (mut open, ends) = unfinished(&vp8(), &frames);
    // The block behind the second frame: its id.
    open[ends[1] as usize] = 0;
    let (result, after) = recovered(&open);
    let said = result.expect("ours");
    let survivors = [&frames[..2], &frames[5..]].concat();
    assert_eq!((said.frames, said.skipped_bytes, said.cut_bytes), (11, ends[4] - ends[1], 0));
    assert_eq!(read(&after).frames, survivors);
    let (again, same) = recovered(&after);
    assert!(again.expect("ours").finished_before);
    assert_eq!(same, after);
}

#[test]
fn a_hole_at_the_end_of_a_file_without_index_stays_as_it_is() {
    let frames = [frame(0, false, b"one"), frame(50, true, b"two"), frame(90, true, b"three")];
    let (mut open, ends) = unfinished(&vp8(), &frames);
    // Between the first and the third nothing can be read, and of the third there is no block.
    open[ends[0] as usize] = 0;
    let last_block = ends[2] as usize - 11;
    open[last_block] = 0;
    open[ends[0] as usize + 4] = 0;
    let (result, after) = recovered(&open);
    assert_eq!(result.expect("ours").frames, 1);
    let (again, same) = recovered(&after);
    assert!(again.expect("ours").finished_before);
    assert_eq!(same, after);
}

#[test]
fn damage_longer_than_a_look_is_passed_too() {
    for length in [200, 8_000, 8_180, 8_192, 8_193, 20_000, 70_000] {
        let frames =
            [frame(0, true, b"one"), frame(50, false, &vec![7; length]), frame(90, true, b"two"), frame(99, false, b"three")];
        let (mut open, ends) = unfinished(&vp8(), &frames);
        open[ends[0] as usize] = 0x55;
        let (result, after) = recovered(&open);
        assert_eq!(result.expect("ours").skipped_bytes, ends[1] - ends[0]);
        assert_eq!(read(&after).frames, [&frames[..1], &frames[2..]].concat());
    }
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let ours = finished(&opus(), &voice(5));
    let foreign = {
        let mut foreign = ours.clone();
        let at = foreign.windows(9).position(|name| name == b"greenroom").expect("our name");
        foreign[at..at + 9].copy_from_slice(b"Lavf60.16");
        foreign
    };
    let files: [&[u8]; 5] =
        [&foreign, b"RIFF\x24\x00\x00\x00WAVEfmt ", &[0; 4_096], &[0xff; 4_096], b"\x1a\x45\xdf\xa3\x93plain words, no film"];
    for file in files {
        let (result, after) = recovered(file);
        assert!(matches!(result, Err(RecoverError::NotOurs)), "{result:?}");
        assert_eq!(after, file);
    }
}

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let one = (0..900u64, any::<bool>(), prop::collection::vec(any::<u8>(), 1..60));
    prop::collection::vec(one, 0..25).prop_map(|parts| {
        let mut at_ms = 0;
        let place = |(after, keyframe, data): (u64, bool, Vec<u8>)| {
            at_ms += after;
            Frame { at_ms, keyframe, data }
        };
        parts.into_iter().map(place).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_frames_cut_anywhere(frames in frames(), cut in any::<prop::sample::Index>(), ended in any::<bool>()) {
        let whole = if ended { finished(&vp8(), &frames) } else { unfinished(&vp8(), &frames).0 };
        let head = head_length(&vp8());
        let part = &whole[..head + cut.index(whole.len() - head + 1)];
        let (result, after) = recovered(part);
        let left = read(part).frames;
        prop_assert_eq!(result.expect("ours").frames, left.len() as u64);
        prop_assert_eq!(after, finished(&vp8(), &left));
    }

    #[test]
    fn any_flips_behind_the_head(
        frames in frames(),
        ended in any::<bool>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut file = if ended { finished(&vp8(), &frames) } else { unfinished(&vp8(), &frames).0 };
        let head = head_length(&vp8());
        let behind = file.len() - head;
        for (place, byte) in flips.iter().filter(|_| behind > 0) {
            file[head + place.index(behind)] = *byte;
        }
        let (result, after) = recovered(&file);
        let said = result.expect("ours");
        prop_assert_eq!(said.frames, read(&after).frames.len() as u64);
        let (again, same) = recovered(&after);
        let again = again.expect("ours");
        prop_assert!(again.finished_before && again.frames == said.frames && again.duration_ms == said.duration_ms);
        prop_assert_eq!(same, after);
    }

    #[test]
    fn any_flips_at_all(frames in frames(), flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut file = finished(&vp8(), &frames);
        for (place, byte) in &flips {
            let place = place.index(file.len());
            file[place] = *byte;
        }
        match recovered(&file) {
            (Ok(said), after) => {
                let (again, same) = recovered(&after);
                prop_assert_eq!(again.expect("still ours").frames, said.frames);
                prop_assert_eq!(same, after);
            }
            (Err(RecoverError::Io(error)), _) => panic!("{error}"),
            (Err(_), after) => prop_assert_eq!(after, file),
        }
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), ours in any::<bool>()) {
        let head = if ours { unfinished(&vp8(), &[]).0 } else { Vec::new() };
        let file = [head, bytes].concat();
        match recovered(&file) {
            (Ok(said), after) => prop_assert!(ours && said.frames == read(&after).frames.len() as u64),
            (Err(why), after) => {
                prop_assert!(!ours && !matches!(why, RecoverError::Io(_)));
                prop_assert_eq!(after, file);
            }
        }
    }
}

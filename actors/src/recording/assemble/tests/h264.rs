//! Parameter sets: in `avcC`, and between pictures only where they differ from it.

use super::*;
use crate::recording::assemble::sps::tests::baseline;

const SIZE: Size = (640, 360);
/// The same number as [`PPS`], and other contents.
const OTHER_PPS: &[u8] = &[0x68, 0xce, 0x3c, 0x81];

/// What came out of these payloads, a packet each, of one picture.
fn sends(track: &mut Track, units: &[&[u8]]) -> Vec<Assembled> {
    track.sends_payloads(&units.iter().map(|unit| unit.to_vec()).collect::<Vec<_>>());
    track.comes_out()
}

fn frame(keyframe: bool, units: &[&[u8]], out: &[Assembled]) {
    let [Assembled::Frame(frame)] = out else { panic!("{out:02x?}") };
    assert_eq!((frame.keyframe, &frame.data), (keyframe, &lengths(units)));
}

fn begun() -> (Track, Vec<u8>) {
    let (mut track, sps) = (Track::new(Codec::H264), h264_sps(SIZE));
    sends(&mut track, &[&sps, PPS, &h264_idr(1)]);
    (track, sps)
}

#[test]
fn the_record_holds_the_sets_and_the_pictures_do_not() {
    let (mut track, sps) = (Track::new(Codec::H264), h264_sps(SIZE));
    let (idr, info) = (h264_idr(1), [0x06, 5, 1, 7, 0x80]);
    let out = sends(&mut track, &[&[0x09, 0xf0], &aggregate(&[&sps, PPS]), &info, &idr]);
    let [Assembled::Format(format), Assembled::Frame(frame)] = &out[..] else { panic!("{out:?}") };
    let record = [&[1, 66, 0xe0, 31, 0xff, 0xe1, 0, sps.len() as u8][..], &sps, &[1, 0, PPS.len() as u8], PPS].concat();
    assert_eq!(*format, TrackFormat { codec: Codec::H264, size: Some(SIZE), private: Some(record) });
    assert_eq!(frame.data, lengths(&[&info, &idr]));
}

#[test]
fn a_cropped_size_is_what_is_shown() {
    let mut track = Track::new(Codec::H264);
    sends(&mut track, &[&h264_sps((1920, 1080)), PPS, &h264_idr(1)]);
    assert_eq!(track.assembler.format().and_then(|format| format.size), Some((1920, 1080)));
}

#[test]
fn all_slices_of_a_picture_are_one_unit_of_access() {
    let (mut track, sps) = begun();
    let (first, second) = (h264_slice(1), [0x41, 0x40, 0x55, 3]);
    frame(false, &[&first, &second], &sends(&mut track, &[&first, &second]));
    // Without its beginning it is none, and those after it refer to it.
    assert_eq!(sends(&mut track, &[&second]), [Assembled::Dropped { pictures: 1 }]);
    assert_eq!(sends(&mut track, &[&first]), [Assembled::Dropped { pictures: 1 }]);
    frame(true, &[&h264_idr(2)], &sends(&mut track, &[&sps, PPS, &h264_idr(2)]));
}

#[test]
fn sets_that_change_stand_before_every_keyframe_from_then_on() {
    let (mut track, sps) = begun();
    let (idr, slice) = (h264_idr(2), h264_slice(3));
    // What stays as it is stands in the record alone.
    frame(true, &[&idr], &sends(&mut track, &[&sps, PPS, &idr]));
    frame(false, &[&slice], &sends(&mut track, &[PPS, &slice]));
    frame(false, &[OTHER_PPS, &slice], &sends(&mut track, &[OTHER_PPS, &slice]));
    frame(false, &[&slice], &sends(&mut track, &[&slice]));
    // A player may begin here.
    frame(true, &[&sps, OTHER_PPS, &idr], &sends(&mut track, &[&idr]));
    frame(true, &[&sps, OTHER_PPS, &idr], &sends(&mut track, &[&sps, OTHER_PPS, &idr]));
    // Back to the record: said once to a decoder that has the others.
    frame(true, &[&sps, PPS, &idr], &sends(&mut track, &[&sps, PPS, &idr]));
    frame(true, &[&idr], &sends(&mut track, &[&sps, PPS, &idr]));
}

#[test]
fn sets_that_come_alone_stand_before_the_next_picture() {
    let (mut track, sps) = begun();
    assert_eq!(sends(&mut track, &[OTHER_PPS]), []);
    let slice = h264_slice(2);
    frame(false, &[&sps, OTHER_PPS, &slice], &sends(&mut track, &[&slice]));
    frame(false, &[&slice], &sends(&mut track, &[&slice]));
    // Before the first picture they are what the record is made of.
    let mut track = Track::new(Codec::H264);
    assert_eq!(sends(&mut track, &[&sps, PPS]), []);
    let out = sends(&mut track, &[&h264_idr(1)]);
    assert!(matches!(&out[..], [Assembled::Format(_), Assembled::Frame(frame)] if frame.keyframe), "{out:?}");
}

#[test]
fn a_new_size_is_a_new_record_and_its_sets_are_said_too() {
    let (mut track, _) = begun();
    let (sps, idr) = (h264_sps((320, 180)), h264_idr(2));
    let out = sends(&mut track, &[&sps, PPS, &idr]);
    let [Assembled::Format(format), Assembled::Frame(frame)] = &out[..] else { panic!("{out:?}") };
    assert_eq!(format.size, Some((320, 180)));
    assert!(format.private.as_ref().is_some_and(|record| record.windows(sps.len()).any(|part| part == sps)));
    assert_eq!(frame.data, lengths(&[&sps, PPS, &idr]));
}

#[test]
fn numbers_that_grow_with_every_keyframe_are_no_new_file_each() {
    let (mut track, _) = begun();
    for number in 1..40u32 {
        let sps = baseline(number % 32, (40, 23), [0, 0, 0, 4]);
        // Its own number 0, and of that sequence.
        let mut bits = super::super::bits::Writer::default();
        let width = (number % 32 + 1).ilog2() as usize;
        [(0x68, 8), (1, 1), (0, width), (number % 32 + 1, width + 1), (1, 1)].iter().for_each(|(v, w)| bits.put(*v, *w));
        let (pps, idr) = (bits.into_bytes(), h264_idr(number as u8));
        let out = sends(&mut track, &[&sps, &pps, &idr]);
        if number != 32 {
            frame(true, &[&sps, &pps, &idr], &out);
        }
    }
}

#[test]
fn a_keyframe_without_its_sets_is_none() {
    let (sps, idr) = (h264_sps(SIZE), h264_idr(1));
    for units in [&[&idr[..]][..], &[&sps, &idr], &[PPS, &idr], &[&sps[..6], PPS, &idr]] {
        let mut track = Track::new(Codec::H264);
        assert_eq!(sends(&mut track, units), [Assembled::Dropped { pictures: 1 }], "{units:02x?}");
        assert_eq!(track.assembler.format(), None);
    }
    // Those of another stream don't count.
    let (mut track, _) = begun();
    track.another_stream();
    assert_eq!(sends(&mut track, &[&idr]), [Assembled::Dropped { pictures: 1 }]);
}

//! What becomes of pictures, whatever their codec.

use super::{super::pictures::LARGEST, *};

const SMALL: Size = (320, 180);
const LARGE: Size = (1280, 720);

/// A keyframe, two that need it, and another keyframe of the same size.
fn some(maker: &Maker) -> [Picture; 4] {
    [(maker.key)(SMALL, 10), (maker.delta)(20), (maker.delta)(30), (maker.key)(SMALL, 40)]
}

/// The story with every codec: what is told in the end.
fn every(expected: &[&str], story: impl Fn(&mut Track, &[Picture; 4])) {
    for maker in &MAKERS {
        let (mut track, pictures) = (Track::new(maker.codec), some(maker));
        story(&mut track, &pictures);
        let sent: Vec<&Picture> = pictures.iter().collect();
        assert_eq!(track.told(&sent), *expected, "{:?}", maker.codec);
    }
}

#[test]
fn pictures_come_out_as_they_went_in_behind_their_format() {
    every(&["format 320x180", "key 0", "delta 1", "delta 2", "key 3"], |track, pictures| {
        assert_eq!((track.assembler.format(), track.assembler.waits_for_keyframe()), (None, true));
        pictures.iter().for_each(|picture| track.sends(picture));
        assert_eq!(track.assembler.format().and_then(|format| format.size), Some(SMALL));
        assert!(!track.assembler.waits_for_keyframe());
    });
}

#[test]
fn a_frame_has_the_time_of_its_first_packet_and_the_newest_report() {
    for maker in &MAKERS {
        let mut track = Track::new(maker.codec);
        let key = (maker.key)(SMALL, 1);
        track.sends(&key);
        let Some(Assembled::Frame(frame)) = track.comes_out().pop() else { panic!("no frame") };
        let report = SenderReport { ntp_us: 1_000 + key.payloads.len() as u64, timestamp: 90_000 };
        assert_eq!((frame.stream, frame.timestamp, frame.arrived_us), (1, 90_000, 100_100));
        assert_eq!((frame.report, frame.keyframe), (Some(report), true));
    }
}

#[test]
fn who_comes_in_the_middle_waits_for_a_keyframe() {
    every(&["dropped 2", "format 320x180", "key 3", "delta 2"], |track, [_, second, third, last]| {
        [second, third, last, third].iter().for_each(|picture| track.sends(picture));
    });
}

#[test]
fn a_picture_without_its_marker_ends_with_the_next_timestamp() {
    every(&["format 320x180", "key 0", "delta 1"], |track, [first, second, third, _]| {
        for picture in [first, second] {
            picture.payloads.iter().for_each(|payload| track.push(payload, false));
            track.next_picture();
        }
        // The last one that came is still under way.
        track.push(&third.payloads[0], false);
    });
}

#[test]
fn every_hole_in_a_picture_costs_it_and_those_that_need_it() {
    for maker in &MAKERS {
        let pictures = some(maker);
        let [first, second, third, last] = &pictures;
        let sent: Vec<&Picture> = pictures.iter().collect();
        for at in 0..second.payloads.len() {
            let mut track = Track::new(maker.codec);
            track.sends(first);
            track.loses(second, &[at]);
            track.sends(third);
            track.sends(last);
            let expected = ["format 320x180", "key 0", "dropped 2", "key 3"];
            assert_eq!(track.told(&sent), expected, "{:?} without {at}", maker.codec);
        }
    }
}

#[test]
fn a_keyframe_with_a_hole_is_none_wherever_it_is() {
    for maker in &MAKERS {
        let pictures = some(maker);
        let [first, second, _, last] = &pictures;
        let sent: Vec<&Picture> = pictures.iter().collect();
        for at in 0..first.payloads.len() {
            let mut track = Track::new(maker.codec);
            track.loses(first, &[at]);
            track.sends(second);
            assert_eq!(track.told(&sent), ["dropped 2"], "{:?} without {at}", maker.codec);
            assert!(track.assembler.waits_for_keyframe());
            track.sends(last);
            assert_eq!(track.told(&sent), ["format 320x180", "key 3"]);
        }
    }
}

#[test]
fn pictures_that_were_lost_as_a_whole_are_not_counted_and_yet_missed() {
    every(&["format 320x180", "key 0", "dropped 1", "key 3", "delta 1"], |track, [first, second, third, last]| {
        track.sends(first);
        track.loses(second, &[0, 1, 2, 3, 4, 5]);
        [third, last, second].iter().for_each(|picture| track.sends(picture));
    });
}

#[test]
fn a_hole_in_front_of_a_keyframe_costs_nothing_more() {
    every(&["format 320x180", "key 0", "key 3", "delta 2"], |track, [first, _, third, last]| {
        track.sends(first);
        track.assembler.lost();
        [last, third].iter().for_each(|picture| track.sends(picture));
    });
}

#[test]
fn a_format_is_told_again_where_the_size_changes_and_only_there() {
    for maker in &MAKERS {
        let mut track = Track::new(maker.codec);
        let (small, large, delta) = ((maker.key)(SMALL, 10), (maker.key)(LARGE, 20), (maker.delta)(30));
        let sent = [&small, &large, &delta];
        [&small, &delta, &small].iter().for_each(|picture| track.sends(picture));
        assert_eq!(track.told(&sent), ["format 320x180", "key 0", "delta 2", "key 0"]);
        track.sends(&large);
        // H.264's sets stand before a picture with which they change.
        let out = track.comes_out();
        let [Assembled::Format(format), Assembled::Frame(frame)] = &out[..] else { panic!("{out:?}") };
        assert_eq!((format.size, frame.keyframe, track.assembler.format()), (Some(LARGE), true, Some(format)));
        assert!(frame.data.ends_with(&large.data));
        [&delta, &large].iter().for_each(|picture| track.sends(picture));
        assert_eq!(track.told(&sent), ["delta 2", "key 1"], "{:?}", maker.codec);
    }
}

#[test]
fn another_stream_begins_with_a_keyframe_and_goes_on_in_the_same_format() {
    for told in [true, false] {
        let expected = ["format 320x180", "key 0", "dropped 2", "key 3", "delta 2"];
        every(&expected, |track, [first, second, third, last]| {
            track.sends(first);
            // It ends in the middle of a picture.
            track.push(&second.payloads[0], false);
            track.another_stream();
            if told {
                track.assembler.reset();
                assert!(track.assembler.waits_for_keyframe());
            }
            // The cut picture is told with the next packet, the next one when it ends.
            [second, last, third].iter().for_each(|picture| track.sends(picture));
        });
    }
}

#[test]
fn padding_belongs_to_no_picture() {
    every(&["format 320x180", "key 0", "delta 1"], |track, [first, second, ..]| {
        track.push(&[], false);
        track.sends(first);
        track.push(&[], true);
        let (last, before) = second.payloads.split_last().unwrap();
        before.iter().for_each(|payload| track.push(payload, false));
        track.push(&[], true);
        track.push(last, true);
    });
}

#[test]
fn a_picture_that_never_ends_is_dropped_before_it_fills_the_memory() {
    for (codec, begins, goes_on) in [
        (Codec::Vp8, &[0x10, 0x51][..], 0x00),
        (Codec::Vp9, &[0x08, 0x86], 0x00),
        (Codec::H264, &[0x41, 0x9a], 0x41),
        (Codec::Av1, &[0x50, 0x30, 0x30], 0xd0),
    ] {
        let mut track = Track::new(codec);
        let payload = [&[goes_on][..], &[0xff; 60_000]].concat();
        track.push(begins, false);
        (0..=LARGEST / 60_000).for_each(|_| track.push(&payload, false));
        track.push(&payload, true);
        assert_eq!(track.told(&[]), ["dropped 1"], "{codec:?}");
    }
}

#[test]
fn another_codec_takes_over_with_its_own_keyframe() {
    let (vp8, h264) = (MAKERS[0], MAKERS[3]);
    let (first, second) = ((vp8.key)(SMALL, 1), (h264.key)(SMALL, 2));
    let mut track = Track::new(Codec::Vp8);
    track.sends(&first);
    track.codec = Codec::H264;
    track.sends(&second);
    assert_eq!(track.told(&[&first, &second]), ["format 320x180", "key 0", "format 320x180", "key 1"]);
    assert_eq!(track.assembler.format().map(|format| format.codec), Some(Codec::H264));
}

#[test]
fn sound_comes_out_packet_by_packet_whatever_is_lost() {
    let mut track = Track::new(Codec::Opus);
    let sound = TrackFormat { codec: Codec::Opus, size: None, private: None };
    assert_eq!(track.assembler.format(), Some(&sound));
    let packets = [&[0x78, 1, 2, 3][..], &[0x78, 4], &[], &[0xf8], &[0x78, 5]];
    for (at, payload) in packets.iter().enumerate() {
        track.push(payload, at == 0);
        track.next_picture();
        track.assembler.lost();
    }
    track.another_stream();
    track.assembler.reset();
    track.push(&[0x78, 6], false);
    let mut out = track.comes_out().into_iter();
    assert_eq!(out.next(), Some(Assembled::Format(sound)));
    let frames = out.map(|one| match one {
        Assembled::Frame(frame) if frame.keyframe => (frame.stream, frame.timestamp, frame.data),
        other => panic!("{other:?}"),
    });
    let expected = [
        (1, 90_000, vec![0x78, 1, 2, 3]),
        (1, 93_000, vec![0x78, 4]),
        (1, 99_000, vec![0xf8]),
        (1, 102_000, vec![0x78, 5]),
        (2, 12, vec![0x78, 6]),
    ];
    assert_eq!(frames.collect::<Vec<_>>(), expected);
    assert!(!track.assembler.waits_for_keyframe());
}

#[test]
fn what_is_shown_of_it_holds_no_media() {
    let mut track = Track::new(Codec::Vp8);
    track.push(&[0x10, 0x51, 0xab, 0xcd], false);
    assert_eq!(format!("{:?}", track.assembler), "Assembler { codec: Vp8, stream: Some(1), waits: true, .. }");
}

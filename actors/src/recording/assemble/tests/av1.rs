//! Units of AV1 on their way into a container.

use super::*;

const SIZE: Size = (640, 360);
const DELIMITER: &[u8] = &[0x10];
const PADDING: &[u8] = &[0x78, 1, 2, 3];
const METADATA: &[u8] = &[0x28, 1, 2];

/// All in one packet, each with its length.
fn packet(flags: u8, units: &[&[u8]]) -> Vec<u8> {
    let measured = units.iter().flat_map(|unit| [&[unit.len() as u8][..], unit].concat());
    [flags].into_iter().chain(measured).collect()
}

fn sends(track: &mut Track, payloads: &[Vec<u8>]) -> Vec<Assembled> {
    track.sends_payloads(payloads);
    track.comes_out()
}

fn data(out: &[Assembled]) -> (bool, &[u8]) {
    match out.last() {
        Some(Assembled::Frame(frame)) => (frame.keyframe, &frame.data),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_record_and_the_size_come_from_the_sequence_header() {
    let mut track = Track::new(Codec::Av1);
    let (sequence, key) = (av1_sequence(SIZE), av1_frame(true, 1));
    let out = sends(&mut track, &[packet(0x08, &[DELIMITER, &sequence, METADATA, PADDING, &key])]);
    let record = [&[0x81, 0x08, 0x0d, 0][..], &with_size(&sequence)].concat();
    let format = TrackFormat { codec: Codec::Av1, size: Some(SIZE), private: Some(record) };
    assert_eq!(out[0], Assembled::Format(format));
    // Without delimiters and padding, and with sizes.
    assert_eq!(data(&out), (true, &[with_size(&sequence), with_size(METADATA), with_size(&key)].concat()[..]));
}

#[test]
fn units_that_have_a_size_keep_it() {
    let mut track = Track::new(Codec::Av1);
    let (sequence, key) = (with_size(&av1_sequence(SIZE)), with_size(&av1_frame(true, 1)));
    let out = sends(&mut track, &[packet(0x08, &[&sequence, &key])]);
    assert_eq!(data(&out), (true, &[sequence, key].concat()[..]));
}

#[test]
fn spatial_layers_are_one_unit() {
    let mut track = Track::new(Codec::Av1);
    let layer = |frame: Vec<u8>, spatial: u8| [&[frame[0] | 0x04, spatial << 3][..], &frame[1..]].concat();
    let (sequence, lower) = (av1_sequence(SIZE), layer(av1_frame(true, 1), 0));
    let upper = layer(av1_frame(false, 2), 1);
    let sized = |unit: &[u8]| [&[unit[0] | 2, unit[1], unit.len() as u8 - 2][..], &unit[2..]].concat();
    let out = sends(&mut track, &[packet(0x08, &[&sequence, &lower]), packet(0x00, &[&upper])]);
    assert_eq!(data(&out), (true, &[with_size(&sequence), sized(&lower), sized(&upper)].concat()[..]));
}

#[test]
fn the_frame_says_what_is_a_keyframe_and_not_the_packet() {
    let (sequence, key, delta) = (av1_sequence(SIZE), av1_frame(true, 1), av1_frame(false, 2));
    let later = [0x30, 0x00, 7];
    let again = [0x18, 0x80];
    let intra_only = [0x30, 0x50, 7];
    let table: &[(&[&[u8]], bool)] = &[
        (&[&sequence, &key], true),
        (&[&sequence, &delta], false),
        (&[&key], false),
        (&[&sequence, &later], false),
        (&[&sequence, &again], false),
        (&[&sequence, &intra_only], false),
        // A header alone, and its tiles.
        (&[&sequence, &[0x18, 0x10, 7], &[0x20, 1, 2]], true),
    ];
    for (units, keyframe) in table {
        for flags in [0x00, 0x08] {
            let mut track = Track::new(Codec::Av1);
            let out = sends(&mut track, &[packet(flags, units)]);
            match keyframe {
                true => assert!(data(&out).0, "{units:02x?}"),
                false => assert_eq!(out, [Assembled::Dropped { pictures: 1 }], "{units:02x?}"),
            }
        }
    }
}

#[test]
fn tiles_without_their_frame_are_no_picture() {
    let mut track = Track::new(Codec::Av1);
    sends(&mut track, &[packet(0x08, &[&av1_sequence(SIZE), &av1_frame(true, 1)])]);
    assert_eq!(sends(&mut track, &[packet(0, &[&[0x20, 1, 2]])]), [Assembled::Dropped { pictures: 1 }]);
    assert!(track.assembler.waits_for_keyframe());
}

#[test]
fn a_sequence_header_alone_is_no_picture() {
    let mut track = Track::new(Codec::Av1);
    assert_eq!(sends(&mut track, &[packet(0x08, &[DELIMITER, &av1_sequence(SIZE)])]), []);
    assert_eq!(track.assembler.format(), None);
}

#[test]
fn fragments_that_do_not_fit_are_no_picture() {
    let (sequence, key) = (av1_sequence(SIZE), av1_frame(true, 1));
    let whole = packet(0x08, &[&sequence, &key]);
    let table = [
        vec![packet(0x80, &[&key])],
        vec![whole.clone(), packet(0x80, &[&key])],
        vec![packet(0x48, &[&sequence, &key])],
        vec![packet(0x48, &[&sequence, &key]), packet(0x00, &[&key])],
        vec![vec![0x08]],
        vec![[&whole[..], &[9]].concat()],
        vec![packet(0x08, &[&sequence[..4], &key])],
        vec![packet(0x08, &[&sequence, &[0xb0, 1]])],
        vec![packet(0x08, &[&sequence, &[0x30]])],
    ];
    for payloads in table {
        let mut track = Track::new(Codec::Av1);
        assert_eq!(sends(&mut track, &payloads), [Assembled::Dropped { pictures: 1 }], "{payloads:02x?}");
    }
}

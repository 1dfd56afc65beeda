//! Layers of one picture.

use super::*;

fn frames(track: &mut Track) -> Vec<EncodedFrame> {
    track.comes_out().into_iter().filter_map(|one| if let Assembled::Frame(frame) = one { Some(frame) } else { None }).collect()
}

#[test]
fn layers_are_one_superframe_with_an_index() {
    let mut track = Track::new(Codec::Vp9);
    let (lower, upper) = (vp9_frame((640, 360), 1), vp9_delta(2));
    track.sends(&vp9(&[&lower, &upper], Some((1280, 720))));
    let out = track.comes_out();
    let [Assembled::Format(format), Assembled::Frame(frame)] = &out[..] else { panic!("{out:?}") };
    assert_eq!(format.size, Some((1280, 720)), "of the highest layer");
    let index = [0xc1, lower.len() as u8, upper.len() as u8, 0xc1];
    assert_eq!(frame.data, [&lower[..], &upper, &index].concat());
}

#[test]
fn the_size_is_that_of_the_highest_layer_that_comes() {
    // The structure names two layers; the lower one alone comes.
    let mut track = Track::new(Codec::Vp9);
    let picture = vp9(&[&vp9_frame((320, 180), 1), &vp9_delta(2)], Some((640, 360)));
    let lower: Vec<Vec<u8>> = picture.payloads.into_iter().filter(|payload| payload[3] == 0).collect();
    track.sends_payloads(&lower);
    assert_eq!(track.assembler.format().and_then(|format| format.size), Some((320, 180)));
    assert_eq!(frames(&mut track)[0].data, vp9_frame((320, 180), 1), "no index around one frame");
}

#[test]
fn a_hole_between_layers_costs_the_picture() {
    let mut track = Track::new(Codec::Vp9);
    let key = vp9_key_in_layers((640, 360), 1);
    let begins_upper = key.payloads.iter().position(|payload| payload[3] == 2).unwrap();
    track.loses(&key, &[begins_upper]);
    assert_eq!(track.told(&[]), ["dropped 1"]);
    // Layers that come in a wrong order, or two at once, are no picture.
    let turned: Vec<Vec<u8>> = key.payloads.iter().rev().cloned().collect();
    track.sends_payloads(&turned);
    assert_eq!(track.told(&[]), ["dropped 1"]);
    track.sends(&key);
    assert_eq!(track.told(&[&key]), ["format 640x360", "key 0"]);
}

#[test]
fn what_refers_to_no_earlier_picture_is_no_keyframe_without_its_head() {
    let mut track = Track::new(Codec::Vp9);
    track.sends(&vp9_key((640, 360), 1));
    track.comes_out();
    // An intra-only frame: players can't begin with it.
    track.sends_payloads(&[vec![0x8c, 0x81, 0x02, 0x84, 0xc0, 7]]);
    let frame = &frames(&mut track)[0];
    assert_eq!((frame.keyframe, frame.data.as_slice()), (false, &[0x84, 0xc0, 7][..]));
    // What is none of VP9.
    track.sends_payloads(&[vec![0x8c, 0x81, 0x02, 0x12, 7]]);
    assert_eq!(track.told(&[]), ["dropped 1"]);
}

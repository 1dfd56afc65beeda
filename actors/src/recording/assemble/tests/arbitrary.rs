//! Whatever comes, in whatever order: nothing panics, and what comes out keeps its word.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Noise { payload: Vec<u8>, marker: bool },
    Picture { key: bool, large: bool, number: u8, harm: Option<Harm> },
    NextPicture,
    Lost,
    Reset,
    AnotherStream,
}

/// What becomes of one of a picture's packets.
#[derive(Clone, Debug)]
struct Harm {
    at: usize,
    byte: usize,
    flipped: u8,
    cut: usize,
}

fn harm() -> impl Strategy<Value = Harm> {
    (0..9usize, 0..90usize, any::<u8>(), 0..90usize).prop_map(|(at, byte, flipped, cut)| Harm { at, byte, flipped, cut })
}

fn step() -> impl Strategy<Value = Step> {
    let picture = (any::<bool>(), any::<bool>(), 0..200u8, prop::option::of(harm()));
    prop_oneof![
        4 => (prop::collection::vec(any::<u8>(), 0..80), any::<bool>()).prop_map(|(payload, marker)| Step::Noise { payload, marker }),
        8 => picture.prop_map(|(key, large, number, harm)| Step::Picture { key, large, number, harm }),
        1 => Just(Step::NextPicture),
        1 => Just(Step::Lost),
        1 => Just(Step::Reset),
        1 => Just(Step::AnotherStream),
    ]
}

fn harmed(mut payloads: Vec<Vec<u8>>, harm: &Option<Harm>) -> Vec<Vec<u8>> {
    if let Some(Harm { at, byte, flipped, cut }) = harm {
        let at = at % payloads.len();
        let payload = &mut payloads[at];
        let byte = byte % payload.len();
        payload[byte] ^= flipped;
        payload.truncate(*cut);
    }
    payloads
}

fn takes(track: &mut Track, maker: &Maker, step: &Step) {
    match step {
        Step::Noise { payload, marker } => track.push(payload, *marker),
        Step::Picture { key, large, number, harm } => {
            let size = if *large { (1280, 720) } else { (320, 180) };
            let picture = if *key { (maker.key)(size, *number) } else { (maker.delta)(*number) };
            track.sends_payloads(&harmed(picture.payloads, harm));
        }
        Step::NextPicture => track.next_picture(),
        Step::Lost => track.assembler.lost(),
        Step::Reset => track.assembler.reset(),
        Step::AnotherStream => track.another_stream(),
    }
}

/// Is it nothing but units behind their lengths?
fn is_measured(mut data: &[u8]) -> bool {
    while let Some((length, rest)) = data.split_first_chunk::<4>() {
        match rest.split_at_checked(u32::from_be_bytes(*length) as usize) {
            Some((unit, after)) if !unit.is_empty() => data = after,
            _ => return false,
        }
    }
    data.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_out_can_be_kept(which in 0..MAKERS.len(), steps in prop::collection::vec(step(), 1..40)) {
        let maker = &MAKERS[which];
        let mut track = Track::new(maker.codec);
        let mut format: Option<TrackFormat> = None;
        for step in &steps {
            // Behind a hole and in another stream nothing comes before a keyframe.
            let mut waits = track.assembler.waits_for_keyframe();
            let stream = track.stream;
            takes(&mut track, maker, step);
            for one in track.comes_out() {
                match one {
                    Assembled::Format(new) => {
                        prop_assert_ne!(Some(&new), format.as_ref(), "it is told where it changes");
                        prop_assert!(new.size.is_some_and(|size| size.0 > 0 && size.1 > 0));
                        prop_assert_eq!(new.private.is_some(), matches!(maker.codec, Codec::H264 | Codec::Av1));
                        format = Some(new);
                    }
                    Assembled::Frame(frame) => {
                        prop_assert!(format.is_some() && !frame.data.is_empty());
                        prop_assert!(!waits || frame.keyframe);
                        prop_assert_eq!(frame.stream, stream);
                        prop_assert!(maker.codec != Codec::H264 || is_measured(&frame.data));
                        waits = false;
                    }
                    Assembled::Dropped { pictures } => {
                        prop_assert!(pictures > 0);
                        waits = true;
                    }
                }
            }
            prop_assert_eq!(track.assembler.format(), format.as_ref());
        }
    }

    #[test]
    fn noise_alone_never_panics(
        codec in prop::sample::select(vec![Codec::Opus, Codec::Vp8, Codec::Vp9, Codec::H264, Codec::Av1]),
        packets in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..200), any::<bool>(), any::<bool>()), 1..60),
    ) {
        let mut track = Track::new(codec);
        for (payload, marker, lost) in packets {
            if lost {
                track.assembler.lost();
            }
            track.push(&payload, marker);
        }
    }
}

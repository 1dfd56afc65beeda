use super::*;
use crate::sfu::codec::Pictures;

const ALL: Aim = Aim { spatial: 7, temporal: 7 };

fn unit(spatial: u8, temporal: u8) -> Unit {
    Unit { spatial, temporal, begins: true, ends: true, marks: Marks::Vp9(Pictures::default()), ..Unit::default() }
}

fn key(spatial: u8) -> Unit {
    Unit { keyframe: spatial == 0, spatial_entry: Entry::Always, ..unit(spatial, 0) }
}

#[test]
fn spatial_layers_are_taken_up_at_a_keyframe_and_let_go_with_any_picture() {
    let aim = |spatial| Aim { spatial, temporal: 7 };
    let mut layering = Layering::begin(&key(0), 1, aim(1), true);
    assert!(layering.admits(&key(1), 1, aim(1)));
    assert!(!layering.admits(&key(2), 1, aim(1)), "above what is aimed at");
    assert!(layering.admits(&unit(1, 0), 2, aim(2)) && !layering.admits(&unit(2, 0), 2, aim(2)), "no entry");
    assert!(layering.admits(&unit(1, 0), 2, aim(0)), "a picture that began goes on");
    assert!(layering.admits(&unit(0, 0), 3, aim(0)) && !layering.admits(&unit(1, 0), 3, aim(0)));
    for spatial in 0..3 {
        assert!(layering.admits(&key(spatial), 4, ALL), "{spatial}");
    }
}

#[test]
fn a_picture_ends_with_the_highest_layer_that_is_passed_on() {
    let aim = Aim { spatial: 1, temporal: 7 };
    let mut layering = Layering::begin(&key(0), 1, aim, true);
    assert!(!layering.ends_picture(&key(0)), "the next layer is taken up in this picture");
    assert!(layering.admits(&key(1), 1, aim));
    assert!(layering.ends_picture(&key(1)));
    assert!(layering.admits(&unit(0, 0), 2, aim));
    assert!(!layering.ends_picture(&unit(0, 0)));
    assert!(layering.ends_picture(&unit(1, 0)));
}

#[test]
fn nothing_is_taken_up_in_a_picture_that_was_ended() {
    let none = Aim { spatial: 0, temporal: 7 };
    let mut layering = Layering::begin(&key(0), 1, none, true);
    assert!(layering.admits(&unit(0, 0), 2, ALL) && layering.ends_picture(&unit(0, 0)));
    assert!(!layering.admits(&key(1), 2, ALL));
}

#[test]
fn temporal_layers_wait_for_a_switching_point() {
    let thin = Aim { spatial: 7, temporal: 0 };
    let mut layering = Layering::begin(&key(0), 1, thin, false);
    assert!(!layering.admits(&unit(0, 1), 2, thin));
    assert!(!layering.admits(&unit(0, 1), 3, ALL), "it may need one that was left out");
    let opening = Unit { opens: u8::MAX, ..unit(0, 0) };
    assert!(layering.admits(&opening, 4, ALL) && layering.admits(&unit(0, 2), 5, ALL));
    assert!(!layering.admits(&unit(0, 1), 6, thin) && layering.admits(&unit(0, 0), 7, thin));
    let sync = |temporal| Unit { temporal_entry: true, ..unit(0, temporal) };
    assert!(!layering.admits(&sync(2), 8, ALL), "it may need the layer between");
    assert!(layering.admits(&sync(1), 9, ALL) && layering.admits(&sync(2), 10, ALL));
}

#[test]
fn a_chain_that_is_broken_is_no_entry() {
    let frame = |number: u16, spatial, entry, back: [u8; 2]| Unit {
        spatial_entry: entry,
        marks: Marks::Av1(number),
        chains: Some(Chains { count: 2, back: [back[0], back[1], 0, 0, 0, 0, 0, 0] }),
        keyframe: back == [0, 0],
        ..unit(spatial, 0)
    };
    let aim = |spatial| Aim { spatial, temporal: 7 };
    let start = |number| frame(number, 0, Entry::Chain(0), [0, 0]);
    let mut layering = Layering::begin(&start(65_534), 1, aim(0), true);
    let larger = |number, back| frame(number, 1, Entry::Chain(1), back);
    assert!(!layering.admits(&larger(65_535, [1, 1]), 1, aim(0)), "not aimed at");
    assert!(layering.admits(&frame(0, 0, Entry::Chain(0), [2, 1]), 2, aim(1)));
    assert!(!layering.admits(&larger(1, [1, 2]), 2, aim(1)), "the one before it was left out");
    assert!(!layering.admits(&larger(3, [1, 2]), 3, aim(1)), "and so was this one");
    assert!(layering.admits(&start(4), 4, aim(1)));
    assert!(layering.admits(&larger(5, [1, 1]), 4, aim(1)), "its chain begins with the keyframe");
    assert!(layering.admits(&frame(6, 0, Entry::Chain(0), [2, 1]), 5, aim(1)));
    assert!(layering.admits(&larger(7, [1, 2]), 5, aim(1)));
}

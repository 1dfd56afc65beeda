//! Stories of thin lines: audio first, video as far as it goes, and back.

use super::world::{Who, World};
use crate::protocol::{LimitReason, Source::*};

/// Alice shows herself, bob and carol watch her large.
fn alice_bob_and_carol() -> (World, Who, Who, Who) {
    let mut room = World::new();
    let (alice, bob, carol) = (room.joins(), room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 3)]);
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.wants(carol, &[(alice, Camera, 720, 0)]);
    room.runs(6_000);
    (room, alice, bob, carol)
}

#[test]
fn it_begins_small_and_grows_to_the_tile() {
    let (room, alice, bob, _) = alice_bob_and_carol();
    assert!(room.first(bob, alice, 0, 0).unwrap() < 1_100, "the small one at once");
    assert!(room.first(bob, alice, 2, 0).unwrap() < 3_500, "{:?}", room.first(bob, alice, 2, 0));
    assert_eq!(room.layer(bob, alice), Some(2));
}

#[test]
fn a_cap_costs_picture_then_all_video_and_never_sound() {
    let (mut room, alice, bob, carol) = alice_bob_and_carol();
    let capped = room.ms;
    room.people[bob].downlink = Some(150_000);
    room.runs(3_000);
    assert!(matches!(room.layer(bob, alice), Some(0) | None), "{:?}", room.layer(bob, alice));
    let settled = room.ms;
    room.runs(10_000);
    let video = room.bits(bob, alice, Camera, settled);
    assert!(video + 40_000 <= 150_000, "{video}");
    assert!((38_000..42_000).contains(&room.bits(bob, alice, Microphone, capped)), "the sound is whole");
    assert!(room.people[bob].limited == [(room.people[alice].id, LimitReason::Bandwidth)] || video > 0);
    assert_eq!(room.layer(carol, alice), Some(2), "carol notices nothing");

    let freed = room.ms;
    room.people[bob].downlink = Some(20_000_000);
    room.runs(10_000);
    assert!(room.first(bob, alice, 2, freed).is_some_and(|ms| ms - freed < 6_000));
    assert_eq!(room.people[bob].limited, []);
}

#[test]
fn a_line_too_thin_for_the_smallest_says_so() {
    let (mut room, alice, bob, _) = alice_bob_and_carol();
    room.people[bob].downlink = Some(60_000);
    room.runs(3_000);
    assert_eq!(room.layer(bob, alice), None);
    assert_eq!(room.people[bob].limited, [(room.people[alice].id, LimitReason::Bandwidth)]);
}

#[test]
fn a_wavering_line_does_not_flap() {
    let (mut room, _, bob, _) = alice_bob_and_carol();
    room.runs(4_000);
    let before = room.core.observe().counts.layer_switches;
    for step in 0..300u64 {
        room.people[bob].downlink = Some(560_000 + (step * 7_919) % 140_000);
        room.runs(100);
    }
    let switches = room.core.observe().counts.layer_switches - before;
    assert!(switches <= 8, "{switches} in 30 s");
}

#[test]
fn the_important_tile_is_raised_first() {
    let mut room = World::new();
    let (alice, bob, carol) = (room.joins(), room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 3)]);
    room.publishes(bob, &[(Camera, 3)]);
    room.people[carol].downlink = Some(2_100_000);
    room.wants(carol, &[(alice, Camera, 720, 0), (bob, Camera, 720, 8)]);
    room.runs(6_000);
    assert_eq!((room.layer(carol, bob), room.layer(carol, alice)), (Some(2), Some(0)));
}

#[test]
fn heavy_loss_raises_nothing() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 3)]);
    room.people[bob].loss = 0.2;
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(5_000);
    assert_eq!(room.layer(bob, alice), Some(0));
    room.people[bob].loss = 0.02;
    room.runs(3_000);
    assert_eq!(room.layer(bob, alice), Some(2));
}

#[test]
fn layers_that_nobody_watches_are_paused_and_come_back() {
    let (mut room, alice, bob, carol) = alice_bob_and_carol();
    room.wants(bob, &[(alice, Camera, 180, 0)]);
    room.wants(carol, &[(alice, Camera, 400, 0)]);
    room.runs(4_000);
    assert_eq!((room.layer(bob, alice), room.layer(carol, alice)), (Some(0), Some(1)), "tiles decide at once");
    assert_eq!(room.people[alice].layers.len(), 0, "not told yet");
    room.runs(2_000);
    assert_eq!(room.people[alice].layers, ["q", "h"]);
    let asked = room.ms;
    room.wants(bob, &[(alice, Camera, 1_080, 0)]);
    assert_eq!(room.people[alice].layers, ["q", "h", "f"], "told at once");
    room.runs(3_000);
    assert!(room.first(bob, alice, 2, asked).is_some_and(|ms| ms - asked < 2_000));
    assert_eq!(room.layer(carol, alice), Some(1));
}

#[test]
fn a_layer_that_dies_is_left_for_the_next_one_down() {
    let (mut room, alice, bob, _) = alice_bob_and_carol();
    room.pausing = false;
    room.track(alice, Camera).encoders[2].on = false;
    let died = room.ms;
    room.runs(4_000);
    assert!(room.first(bob, alice, 1, died).is_some_and(|ms| ms - died < 2_500), "{:?}", room.layer(bob, alice));
    room.track(alice, Camera).encoders[2].on = true;
    room.runs(4_000);
    assert_eq!(room.layer(bob, alice), Some(2));
}

#[test]
fn who_says_nothing_of_its_line_gets_no_video() {
    let (mut room, alice, bob, carol) = alice_bob_and_carol();
    room.people[bob].downlink = None;
    room.runs(12_000);
    assert_eq!(room.layer(bob, alice), None);
    assert!(room.bits(bob, alice, Microphone, room.ms - 1_000) > 35_000, "the sound goes on");
    assert_eq!(room.layer(carol, alice), Some(2));
    room.people[bob].downlink = Some(5_000_000);
    room.runs(3_000);
    assert!(room.layer(bob, alice).is_some(), "heard of again");
}

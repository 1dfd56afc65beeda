//! Stories of coming, going, muting and slots.

use super::world::World;
use crate::{
    protocol::{
        LimitReason,
        Source::{self, *},
    },
    sfu::*,
};

#[test]
fn before_it_asks_a_receiver_gets_nine_small_pictures_and_every_voice() {
    let mut room = World::new();
    let people: Vec<_> = (0..12).map(|_| room.joins()).collect();
    for who in &people[1..] {
        room.publishes(*who, &[(Microphone, 1), (Camera, 3)]);
    }
    room.runs(3_000);
    let cameras: Vec<_> = people[1..].iter().filter_map(|who| room.layer(0, *who)).collect();
    assert_eq!(cameras, [0; 9]);
    assert!(people[1..].iter().all(|who| room.bits(0, *who, Microphone, 2_000) > 35_000));
    assert_eq!(room.people[0].slots, (12, 10));
}

#[test]
fn nobody_hears_who_may_not_speak() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 1)]);
    room.runs(1_000);
    room.permits(alice, &[Camera]);
    let muted = room.ms;
    room.runs(1_000);
    assert_eq!(room.bits(bob, alice, Microphone, muted), 0);
    assert!(room.bits(bob, alice, Camera, muted) > 0);
    assert!(room.core.observe().counts.refused >= 50);
    room.permits(alice, &Source::ALL);
    room.runs(1_000);
    assert!(room.bits(bob, alice, Microphone, muted + 1_000) > 35_000);
}

#[test]
fn who_leaves_is_silent_and_deaf_and_their_number_is_used_again() {
    let mut room = World::new();
    let (alice, bob, carol) = (room.joins(), room.joins(), room.joins());
    for who in [alice, bob, carol] {
        room.publishes(who, &[(Microphone, 1), (Camera, 3)]);
    }
    room.runs(2_000);
    let old = room.people[bob].peer;
    room.leaves(bob);
    let left = room.ms;
    room.runs(1_000);
    assert!(room.sent.iter().filter(|sent| sent.ms > left).all(|sent| sent.from != room.people[bob].id && sent.to != old));
    let dave = room.joins();
    assert_eq!(room.people[dave].peer, old);
    room.publishes(dave, &[(Camera, 3)]);
    room.runs(2_000);
    assert_eq!(room.layer(alice, dave), Some(0));
    assert_eq!(room.layer(dave, carol), Some(0));
}

#[test]
fn a_tile_that_scrolls_away_frees_its_slot_and_gets_it_back() {
    let mut room = World::new();
    let (alice, bob, carol) = (room.joins(), room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 3)]);
    room.publishes(bob, &[(Camera, 3)]);
    let slots = |room: &World| -> Vec<String> {
        let observed = room.core.observe();
        observed
            .peer(room.people[carol].peer)
            .unwrap()
            .receives
            .iter()
            .map(|slot| format!("{} {}", slot.slot, slot.from))
            .collect()
    };
    room.wants(carol, &[(alice, Camera, 180, 0), (bob, Camera, 180, 0)]);
    room.runs(500);
    let both = slots(&room);
    room.wants(carol, &[(alice, Camera, 0, 0), (bob, Camera, 180, 0)]);
    room.runs(500);
    assert_eq!(slots(&room), both[1..]);
    assert_eq!(room.layer(carol, alice), None);
    room.wants(carol, &[(bob, Camera, 180, 0), (alice, Camera, 180, 0)]);
    room.runs(500);
    assert_eq!(slots(&room), both);
    assert_eq!(room.layer(carol, alice), Some(0));
}

#[test]
fn a_new_receiving_connection_is_filled_at_once() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 3)]);
    room.runs(1_000);
    room.receives(bob, 0, 0);
    let gone = room.ms;
    room.runs(500);
    assert!(room.sent.iter().all(|sent| sent.ms <= gone));
    room.receives(bob, 4, 4);
    room.runs(500);
    assert_eq!(room.layer(bob, alice), Some(0));
}

#[test]
fn a_camera_that_sends_nothing_is_said_to() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 1)]);
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(2_000);
    assert_eq!(room.people[bob].limited, []);
    room.pausing = false;
    room.track(alice, Camera).encoders[0].on = false;
    room.runs(6_000);
    assert_eq!(room.people[bob].limited, [(room.people[alice].id, LimitReason::NotSent)]);
    room.track(alice, Camera).encoders[0].on = true;
    room.runs(500);
    assert_eq!(room.people[bob].limited, []);
    assert_eq!(room.layer(bob, alice), Some(0));
}

#[test]
fn many_lost_pictures_are_one_request() {
    let mut room = World::new();
    let alice = room.joins();
    let watchers: Vec<_> = (0..20).map(|_| room.joins()).collect();
    room.publishes(alice, &[(Camera, 1)]);
    room.runs(3_000);
    let before = room.requests;
    for who in watchers {
        let peer = room.people[who].peer;
        room.handle(Input::KeyframeRequest { peer, slot: SlotIndex::Video(0) });
    }
    assert_eq!(room.requests, before + 1, "at once, and once");
    room.runs(3_000);
    assert_eq!(room.requests, before + 1, "answered by the keyframe that came");
}

#[test]
fn the_speaker_is_named() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    for who in [alice, bob] {
        room.publishes(who, &[(Microphone, 1)]);
    }
    room.runs(1_000);
    assert_eq!(room.speaker, None);
    room.speaks(bob, 30);
    room.runs(600);
    assert_eq!(room.speaker, Some(room.people[bob].id));
    room.leaves(bob);
    assert_eq!(room.speaker, None, "who leaves is no speaker");
}

#[test]
fn a_voice_that_pauses_is_neither_lost_nor_late_when_it_goes_on() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    for who in [alice, bob] {
        room.publishes(who, &[(Microphone, 1)]);
        room.track(who, Microphone).pauses = true;
    }
    room.speaks(alice, 30);
    room.runs(2_000);
    assert_eq!(room.speaker, Some(room.people[alice].id));
    let paused = room.ms;
    room.speaks(alice, 127);
    room.runs(10_000);
    assert_eq!(room.speaker, None, "silence is nobody's");
    let heard = room.sent.iter().filter(|sent| sent.ms > paused && sent.from == room.people[alice].id).count();
    assert_eq!(heard, 25, "one packet every 400 ms, each of them passed on");
    assert_eq!(room.people[bob].limited, []);
    let again = room.ms;
    room.speaks(alice, 30);
    room.runs(600);
    let first = room.sent.iter().find(|sent| sent.ms > again && sent.from == room.people[alice].id).map(|sent| sent.ms - again);
    assert!(first.is_some_and(|after| after <= 20), "{first:?}");
    assert_eq!(room.speaker, Some(room.people[alice].id));
}

#[test]
fn a_screen_comes_before_cameras() {
    let mut room = World::with(Limits { unasked_videos: 2, ..Limits::default() });
    let people: Vec<_> = (0..5).map(|_| room.joins()).collect();
    for who in &people[1..] {
        room.publishes(*who, &[(Camera, 3)]);
    }
    room.publishes(people[4], &[(Camera, 3), (Screen, 1)]);
    room.runs(1_000);
    assert!(room.bits(0, people[4], Screen, 1_500) > 0);
    assert_eq!(people[1..].iter().filter(|who| room.layer(0, **who).is_some()).count(), 1);
}

#[test]
fn a_connection_that_was_lost_and_found_goes_on_counting() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 3)]);
    room.runs(1_000);
    let peer = room.people[bob].peer;
    room.handle(Input::ReceivingLost { peer });
    let lost = room.ms;
    room.runs(4_000);
    assert!(room.sent.iter().all(|sent| sent.ms <= lost));
    room.receives(bob, 4, 4);
    room.runs(1_200);
    assert_eq!(room.layer(bob, alice), Some(0), "and every number was the next one");
    assert!(room.bits(bob, alice, Microphone, lost + 4_100) > 35_000);
}

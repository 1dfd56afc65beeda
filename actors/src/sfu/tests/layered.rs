//! Streams with spatial and temporal layers, of each codec that has them: everybody gets what their tile and line bear, always decodable.

use super::{decoder::Shown, layers::Layers, world::World};
use crate::{protocol::Source::Camera, sfu::*};
use proptest::prelude::*;

fn encoders() -> Vec<Layers> {
    vec![
        Layers::new(Codec::Vp9, 3, 3, 9),
        Layers::new(Codec::Vp9, 3, 3, 9).dependent(),
        Layers::new(Codec::Vp9, 2, 1, 9),
        Layers::new(Codec::Av1, 2, 2, 9),
        Layers::new(Codec::Av1, 1, 3, 9),
        Layers::new(Codec::Vp8, 1, 3, 9),
        Layers::new(Codec::Vp8, 1, 2, 9),
    ]
}

/// The last pictures that somebody was shown.
fn last(room: &World, who: usize, since: u64) -> Vec<Shown> {
    room.decoders.shown(room.people[who].peer).into_iter().filter(|shown| shown.ms > since).collect()
}

fn highest(shown: &[Shown]) -> (u8, u8) {
    shown.iter().fold((0, 0), |(s, t), one| (s.max(one.spatial), t.max(one.temporal)))
}

/// The longest time without a picture.
fn longest_gap(shown: &[Shown]) -> u64 {
    shown.windows(2).map(|pair| pair[1].ms - pair[0].ms).max().unwrap_or(u64::MAX)
}

#[test]
fn every_tile_gets_the_layers_that_it_needs() {
    for layers in encoders() {
        let (codec, spatial, temporal) = (layers.codec, layers.spatial, layers.temporal);
        let mut room = World::new();
        let alice = room.joins();
        let watchers: Vec<usize> = (0..3).map(|_| room.joins()).collect();
        room.publishes_layers(alice, layers);
        for (who, height) in watchers.iter().zip([180, 360, 720]) {
            room.wants(*who, &[(alice, Camera, height, 0)]);
        }
        room.runs(6_000);
        for (who, most) in watchers.iter().zip(0u8..) {
            let shown = last(&room, *who, room.ms - 1_000);
            assert_eq!(highest(&shown), (most.min(spatial - 1), temporal - 1), "{codec:?} {spatial} {temporal}, tile {most}");
            assert!(longest_gap(&last(&room, *who, 3_000)) <= 33, "no freeze");
        }
        let bits = |who: usize| room.bits(watchers[who], alice, Camera, room.ms - 2_000);
        assert!(spatial == 1 || bits(0) * 2 < bits(1), "{codec:?}: {} {}", bits(0), bits(1));
    }
}

#[test]
fn a_line_that_narrows_costs_layers_and_no_freeze_and_they_come_back() {
    for layers in encoders() {
        let (codec, spatial, temporal) = (layers.codec, layers.spatial, layers.temporal);
        let at = format!("{codec:?} {spatial} {temporal}");
        let mut room = World::new();
        let (alice, bob) = (room.joins(), room.joins());
        room.publishes_layers(alice, layers);
        room.wants(bob, &[(alice, Camera, 720, 0)]);
        room.runs(6_000);
        let full = highest(&last(&room, bob, room.ms - 1_000));
        assert_eq!(full, (spatial - 1, temporal - 1), "{at}");
        let needed = room.core.observe().peers[usize::from(room.people[alice].peer.0)].publishes[0].bits[0];
        room.people[bob].downlink = Some(needed * 9 / 10);
        let narrowed = room.ms;
        room.runs(3_000);
        let less = highest(&last(&room, bob, room.ms - 1_000));
        if (spatial, temporal) != (1, 1) {
            assert!(less < full || room.bits(bob, alice, Camera, room.ms - 1_000) < needed, "{at}: {less:?}");
        }
        room.people[bob].downlink = Some(20_000_000);
        room.runs(12_000);
        assert_eq!(highest(&last(&room, bob, room.ms - 1_000)), full, "{at}: they come back");
        let gap = longest_gap(&last(&room, bob, narrowed - 500));
        assert!(gap <= 67, "{at}: {gap} ms without a picture");
    }
}

#[test]
fn half_the_pictures_are_left_before_a_smaller_one_is_taken() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes_layers(alice, Layers::new(Codec::Vp8, 1, 3, 4));
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(5_000);
    room.people[bob].downlink = Some(110_000);
    room.runs(3_000);
    let shown = last(&room, bob, room.ms - 1_000);
    assert_eq!(highest(&shown), (0, 1), "15 pictures a second");
    assert!((14..=16).contains(&shown.len()), "{}", shown.len());
    assert!(room.core.observe().peer(room.people[bob].peer).unwrap().receives.iter().any(|slot| slot.thin));
}

#[test]
fn going_down_asks_for_no_keyframe() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes_layers(alice, Layers::new(Codec::Vp9, 3, 3, 2));
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(6_000);
    let asked = room.requests;
    room.wants(bob, &[(alice, Camera, 180, 0)]);
    room.runs(200);
    assert_eq!(highest(&last(&room, bob, room.ms - 100)).0, 0);
    assert_eq!(room.requests, asked);
}

#[test]
fn a_slot_that_changes_hands_goes_on_counting_whatever_the_codec() {
    let mut room = World::with(Limits { video_slots: 4, ..Limits::default() });
    let watcher = room.joins();
    let people: Vec<usize> = (0..5).map(|_| room.joins()).collect();
    let cameras = [(Codec::Vp9, 3, 3), (Codec::Av1, 2, 2), (Codec::Vp8, 1, 3), (Codec::Av1, 1, 3), (Codec::Vp9, 1, 1)];
    for (who, (codec, spatial, temporal)) in people.iter().zip(cameras) {
        room.publishes_layers(*who, Layers::new(codec, spatial, temporal, 11 + *who as u64 * 7));
    }
    // Five that come and go in four slots.
    for round in 0..12 {
        let tiles: Vec<_> = (0..4).map(|tile| (people[(round + tile) % 5], Camera, 720, 0)).collect();
        room.wants(watcher, &tiles);
        room.runs(1_500);
        let before = room.ms - 300;
        let seen = |whose: usize| room.sent.iter().any(|sent| sent.ms > before && sent.from == room.people[whose].id);
        assert!(tiles.iter().all(|(whose, ..)| seen(*whose)), "round {round}");
    }
}

#[test]
fn one_over_the_limit_loses_its_largest_layer() {
    let mut room = World::with(Limits { camera_bits: 800_000, ..Limits::default() });
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes_layers(alice, Layers::new(Codec::Vp9, 3, 1, 2));
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(12_000);
    let shown = last(&room, bob, 5_000);
    assert!(longest_gap(&shown) <= 67, "{}", longest_gap(&shown));
    assert!(room.bits(bob, alice, Camera, 5_000) < 850_000);
}

#[derive(Clone, Debug)]
enum Step {
    Run { ms: u64, late: u8, repeat: u8 },
    Tile(u32),
    Line(u64),
    Keyframe,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..900u64, 0..12u8, 0..12u8).prop_map(|(ms, late, repeat)| Step::Run { ms, late, repeat }),
        2 => (0..900u32).prop_map(Step::Tile),
        2 => (20_000..3_000_000u64).prop_map(Step::Line),
        1 => Just(Step::Keyframe),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_no_gap_is_left_and_all_layers_come_back(which in 0..7usize, lossy: bool, steps in prop::collection::vec(step(), 1..24)) {
        let mut room = World::new();
        let (alice, bob) = (room.joins(), room.joins());
        room.decoders.lossy = lossy;
        let layers = encoders().swap_remove(which);
        let top = (layers.spatial - 1, layers.temporal - 1);
        room.publishes_layers(alice, layers);
        room.wants(bob, &[(alice, Camera, 720, 0)]);
        room.runs(1_000);
        let mut count = 0u64;
        for step in steps {
            match step {
                Step::Run { ms, late, repeat } => {
                    let mut again = Vec::new();
                    room.runs_with(ms, |_, made| {
                        count += 1;
                        let draw = count.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                        let is_late = lossy && !made.keyframe && draw % 100 < late.into();
                        if is_late || draw / 100 % 100 < repeat.into() {
                            again.push(made.clone());
                        }
                        !is_late
                    });
                    // What came late is sent again in the end, as who misses it asks for.
                    again.iter().for_each(|made| room.packet(alice, made));
                }
                Step::Tile(height) => room.wants(bob, &[(alice, Camera, height.max(1), 0)]),
                // A stream that stops may leave gaps behind: what comes next begins with a keyframe.
                Step::Line(bits) => room.people[bob].downlink = Some(if lossy { bits.max(300_000) } else { bits }),
                Step::Keyframe => {
                    let peer = room.people[bob].peer;
                    room.handle(Input::KeyframeRequest { peer, slot: SlotIndex::Video(0) });
                }
            }
        }
        room.people[bob].downlink = Some(20_000_000);
        room.wants(bob, &[(alice, Camera, 720, 0)]);
        room.runs(16_000);
        let peer = room.people[bob].peer;
        room.handle(Input::KeyframeRequest { peer, slot: SlotIndex::Video(0) });
        room.runs(2_000);
        prop_assert_eq!(highest(&last(&room, bob, room.ms - 1_000)), top);
        prop_assert_eq!(room.decoders.missing(), 0);
        prop_assert!(longest_gap(&last(&room, bob, room.ms - 1_000)) <= 67);
    }
}

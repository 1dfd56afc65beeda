//! More voices and pictures than fit: last-N and loudest-N.

use super::world::World;
use crate::{
    protocol::Source::{self, *},
    sfu::*,
};

fn crowd(count: usize, limits: Limits) -> World {
    let mut room = World::with(limits);
    for _ in 0..count {
        room.joins();
    }
    for who in 1..count {
        room.publishes(who, &[(Microphone, 1), (Camera, 3)]);
    }
    room
}

#[test]
fn of_too_many_voices_the_loudest_are_heard() {
    let mut room = crowd(12, Limits { audio_slots: 4, ..Limits::default() });
    room.runs(1_000);
    for speaker in [3, 11, 7, 9, 5, 10, 2] {
        room.speaks(speaker, 25);
        let began = room.ms;
        room.runs(2_000);
        let heard = room.bits(0, speaker, Microphone, began + 300);
        assert!(heard > 35_000, "person {speaker}: {heard}");
        room.speaks(speaker, 127);
        room.runs(500);
    }
    assert_eq!(room.people[0].slots.0, 4);
}

#[test]
fn of_too_many_pictures_the_speakers_are_seen() {
    let mut room = crowd(12, Limits { video_slots: 4, ..Limits::default() });
    let tiles: Vec<(usize, Source, u32, u8)> = (1..12).map(|who| (who, Camera, 180, 0)).collect();
    room.wants(0, &tiles);
    room.runs(1_000);
    let shown = |room: &World| (1..12).filter(|who| room.layer(0, *who).is_some()).collect::<Vec<_>>();
    assert_eq!(shown(&room).len(), 4);
    room.speaks(11, 25);
    room.runs(1_500);
    assert!(shown(&room).contains(&11), "{:?}", shown(&room));
    let before = shown(&room);
    room.speaks(11, 127);
    room.runs(20_000);
    assert_eq!(shown(&room), before, "nobody is moved without need");
}

#[test]
fn a_pinned_tile_is_never_left_out() {
    let mut room = crowd(10, Limits { video_slots: 4, ..Limits::default() });
    let tiles: Vec<(usize, Source, u32, u8)> = (1..10).map(|who| (who, Camera, 180, if who == 9 { 5 } else { 0 })).collect();
    room.wants(0, &tiles);
    room.runs(1_000);
    assert!(room.layer(0, 9).is_some());
}

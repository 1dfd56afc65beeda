//! Publishers that send too much, too little, the wrong thing, or count anew.

use super::world::World;
use crate::{
    protocol::{LimitReason, Source::*},
    sfu::*,
};

#[test]
fn four_times_the_limit_loses_the_large_layers_and_keeps_the_small_one() {
    let mut room = World::with(Limits { camera_bits: 2_500_000, ..Limits::default() });
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 3)]);
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(4_000);
    room.checks.sources_break = true;
    room.track(alice, Camera).excess = 4;
    let since = room.ms;
    room.runs(20_000);
    let bits = room.bits(bob, alice, Camera, since);
    assert!((300_000..2_500_000).contains(&bits), "{bits}");
    assert!(room.core.observe().counts.over_limit > 1_000);
}

#[test]
fn a_single_layer_over_its_limit_is_stopped_and_said_to_be() {
    let mut room = World::with(Limits { camera_bits: 300_000, ..Limits::default() });
    let (alice, bob) = (room.joins(), room.joins());
    room.checks.sources_break = true;
    room.publishes(alice, &[(Camera, 1)]);
    room.track(alice, Camera).excess = 10;
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(3_000);
    assert_eq!(room.people[bob].limited, [(room.people[alice].id, LimitReason::SourceLimit)]);
    room.runs(20_000);
    assert!(room.bits(bob, alice, Camera, 4_000) <= 330_000);
}

#[test]
fn a_voice_over_its_limit_is_thinned() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1)]);
    room.track(alice, Microphone).excess = 40;
    room.runs(10_000);
    let bits = room.bits(bob, alice, Microphone, 2_000);
    assert!((100_000..=330_000).contains(&bits), "{bits}");
}

#[test]
fn a_source_that_counts_anew_goes_on_at_a_keyframe() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Microphone, 1), (Camera, 1)]);
    room.runs(2_000);
    room.checks.sources_break = true;
    // The same publication, all numbers elsewhere: as after the publisher's connection was made anew.
    let sources = room.people[alice].tracks.iter().map(|track| (track.source, 1)).collect::<Vec<_>>();
    room.people[alice].tracks.clear();
    let tracks = sources.iter().map(|(source, layers)| super::source::Track::new(*source, *layers, 999));
    room.people[alice].tracks = tracks.collect();
    let anew = room.ms;
    room.runs(3_000);
    assert_eq!(room.layer(bob, alice), Some(0));
    assert!(room.bits(bob, alice, Microphone, anew + 1_000) > 35_000);
}

#[test]
fn a_long_gap_is_closed_and_a_short_one_kept() {
    let mut room = World::new();
    let (alice, bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 3)]);
    room.wants(bob, &[(alice, Camera, 720, 0)]);
    room.runs(5_000);
    room.checks.sources_break = true;
    room.runs_with(200, |_, _| false);
    room.runs(1_000);
    assert_eq!(room.layer(bob, alice), Some(2));
    room.runs_with(10_000, |_, _| false);
    room.runs(1_500);
    assert!(room.layer(bob, alice).is_some());
}

#[test]
fn broken_and_foreign_packets_are_counted_and_nothing_else() {
    let mut room = World::new();
    let (alice, _bob) = (room.joins(), room.joins());
    room.publishes(alice, &[(Camera, 1)]);
    room.runs(200);
    let before = room.sent.len();
    let from = room.people[alice].peer;
    let view = |from, source, layer, payload| PacketView {
        from,
        source,
        layer,
        seq: u64::MAX,
        timestamp: u64::MAX,
        marker: true,
        audio_level: Some(255),
        payload,
        red: false,
        dependency_descriptor: Some(&[0x80, 0, 1, 0x80]),
    };
    let (mut forward, mut out) = (Vec::new(), Vec::new());
    type Counted = fn(&Counts) -> u64;
    let hostile: [(PacketView<'_>, Counted); 5] = [
        (view(from, Camera, 0, &[0x90, 0x80]), |counts| counts.malformed),
        (view(from, Camera, 1, &[0x10, 0]), |counts| counts.refused),
        (view(from, Camera, 255, &[0x10, 0]), |counts| counts.refused),
        (view(from, Screen, 0, &[0x10, 0]), |counts| counts.refused),
        (view(PeerIndex(999), Camera, 0, &[0x10, 0]), |counts| counts.refused),
    ];
    for (packet, count) in &hostile {
        let was = count(&room.core.observe().counts);
        room.core.packet(packet, At::ms(room.ms), &mut forward, &mut out);
        assert_eq!(count(&room.core.observe().counts), was + 1);
    }
    assert_eq!((forward.len(), out.len(), room.sent.len()), (0, 0, before));
    for input in [
        Input::RemovePeer { peer: PeerIndex(999) },
        Input::Receiving { peer: PeerIndex(999), audio_slots: 255, video_slots: 255 },
        Input::KeyframeRequest { peer: from, slot: SlotIndex::Video(255) },
        Input::LayerActive { peer: from, source: Camera, layer: 255, active: false },
        Input::Estimate { peer: from, bits: u64::MAX, loss: f32::INFINITY, rtt_ms: u32::MAX },
        Input::Publish { peer: from, tracks: vec![Published { source: Camera, codec: Codec::Av1, layers: 255 }; 300] },
    ] {
        room.core.handle(input, At::ms(room.ms), &mut out);
    }
    room.core.packet(&view(from, Camera, 2, &[0x18, 0]), At(u64::MAX), &mut forward, &mut out);
    room.core.handle(Input::Tick, At(u64::MAX), &mut out);
}

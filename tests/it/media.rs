//! The media plane over real sockets: alice publishes, bob receives, and both have bad luck.

use crate::media_client::{Way, World};
use actors::{
    media::{MediaCommand, MediaEvent, Permit},
    protocol::{Leg as Side, Source},
};

#[test]
fn bob_hears_and_sees_alice() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 3);
    world.receives(bob);
    world.wants(bob, alice, Source::Camera, 180);
    world.plays(alice, 3, "bob has thirty pictures and voices", |world| {
        world.got(bob, Source::Camera).count() >= 30 && world.got(bob, Source::Microphone).count() >= 30
    });
    let seqs: Vec<u64> = world.got(bob, Source::Camera).map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "no holes: {seqs:?}");
    assert!(world.got(bob, Source::Camera).all(|got| got.mark().0 == 0), "a small tile gets the small layer");
}

#[test]
fn a_tile_that_grows_gets_the_large_layer_without_a_hole() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 3);
    world.receives(bob);
    world.wants(bob, alice, Source::Camera, 180);
    world.plays(alice, 3, "the small layer", |world| world.got(bob, Source::Camera).any(|got| got.mark().0 == 0));
    world.wants(bob, alice, Source::Camera, 1_080);
    world
        .plays(alice, 3, "the large layer", |world| world.got(bob, Source::Camera).filter(|got| got.mark().0 == 2).count() >= 20);
    let seqs: Vec<u64> = world.got(bob, Source::Camera).map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "no holes: {seqs:?}");
    let times: Vec<u32> = world.got(bob, Source::Camera).map(|got| got.timestamp).collect();
    assert!(times.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) < 90_000), "no leaps: {times:?}");
}

#[test]
fn a_lost_picture_is_asked_for_at_the_publisher() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "a picture", |world| world.got(bob, Source::Camera).count() > 50);
    let mid = world.people[bob].slots.iter().find(|slot| slot.source == Source::Camera).unwrap().mid.clone();
    let asked = |world: &World| world.people[alice].publishing.as_ref().unwrap().asked.len();
    let before = asked(&world);
    world.people[bob].receiving.as_mut().unwrap().lose_picture(&mid);
    world.plays(alice, 1, "alice is asked", |world| asked(world) > before);
}

#[test]
fn i5_what_is_not_permitted_stops_at_the_server() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob hears", |world| world.got(bob, Source::Microphone).count() > 5);
    let participant = world.people[alice].id;
    let permit = Permit { microphone: false, camera: true, screen: false };
    world.ask(MediaCommand::AddPeer { participant, permit });
    world.plays(alice, 1, "the voice has left its slot", |world| {
        world.people[bob].slots.iter().all(|slot| slot.source != Source::Microphone)
    });
    let heard = |world: &World| {
        world.people[bob].receiving.as_ref().unwrap().got.iter().filter(|got| got.payload.first() == Some(&0x78)).count()
    };
    let (before, seen) = (heard(&world), world.got(bob, Source::Camera).count());
    world.plays(alice, 1, "the picture goes on", |world| world.got(bob, Source::Camera).count() > seen + 20);
    assert!(heard(&world) <= before + 2, "at most what was on its way");
}

#[test]
fn a_silent_publisher_is_known_in_time_and_comes_back_with_new_credentials() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob sees", |world| world.got(bob, Source::Camera).count() > 5);
    let asleep = world.people[alice].publishing.take();
    let since = std::time::Instant::now();
    let id = world.people[alice].id;
    let lost = MediaEvent::Lost { participant: id, leg: Side::Publish };
    world.until("she is lost", |world| world.was_told(|event| *event == lost));
    assert!((2_500..4_500).contains(&since.elapsed().as_millis()), "{:?}", since.elapsed());
    world.people[alice].publishing = asleep;
    let sdp = world.people[alice].publishing.as_mut().unwrap().restart();
    world.told.clear();
    world.offers(alice, sdp);
    world.until("she is back", |world| {
        world.was_told(|event| *event == MediaEvent::Connected { participant: id, leg: Side::Publish })
    });
    let seen = world.got(bob, Source::Camera).count();
    world.plays(alice, 1, "bob sees her again", |world| world.got(bob, Source::Camera).count() > seen + 5);
}

#[test]
fn a_page_that_is_loaded_again_takes_the_place_of_the_old_one() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob sees", |world| world.got(bob, Source::Camera).count() > 5);
    world.told.clear();
    world.publishes(alice, 1);
    let seen = world.got(bob, Source::Camera).count();
    world.plays(alice, 1, "bob sees the new one", |world| world.got(bob, Source::Camera).count() > seen + 20);
    world.until("one connection each way", |world| world.media.observe()[0].connections == 2);
}

#[test]
fn a_goodbye_is_heard_at_once_both_ways() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.people[alice].publishing.as_mut().unwrap().hang_up();
    let lost = MediaEvent::Lost { participant: world.people[alice].id, leg: Side::Publish };
    let since = std::time::Instant::now();
    world.until("alice is gone", |world| world.was_told(|event| *event == lost));
    assert!(since.elapsed().as_millis() < 1_500);
    world.ask(MediaCommand::RemovePeer { participant: world.people[bob].id });
    world.until("bob's end is told", |world| world.people[bob].receiving.as_ref().unwrap().is_disconnected());
}

#[test]
fn m1_a_description_that_makes_no_sense_is_refused_and_costs_nothing_else() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    let participant = world.people[alice].id;
    let good = world.people[alice].publishing.as_mut().unwrap().restart();
    let ones = |what: &str, line: &str| good.replace(what, line);
    let odd = [
        String::new(),
        "x".repeat(1 << 20),
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n".repeat(1_000),
        ones("a=mid:", "a=mid:\u{1}"),
        ones("a=ice-ufrag:", "a=nothing:"),
        ones("m=video", "m=video 99999999999999999999"),
        format!("{good}{}", "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(10_000)),
        ones("a=mid:", "a=mid:same\r\na=x:"),
        ones("a=ssrc:", "a=ssrc:7 cname:x\r\na=ssrc:"),
        good.lines().filter(|line| !line.starts_with("a=mid")).collect::<Vec<_>>().join("\r\n"),
    ];
    for (epoch, sdp) in (100..).zip(odd) {
        world.ask(MediaCommand::Offer { participant, sdp: sdp.clone(), tracks: Vec::new(), epoch });
        world.until_some("a refusal", |event| {
            matches!(event, MediaEvent::Refused { epoch: of, .. } if *of == epoch).then_some(())
        });
        world.ask(MediaCommand::Answer { participant: world.people[bob].id, sdp, epoch: epoch + 100 });
        world.until_some("a refusal", |event| {
            matches!(event, MediaEvent::Refused { epoch: of, .. } if *of == epoch + 100).then_some(())
        });
    }
    world.plays(alice, 1, "bob sees alice all the same", |world| world.got(bob, Source::Camera).count() > 5);
}

#[test]
fn a_room_that_grows_gets_slots_without_ado() {
    let mut world = World::new();
    let bob = world.join(Way::Udp);
    world.receives(bob);
    let others: Vec<usize> = (0..6).map(|_| world.join(Way::Udp)).collect();
    for other in &others {
        world.publishes(*other, 1);
    }
    world.until("bob has a slot for each voice", |world| {
        world.people[bob].slots.iter().filter(|slot| slot.source == Source::Microphone).count() == others.len()
    });
    world.plays(others[5], 1, "the sixth is heard", |world| {
        let sixth = world.people[others[5]].id;
        let slot = world.people[bob].slots.iter().find(|slot| slot.participant_id == sixth && slot.source == Source::Microphone);
        let leg = world.people[bob].receiving.as_ref().unwrap();
        slot.is_some_and(|slot| leg.got.iter().any(|got| got.mid == slot.mid))
    });
}

//! Lines as people have them, over real sockets: narrow, lossy, trembling (M4). The same in more shapes and in simulated time:
//! `src/media/tests/weather.rs`.

use crate::media_client::{Got, Leg, Way, Weather, World};
use actors::protocol::Source;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

const VOICE: u8 = 0x78;

/// Alice is seen large by both others.
fn settled() -> (World, usize, usize, usize) {
    let mut world = World::new();
    let (alice, bob, carol) = (world.join(Way::Udp), world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 3);
    for receiver in [bob, carol] {
        world.receives(receiver);
        world.wants(receiver, alice, Source::Camera, 1_080);
    }
    plays(&mut world, alice, "both have the large picture", |world| {
        [bob, carol].iter().all(|who| large(world, *who, Instant::now() - Duration::from_secs(1)) > 40)
    });
    (world, alice, bob, carol)
}

fn plays(world: &mut World, who: usize, what: &str, so: impl Fn(&World) -> bool) {
    world.plays_so(who, what, so, |leg: &mut Leg, frame, keyframe| {
        leg.show_well(frame, keyframe);
        leg.speak(-30);
    });
}

fn plays_for(world: &mut World, who: usize, time: Duration) {
    let end = Instant::now() + time;
    plays(world, who, "time goes on", |_| Instant::now() >= end);
}

fn pictures(world: &World, who: usize, since: Instant) -> impl Iterator<Item = &Got> {
    world.got(who, Source::Camera).filter(move |got| got.at >= since)
}

/// Packets of the large layer that came since then.
fn large(world: &World, who: usize, since: Instant) -> usize {
    pictures(world, who, since).filter(|got| got.mark().0 == 2).count()
}

fn weather(world: &mut World, who: usize, weather: Weather) {
    world.people[who].receiving.as_mut().unwrap().weather(weather);
}

fn spoken(world: &World, who: usize) -> u32 {
    world.people[who].publishing.as_ref().unwrap().spoken()
}

/// Of the voices from one number up to another those that did not come, of 1.
fn lost_voices(world: &World, who: usize, from: u32, to: u32) -> f64 {
    let leg = world.people[who].receiving.as_ref().unwrap();
    let voices = leg.got.iter().filter(|got| got.payload.first() == Some(&VOICE)).map(|got| got.mark().1);
    let came: BTreeSet<u32> = voices.filter(|number| (from..to).contains(number)).collect();
    1.0 - came.len() as f64 / f64::from(to - from)
}

fn keyframes_were_asked_for_sparingly(world: &World, alice: usize) {
    let asked = &world.people[alice].publishing.as_ref().unwrap().asked;
    for layer in ["q", "h", "f"] {
        let times: Vec<Instant> =
            asked.iter().filter(|(_, rid)| rid.as_ref().is_some_and(|rid| &**rid == layer)).map(|(at, _)| *at).collect();
        // A request that the network holds up for a moment comes closer to the next one.
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] > Duration::from_millis(800)), "{layer}: {times:?}");
    }
}

#[test]
fn m4_a_receiver_on_150_kbit_keeps_the_sound_and_others_notice_nothing() {
    let (mut world, alice, bob, carol) = settled();
    let (capped, first) = (Instant::now(), spoken(&world, alice));
    weather(&mut world, bob, Weather::narrow(150_000, 400));
    plays_for(&mut world, alice, Duration::from_secs(9));
    let settled = capped + Duration::from_millis(3_500);
    assert!(pictures(&world, bob, settled).all(|got| got.mark().0 == 0), "after 3 s the small picture or none");
    let last = spoken(&world, alice) - 50;
    let lost = lost_voices(&world, bob, first, last);
    assert!(lost < 0.02, "{lost} of the voices");
    assert_eq!(lost_voices(&world, carol, first, last), 0.0);
    let seqs: Vec<u64> = pictures(&world, carol, capped).map(|got| got.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "carol has no holes");
    assert!(pictures(&world, carol, capped).all(|got| got.mark().0 == 2), "carol's picture stays large");

    let freed = Instant::now();
    weather(&mut world, bob, Weather::fair());
    plays(&mut world, alice, "bob's large picture", |world| large(world, bob, freed) > 20);
    assert!(freed.elapsed() < Duration::from_secs(10), "{:?}", freed.elapsed());
    keyframes_were_asked_for_sparingly(&world, alice);
}

#[test]
fn m4_loss_jitter_reordering_and_duplicates_are_overcome() {
    let (mut world, alice, bob, carol) = settled();
    let began = Instant::now();
    let jitter = Duration::from_millis(300);
    let lines = [
        (Weather { loss: 0.05, ..Weather::fair() }, 0.11),
        (Weather { loss: 0.2, ..Weather::fair() }, 0.3),
        (Weather { jitter, ..Weather::fair() }, 0.0),
        (Weather { jitter, reorders: true, twice: 0.1, ..Weather::fair() }, 0.0),
    ];
    for (line, bound) in lines {
        let first = spoken(&world, alice) + 1;
        weather(&mut world, bob, line);
        plays_for(&mut world, alice, Duration::from_secs(3));
        let last = spoken(&world, alice) - 30;
        let lost = lost_voices(&world, bob, first, last);
        assert!(lost <= bound, "{lost} of the voices on {line:?}");
    }
    assert!(pictures(&world, bob, began).count() > 50, "bob sees something all the while");
    let fair = Instant::now();
    weather(&mut world, bob, Weather::fair());
    // How soon is for simulated time to say: here other tests take the machine's.
    plays(&mut world, alice, "bob's large picture", |world| large(world, bob, fair) > 20);
    assert!(pictures(&world, carol, began).all(|got| got.mark().0 == 2), "carol's picture stays large");
    keyframes_were_asked_for_sparingly(&world, alice);
}

//! The media plane where the network is hard: no UDP, addresses that change, strangers, and people who come and go.

use crate::media_client::{Way, World};
use actors::{media::MediaCommand, protocol::Source};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    fs,
    io::Write,
    net::{TcpStream, UdpSocket},
    time::Instant,
};

#[test]
fn without_udp_media_goes_over_tcp() {
    let mut world = World::new();
    let way = Way::Tcp(world.server());
    let (alice, bob) = (world.join(way), world.join(way));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob sees and hears", |world| {
        world.got(bob, Source::Camera).count() > 30 && world.got(bob, Source::Microphone).count() > 30
    });
    for who in [alice, bob] {
        world.ask(MediaCommand::RemovePeer { participant: world.people[who].id });
    }
    world.until("their streams are closed", |world| world.media.observe()[0].streams == 0);
}

#[test]
fn who_moves_to_another_address_is_followed_within_two_seconds() {
    let mut world = World::new();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob sees", |world| world.got(bob, Source::Camera).count() > 5);
    let moved = Instant::now();
    world.people[bob].receiving.as_mut().unwrap().move_away();
    let seen = world.got(bob, Source::Camera).count();
    world.plays(alice, 1, "bob's new address gets it", |world| world.got(bob, Source::Camera).count() > seen + 5);
    assert!(moved.elapsed().as_millis() < 2_500, "{:?}", moved.elapsed());
    let moved = Instant::now();
    world.people[alice].publishing.as_mut().unwrap().move_away();
    let after = |world: &World| world.got(bob, Source::Camera).filter(|got| got.at > moved).count();
    world.plays(alice, 1, "alice is heard from hers", |world| after(world) > 5);
    assert!(moved.elapsed().as_millis() < 2_500, "{:?}", moved.elapsed());
}

#[test]
fn strangers_change_nothing_for_those_who_talk() {
    let mut world = World::new();
    let server = world.server();
    let (alice, bob) = (world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.receives(bob);
    world.plays(alice, 1, "bob sees", |world| world.got(bob, Source::Camera).count() > 5);
    let mut random = StdRng::seed_from_u64(1);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let shout = move |random: &mut StdRng| {
        let mut bytes: Vec<u8> = (0..random.random_range(0..300)).map(|_| random.random()).collect();
        match random.random_range(0..4) {
            // Like STUN, like a ClientHello, like RTP.
            0 => bytes.splice(0..bytes.len().min(8), [0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42]).for_each(drop),
            1 => bytes.insert(0, 22),
            2 => bytes.insert(0, 0x80),
            _ => {}
        }
        let _ = stranger.send_to(&bytes, server);
    };
    let seen = world.got(bob, Source::Camera).count();
    let mut strangers = Vec::new();
    while world.got(bob, Source::Camera).count() < seen + 60 {
        for _ in 0..200 {
            shout(&mut random);
        }
        if strangers.len() < 20 {
            let mut stream = TcpStream::connect(server).unwrap();
            let _ = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
            strangers.push(stream);
        }
        world.plays(alice, 1, "one more picture", {
            let now = world.got(bob, Source::Camera).count();
            move |world| world.got(bob, Source::Camera).count() > now
        });
    }
    let seqs: Vec<u64> = world.got(bob, Source::Camera).map(|got| got.seq).collect();
    let lost = seqs.windows(2).map(|pair| pair[1].saturating_sub(pair[0] + 1)).sum::<u64>();
    assert!(lost * 100 < seqs.len() as u64, "{lost} of {}", seqs.len());
}

#[test]
fn odd_packets_of_a_known_sender_hurt_nobody() {
    let mut world = World::new();
    let server = world.server();
    let (alice, bob, mallory) = (world.join(Way::Udp), world.join(Way::Udp), world.join(Way::Udp));
    world.publishes(alice, 1);
    world.publishes(mallory, 3);
    world.receives(bob);
    world.plays(alice, 1, "bob sees alice", |world| world.people[bob].receiving.as_ref().unwrap().got.len() > 10);
    let mut random = StdRng::seed_from_u64(2);
    for seq in 1..600_u64 {
        let leg = world.people[mallory].publishing.as_mut().unwrap();
        let payload: Vec<u8> = (0..random.random_range(0..40)).map(|_| random.random()).collect();
        leg.show_raw(seq, payload.clone(), Some(["q", "h", "f"][seq as usize % 3]));
        leg.blurt(&payload, server);
        leg.blurt(&[&[0x80, 200][..], &payload].concat(), server);
        world.step();
    }
    let seen = world.people[bob].receiving.as_ref().unwrap().got.len();
    world.plays(alice, 1, "bob still sees alice", |world| world.people[bob].receiving.as_ref().unwrap().got.len() > seen + 30);
    assert_eq!(world.media.observe()[0].connections, 3);
}

/// `GREENROOM_CYCLES` people come and go, every second one without having finished.
#[test]
fn who_came_and_went_leaves_nothing() {
    let cycles = std::env::var("GREENROOM_CYCLES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let mut world = World::new();
    world.until("it looked at itself", |world| world.media.observe()[0].looks > 1);
    let files = || fs::read_dir("/proc/self/fd").map_or(0, |files| files.count());
    let (before, open) = (world.media.observe()[0], files());
    for cycle in 0..cycles {
        let way = if cycle % 4 == 3 { Way::Tcp(world.server()) } else { Way::Udp };
        let who = world.join(way);
        if cycle % 2 == 0 {
            world.publishes(who, 3);
            world.receives(who);
        } else {
            let participant = world.people[who].id;
            world.ask(MediaCommand::OfferReceive { participant, epoch: 1, restart: false });
        }
        world.ask(MediaCommand::RemovePeer { participant: world.people[who].id });
        world.people.clear();
        world.told.clear();
    }
    world.until("all is as it was", |world| {
        let now = world.media.observe()[0];
        (now.people, now.connections, now.names, now.streams) == (before.people, before.connections, before.names, before.streams)
    });
    assert!(files() <= open + 2, "{} files, {open} before", files());
}

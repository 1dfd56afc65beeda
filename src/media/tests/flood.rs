//! What strangers may cost (M3), and what nobody at all may.

use super::{World, counting, fake::Fakes};
use crate::{
    config::Config,
    media::{
        Media,
        address::Address,
        engine::{Engine, Engines},
        start_with,
        stun::tests::forged,
        worker::Rules,
    },
};
use actors::sfu::Limits;
use std::{
    net::UdpSocket,
    sync::Arc,
    time::{Duration, Instant},
};

/// Counts what the thread of its worker allocates, from its first connection on.
struct Watched;

impl Engines for Watched {
    fn publishing(&self, now: Instant) -> Box<dyn Engine> {
        counting::watch();
        Fakes.publishing(now)
    }

    fn receiving(&self, now: Instant) -> Box<dyn Engine> {
        Fakes.receiving(now)
    }
}

fn watched() -> Media {
    let rules = Rules { idle: Duration::from_secs(60), people: 9, limits: Limits::default() };
    start_with(&Address::of(&Config::default()), 0, 1, &rules, |_| Some(Arc::new(Watched) as Arc<dyn Engines>)).unwrap()
}

fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < end, "in time: {what}");
        std::thread::yield_now();
    }
}

#[test]
fn m3_what_strangers_send_is_dropped_without_an_allocation() {
    let world = World::of(watched());
    let _alice = world.speaks("alice");
    let server = world.media.addresses[0];
    let junk: [Vec<u8>; 5] = [
        forged("nobody:here", true),
        forged("nobody:here", false),
        [&[22, 254, 253][..], &[0; 200]].concat(),
        [&[0x80, 96][..], &[7; 900]].concat(),
        vec![0xff; 3],
    ];
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let looked = || world.media.observe()[0];
    let shout = |count: usize| {
        junk.iter().cycle().take(count).for_each(|bytes| drop(stranger.send_to(bytes, server)));
        let at = looked().looks;
        until("the worker has read them", || looked().looks > at + 2);
    };
    shout(2_000);
    let (before, read, began) = (counting::allocations(), looked().received, Instant::now());
    (0..10).for_each(|_| shout(2_000));
    let (allocated, read) = (counting::allocations() - before, looked().received - read);
    assert!(read > 2_000, "{read} of 20,000 arrived");
    // What is done by the clock, twenty times a second, allocates a little.
    let by_the_clock = (began.elapsed().as_millis() / 50 + 2) as u64 * 20;
    assert!(allocated < by_the_clock.min(read / 4), "{allocated} for {read} datagrams in {:?}", began.elapsed());
}

#[test]
fn a_worker_that_has_nobody_sleeps() {
    let media = watched();
    let looks = || media.observe()[0].looks;
    until("it has looked about for a second", || looks() >= 20);
    let (end, before) = (Instant::now() + Duration::from_millis(400), looks());
    until("time passes", || Instant::now() > end);
    // It would be eight more.
    assert!(looks() <= before + 1, "{} more", looks() - before);
}

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

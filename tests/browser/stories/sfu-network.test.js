import assert from "node:assert/strict";
import { arrived, clockOf, concealment, goesBy, longestGap, notes, openOnLink, servedRoom, waysOf } from "../harness/served.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** Alice, and Bob whose media takes a line of its own, in a room that the server serves. @param {import("../harness/world.js").World} world @param {{tcp?: boolean, blocked?: boolean}} [how] */
async function twoByTheServer(world, { tcp, blocked = false } = {}) {
  const link = await servedRoom(world);
  const alice = await world.open("Alice");
  const bob = await openOnLink(world, "Bob", { tcp });
  bob.link.becomes({ blocked });
  await alice.enters(link);
  await bob.enters(link);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await notes(alice, bob);
  return { alice, bob };
}

story("UDP is blocked from the start: picture and sound come over TCP", async (world) => {
  const { alice, bob } = await twoByTheServer(world, { blocked: true });
  await goesBy(bob, "tcp");
  assert.deepEqual(await waysOf(alice), ["udp", "udp"], "Alice's way is her own");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

story("UDP is blocked in the middle: it goes on over TCP, in the same connections", async (world) => {
  const { alice, bob } = await twoByTheServer(world);
  assert.deepEqual(await waysOf(bob), ["udp", "udp"]);
  const [id, flap, before] = [await alice.idOf("Bob"), await alice.countsLeavingsOf("Bob"), await bob.connections()];
  const [atAlice, atBob] = [await clockOf(alice), await clockOf(bob)];

  bob.link.becomes({ blocked: true });

  await goesBy(bob, "tcp");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  console.log(`UDP blocked in the middle: no sound for ${await longestGap(alice, bob, "audio", atAlice)} ms at Alice, ${await longestGap(bob, alice, "audio", atBob)} ms at Bob`);
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
  assert.deepEqual((await bob.connections()).map(({ number }) => number), before.map(({ number }) => number), "the same connections");
  assert.equal(await flap(), 0, "nobody saw Bob leave");
});

story("another address in the middle: the server follows", async (world) => {
  const { alice, bob } = await twoByTheServer(world, { tcp: false });
  const [id, flap, before] = [await alice.idOf("Bob"), await alice.countsLeavingsOf("Bob"), await bob.connections()];
  const [atAlice, atBob] = [await clockOf(alice), await clockOf(bob)];

  await bob.link.moves();

  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  console.log(`another address: no sound for ${await longestGap(alice, bob, "audio", atAlice)} ms at Alice, ${await longestGap(bob, alice, "audio", atBob)} ms at Bob`);
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
  assert.deepEqual((await bob.connections()).map(({ number }) => number), before.map(({ number }) => number), "the same connections");
  assert.equal(await flap(), 0, "nobody saw Bob leave");
});

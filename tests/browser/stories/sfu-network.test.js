import assert from "node:assert/strict";
import { changesTheWay, goesBy, twoByTheServer, waysOf } from "../harness/hardships.js";
import { story } from "../harness/world.js";

story("UDP is blocked from the start: picture and sound come over TCP", async (world) => {
  const { alice, bob } = await twoByTheServer(world, { blocked: true });
  await goesBy(bob, "tcp");
  assert.deepEqual(await waysOf(alice), ["udp", "udp"], "Alice's way is her own");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

story("UDP is blocked in the middle: it goes on over TCP, in the same connections", async (world) => {
  const people = await twoByTheServer(world);
  assert.deepEqual(await waysOf(people.bob), ["udp", "udp"]);
  const figures = await changesTheWay(people, () => people.bob.link.becomes({ blocked: true }), "tcp");
  console.log("UDP blocked in the middle, no sound for milliseconds:", figures);
  assert.ok(figures.samePerson, "the same participant all the time");
  assert.ok(figures.sameConnections, "the same connections");
});

story("another address in the middle: the server follows", async (world) => {
  const people = await twoByTheServer(world, { tcp: false });
  const figures = await changesTheWay(people, () => people.bob.link.moves(), "udp");
  console.log("another address, no sound for milliseconds:", figures);
  assert.ok(figures.samePerson, "the same participant all the time");
  assert.ok(figures.sameConnections, "the same connections");
});

import assert from "node:assert/strict";
import { useTwoCameras } from "../harness/chromium.js";
import { changesTheWay, loses, narrows, threeWithALargePicture, twoByTheServer } from "../harness/hardships.js";
import { story } from "../harness/world.js";

/** Chromium's own camera, which gives 720 lines: so many are sent in three sizes. */
useTwoCameras();

story("UDP blocked in the middle, and another address: five seconds at most", async (world) => {
  const people = await twoByTheServer(world);
  const moved = await changesTheWay(people, () => people.bob.link.moves(), "udp");
  console.log("another address", moved);
  assert.ok(Math.max(moved.fromBob, moved.toBob) <= 5_000);
  const blocked = await changesTheWay(people, () => people.bob.link.becomes({ blocked: true }), "tcp");
  console.log("UDP blocked", blocked);
  assert.ok(Math.max(blocked.fromBob, blocked.toBob) <= 5_000);
});

story("a line of 150 kbit/s: the sound stays, the picture gives way within 3 s and is back within 10 s, and nobody else notices", async (world) => {
  const people = await threeWithALargePicture(world);
  const figures = await narrows(people, { kbps: 150, forMs: 30_000, backWithin: 30_000 });
  console.log("150 kbit/s", figures);
  assert.ok(figures.madeUp < 0.02, "under 2 % of the sound is made up");
  assert.ok(figures.downMs <= 3_000, "the low layer or none within 3 s");
  assert.ok(figures.low || figures.toldMs > 0, "without a picture the tile says why");
  assert.ok(figures.backMs <= 10_000, "the large one is back within 10 s");
  assert.ok(figures.carol.gap < 1_000 && figures.carol.madeUp < 0.02, "Carol notices nothing");
  assert.ok(figures.sameWay, "a narrow way is no broken one");
});

story("every fifth packet is lost: speech stays intelligible, and the picture recovers", async (world) => {
  const people = await twoByTheServer(world, { tcp: false });
  const figures = await loses(people, { loss: 0.2, forMs: 20_000 });
  console.log("20 % loss", figures);
  assert.ok(Math.max(figures.madeUpAtAlice, figures.madeUpAtBob) < 0.1, "under a tenth is made up");
  assert.ok(figures.backMs <= 5_000);
});

import assert from "node:assert/strict";
import { useTwoCameras } from "../harness/chromium.js";
import { loses, narrows, threeWithALargePicture, twoByTheServer } from "../harness/hardships.js";
import { story } from "../harness/world.js";

/** Chromium's own camera, which gives 720 lines: so many are sent in three sizes. */
useTwoCameras();

story("a narrow line: the sound goes on, the picture gives way and the tile says why, it comes back, and the others keep theirs", async (world) => {
  // On a busy machine a larger one may never come: the sizes are held to in measured/.
  const people = await threeWithALargePicture(world, { least: 1 });
  const figures = await narrows(people, { kbps: 150, forMs: 25_000, backWithin: 60_000, least: 1 });
  console.log("150 kbit/s:", figures);
  assert.ok(figures.downMs < 15_000, "no large picture any more");
  assert.ok(figures.large <= 180 || figures.low || figures.toldMs > 0, "a small picture, or the reason");
  assert.ok(figures.madeUpLater < 0.05, "the sound is whole once the picture has given way");
  assert.ok(figures.carol.gap < 5_000 && figures.carol.madeUp < 0.05, "Carol's goes on");
  assert.ok(figures.sameWay, "a narrow way is no broken one");
});

story("every fifth packet is lost: speech goes on, and the picture comes again", async (world) => {
  const people = await twoByTheServer(world, { tcp: false });
  const figures = await loses(people, { loss: 0.2, forMs: 15_000 });
  console.log("20 % loss:", figures);
  assert.ok(Math.max(figures.madeUpAtAlice, figures.madeUpAtBob) < 0.15);
  assert.ok(figures.sameWay, "a lossy way is no broken one");
});

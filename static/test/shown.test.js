import assert from "node:assert/strict";
import test from "node:test";
import { arrange, plan, tilesOf } from "../js/meeting/layout.js";
import { shownOf, swipeOf } from "../js/meeting/shown.js";
import { apply } from "../js/room/room.js";
import { initialState } from "../js/call/call-state.js";

const person = (id, more = {}) => ({ id, role: "participant", videoOn: true, screenSharing: false, ...more });

test("what is on this page of the grid is shown, at the device's own pixels, and never yourself", () => {
  const participants = Array.from({ length: 40 }, (_, at) => person(`p${String(at).padStart(2, "0")}`));
  const tiles = tilesOf({ participants, you: participants[0] });
  const { placed, pages } = arrange(plan({ tiles, choice: "auto", pinned: null, spotlight: null, speaker: null }), { width: 1280, height: 720, page: 1 });
  assert.ok(pages > 1);
  const shown = shownOf(placed, { pixels: 2, pinned: null });
  assert.equal(shown.length, placed.filter((one) => !one.tile.self).length);
  assert.ok(shown.length < 40);
  assert.ok(shown.every((one) => one.participantId !== "p00" && one.height >= placed[0].height * 2));
  assert.deepEqual(shownOf([], { pixels: 2, pinned: null }), []);
});

test("of a wide tile the width decides, of a screen its height, and a pin is told", () => {
  const place = (kind, width, height) => ({ tile: { key: "a", id: "a", kind, self: false }, place: "stage", x: 0, y: 0, width, height });
  assert.equal(shownOf([place("camera", 320, 100)], { pixels: 1, pinned: "a" })[0].height, 180);
  assert.equal(shownOf([place("camera", 100, 300)], { pixels: 1, pinned: "a" })[0].height, 300);
  assert.equal(shownOf([place("screen", 3_200, 100)], { pixels: 1.5, pinned: "a" })[0].height, 150);
  assert.equal(shownOf([place("camera", 320, 100)], { pixels: 1, pinned: "a" })[0].pinned, true);
});

test("a finger that goes across turns the page, one that scrolls or trembles does not", () => {
  assert.equal(swipeOf({ dx: -90, dy: 10, rtl: false }), 1);
  assert.equal(swipeOf({ dx: 90, dy: 10, rtl: false }), -1);
  assert.equal(swipeOf({ dx: 90, dy: 10, rtl: true }), 1);
  assert.equal(swipeOf({ dx: -90, dy: 80, rtl: false }), 0);
  assert.equal(swipeOf({ dx: -30, dy: 0, rtl: false }), 0);
});

test("the room knows its path, where it is going and what does not come", () => {
  const events = [
    { type: "topology_switching", epoch: 2, to: "sfu", reason: "too_large_for_mesh" },
    { type: "topology_switched", epoch: 2, mode: "sfu" },
    { type: "media_limited", tracks: [{ participantId: "a", source: "camera", reason: "bandwidth" }, { participantId: "a", source: "screen", reason: "not_sent" }] },
  ];
  const first = { ...initialState(), topology: { mode: "mesh", epoch: 1, reason: "small_room" } };
  const [during, after, limited] = events.reduce((states, event) => [...states, apply(states.at(-1), event, 0)], [first]).slice(1);
  assert.deepEqual(during.topology, { ...first.topology, switching: { epoch: 2, to: "sfu", reason: "too_large_for_mesh" } });
  assert.deepEqual(after.topology, { mode: "sfu", epoch: 2, reason: "too_large_for_mesh" });
  assert.deepEqual(limited.limited, { a: { camera: "bandwidth", screen: "not_sent" } });
  assert.deepEqual(apply(limited, { type: "media_limited", tracks: [] }, 0).limited, {});
  assert.deepEqual(apply(during, { type: "topology_rolled_back", epoch: 2, reason: "not_ready" }, 0).topology, first.topology);
  assert.equal(apply(during, { type: "topology_rolled_back", epoch: 1, reason: "not_ready" }, 0), during, "of another switch");
  assert.deepEqual(apply({ ...limited, topology: { ...limited.topology, switching: { epoch: 3, to: "mesh", reason: "settling" } } }, { type: "topology_switched", epoch: 3, mode: "mesh" }, 0).limited, {});
});

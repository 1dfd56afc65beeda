import assert from "node:assert/strict";
import test from "node:test";
import { awaitedOf } from "../js/peers/awaited.js";

const BOTH = { camera: true, screen: true };
const NONE = { camera: false, screen: false };
const usual = { mode: "sfu", openedMs: 1_000, late: false, limited: {}, wants: ["camera", "screen"] };

for (const [what, facts, expected] of [
  ["over a mesh everything comes by itself", { mode: "mesh", wants: [] }, BOTH],
  ["over the server what is asked for", {}, BOTH],
  ["a tile that is not on the screen", { wants: ["screen"] }, { camera: false, screen: true }],
  ["what the receiver's connection has no room for", { limited: { camera: "bandwidth" } }, { camera: false, screen: true }],
  ["who has just begun to send", { limited: { camera: "not_sent" } }, BOTH],
  ["who still does not send later", { limited: { camera: "not_sent" }, openedMs: 6_500 }, { camera: false, screen: true }],
  ["a device without time left, at first", { late: true }, BOTH],
  ["a device without time left goes over with its voices", { late: true, openedMs: 6_500 }, NONE],
  ["and so in a mesh", { mode: "mesh", late: true, openedMs: 6_500 }, NONE],
]) {
  test(`what is waited for on the next path: ${what}`, () => assert.deepEqual(awaitedOf({ ...usual, ...facts }), expected));
}

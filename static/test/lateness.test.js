import assert from "node:assert/strict";
import test from "node:test";
import { Lateness } from "../js/peers/lateness.js";

for (const [what, notes, mean] of [["nothing was due", [], 0], ["all in time", [0, 1, 2], 1], ["early counts as in time", [-4, 10], 5], ["a device that slept was not slow", [60_000, 10], 10]]) {
  test(`how late a page is: ${what}`, () => {
    const lateness = new Lateness();
    for (const one of notes) lateness.note(one);
    assert.equal(lateness.take(), mean);
    assert.equal(lateness.take(), 0, "each time anew");
  });
}

import assert from "node:assert/strict";
import test from "node:test";
import { Watch } from "../js/peers/watch.js";
import { FakeClock } from "./fake-clock.js";

/** What a watch over one other person tells the server within so many seconds, on a page that is so late with everything. */
async function toldBy({ lateMs = 0, cpuLimited = false, seconds = 21 }) {
  const clock = new FakeClock();
  const slow = { now: clock.now, clearTimeout: clock.clearTimeout, setTimeout: (run, ms) => clock.setTimeout(run, ms + lateMs) };
  const told = [];
  const watch = new Watch({
    paths: { ids: ["bob"], level: () => 0, measure: async () => new Map([["bob", { rttMs: 1, cpuLimited }]]) },
    facts: () => ({ localId: "alice", localLevel: 0, muted: new Set() }),
    onVoices: () => undefined,
    onStats: () => undefined,
    onTelemetry: (telemetry) => told.push(telemetry),
    hidden: () => false,
    clock: slow,
  });
  watch.start();
  await clock.advance(seconds * 1_000);
  watch.stop();
  return told.map((one) => one.cpuLimited);
}

test("a device that has time left says so", async () => {
  assert.deepEqual(await toldBy({}), [false, false]);
  assert.deepEqual(await toldBy({ lateMs: 60 }), [false, false]);
});

test("a device is at its limit when its encoders are, or when the page is late with everything", async () => {
  assert.deepEqual(await toldBy({ cpuLimited: true }), [true, true]);
  assert.deepEqual(await toldBy({ lateMs: 200 }), [true, true]);
});

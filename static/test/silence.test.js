import assert from "node:assert/strict";
import test from "node:test";
import { Silence } from "../js/peers/silence.js";
import { FakeClock } from "./fake-clock.js";

/** Two connections on which so many packets a second come. */
async function listening(...rates) {
  const clock = new FakeClock();
  const told = [];
  const packets = rates.map(() => 0);
  let at = clock.now();
  const run = async (ms, now = rates) => {
    for (let passed = 0; passed < ms; passed += 50) {
      await clock.advance(50);
      now.forEach((rate, i) => (packets[i] = rate === null ? null : packets[i] + (rate * 50) / 1_000));
    }
  };
  const whole = (i) => () => Promise.resolve(packets[i] === null ? null : Math.floor(packets[i]));
  const silence = new Silence({ clock, received: packets.map((_, i) => whole(i)), onSilent: () => told.push(["silent", clock.now() - at]), onHeard: () => told.push(["heard", clock.now() - at]) });
  silence.start();
  const since = () => (at = clock.now());
  return { clock, told, run, since, silence };
}

test("nothing comes any more on a busy path: that is known within two seconds, once, and so is the end of it", async () => {
  const { told, run, since } = await listening(20, 80);
  await run(5_000);
  since();
  await run(6_000, [0, 0]);
  assert.deepEqual(told.map(([what]) => what), ["silent"]);
  assert.ok(told[0][1] <= 2_000, `after ${told[0][1]} ms`);
  await run(3_000);
  assert.deepEqual(told.map(([what]) => what), ["silent", "heard"]);
  await run(3_000, [0, 0]);
  assert.deepEqual(told.map(([what]) => what), ["silent", "heard", "silent"], "and the next time again");
});

test("whoever sends nothing listens to what comes from the others", async () => {
  const { told, run } = await listening(1, 80);
  await run(5_000);
  assert.deepEqual(told, []);
  await run(2_500, [0, 0]);
  assert.deepEqual(told.map(([what]) => what), ["silent"]);
});

test("a silent room is no broken path", async () => {
  const { told, run } = await listening(2, 2);
  await run(10_000);
  await run(10_000, [0, 0]);
  assert.deepEqual(told, []);
});

test("one connection alone may be silent", async () => {
  const { told, run } = await listening(20, 80);
  await run(5_000);
  await run(10_000, [0, 80]);
  await run(10_000, [20, 0]);
  assert.deepEqual(told, []);
});

test("the rate falls, and then comes little: no silence", async () => {
  const { told, run } = await listening(20, 80);
  await run(5_000);
  await run(10_000, [2, 0]);
  await run(10_000, [0, 0]);
  assert.deepEqual(told, []);
});

test("what is not up is not silent, and a connection in its place counts from the beginning", async () => {
  const { told, run, silence, clock } = await listening(20, 80);
  await run(5_000);
  await run(400, [null, null]);
  await run(5_000);
  assert.deepEqual(told, []);
  silence.stop();
  await run(5_000, [0, 0]);
  assert.deepEqual([told, clock.pending], [[], 0]);
});

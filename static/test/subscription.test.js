import assert from "node:assert/strict";
import test from "node:test";
import { SPACING_MS, Subscriber, wantsOf } from "../js/peers/subscription.js";
import { FakeClock, settle } from "./fake-clock.js";

const tile = (participantId, height, more = {}) => ({ participantId, kind: "camera", height, place: "stage", ...more });
const facts = (shown, more = {}) => ({ shown, localId: "me", mode: "all", hidden: false, speaker: null, spotlight: null, ...more });

test("what is on the screen is asked for, as high as it is shown, and nothing else", () => {
  const wants = wantsOf(facts([tile("a", 301), tile("me", 300), tile("b", 0), tile("a", 700, { kind: "screen" })]));
  assert.deepEqual(wants, [
    { participantId: "a", source: "screen", height: 720, priority: 9 },
    { participantId: "a", source: "camera", height: 330, priority: 4 },
  ]);
});

test("what the person put forward comes first, then what the host did, then who speaks", () => {
  const shown = ["strip", "speaks", "lit", "pinned"].map((id) => tile(id, 90, { place: "strip", pinned: id === "pinned" }));
  const wants = wantsOf(facts(shown, { speaker: "speaks", spotlight: "lit" }));
  assert.deepEqual(wants.map((one) => one.participantId), ["pinned", "lit", "speaks", "strip"]);
  assert.ok(wants.every((one) => one.priority >= 0 && one.priority <= 10));
});

test("little traffic asks for small faces and a screen that can be read; sound alone and a hidden page ask for no picture", () => {
  const shown = [tile("a", 700), tile("b", 1_000, { kind: "screen" })];
  assert.deepEqual(wantsOf(facts(shown, { mode: "low" })).map((one) => one.height), [720, 180]);
  assert.deepEqual(wantsOf(facts(shown, { mode: "none" })), []);
  assert.deepEqual(wantsOf(facts(shown, { hidden: true })), []);
});

test("a window that is dragged asks a few times only", () => {
  const heights = new Set();
  for (let height = 100; height < 220; height += 1) heights.add(wantsOf(facts([tile("a", height)]))[0].height);
  assert.ok(heights.size <= 5, `${heights.size}`);
});

function subscriber(reply = async () => undefined) {
  const clock = new FakeClock();
  const sent = [];
  const one = new Subscriber({
    clock,
    send: (tracks) => {
      sent.push(tracks);
      return reply();
    },
  });
  return { clock, sent, one };
}

test("the first is told at once, those that follow are spaced, the last one always arrives", async () => {
  const { clock, sent, one } = subscriber();
  one.set(["before"]);
  await clock.advance(1_000);
  assert.deepEqual(sent, [], "nobody is there to ask");
  one.open();
  await clock.advance(0);
  assert.deepEqual(sent, [["before"]]);
  for (let i = 0; i < 20; i += 1) {
    one.set([i]);
    await clock.advance(10);
  }
  assert.ok(sent.length <= 2, `${sent.length}`);
  await clock.advance(SPACING_MS);
  assert.deepEqual(sent.at(-1), [19]);
  const count = sent.length;
  one.set([19]);
  await clock.advance(1_000);
  assert.equal(sent.length, count, "never the same twice");
});

test("an empty list is told too, another server is told all of it again, and what got lost is said again", async () => {
  let fails = false;
  const { clock, sent, one } = subscriber(async () => {
    if (fails) throw new Error("offline");
  });
  one.open();
  await clock.advance(1_000);
  assert.deepEqual(sent, [], "nothing was shown yet: the server's own choice stands");
  one.set([]);
  await clock.advance(0);
  assert.deepEqual(sent, [[]]);
  one.open();
  await clock.advance(0);
  assert.equal(sent.length, 2);
  fails = true;
  one.set(["a"]);
  await clock.advance(SPACING_MS);
  fails = false;
  one.set(["a"]);
  await clock.advance(SPACING_MS);
  await settle();
  assert.deepEqual(sent.slice(2), [["a"], ["a"]]);
  one.close();
  one.set(["b"]);
  await clock.advance(1_000);
  assert.equal(sent.length, 4);
});

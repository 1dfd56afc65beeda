import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, bestGrid, pageSize, plan, promote, tilesOf } from "../js/meeting/layout.js";

const person = (id, extra = {}) => ({ id, displayName: id, role: "participant", screenSharing: false, ...extra });
const room = (...people) => ({ participants: people, you: people[0] });
const facts = (state, extra = {}) => ({ tiles: tilesOf(state), choice: "auto", pinned: null, spotlight: null, speaker: null, ...extra });
const keys = (list) => list.map((one) => one.key);

test("others stand in the order of joining, you last, screens first", () => {
  const state = room(person("me"), person("bo", { screenSharing: true }), person("al"));
  assert.deepEqual(keys(tilesOf(state)), ["bo:screen", "bo", "al", "me"]);
});

test("observers have no tile, and a hidden self view comes back when you are alone", () => {
  const state = room(person("me"), person("eye", { role: "observer" }));
  assert.deepEqual(keys(tilesOf(state, { hideSelf: true })), ["me"]);
  const two = room(person("me"), person("bo"));
  assert.deepEqual(keys(tilesOf(two, { hideSelf: true })), ["bo"]);
});

test("two people: the other fills the stage, you float over it", () => {
  const two = plan(facts(room(person("me"), person("bo"))));
  assert.equal(two.layout, "duo");
  const { placed } = arrange(two, { width: 1000, height: 600 });
  assert.deepEqual(placed.map((one) => one.place), ["stage", "float"]);
  assert.equal(placed[0].width, 1000);
  assert.ok(placed[1].x + placed[1].width < 1000);
});

test("a shared screen takes the stage by itself, a pin of your own takes it back", () => {
  const state = room(person("me"), person("bo", { screenSharing: true }), person("al"));
  assert.deepEqual(keys(plan(facts(state)).stage), ["bo:screen"]);
  assert.equal(plan(facts(state)).layout, "presentation");
  assert.deepEqual(keys(plan(facts(state, { pinned: "al" })).stage), ["al"]);
  assert.equal(plan(facts(state, { choice: "grid" })).layout, "grid");
});

test("a spotlight takes the stage when nothing is shared", () => {
  const state = room(person("me"), person("bo"), person("al"));
  assert.deepEqual(keys(plan(facts(state, { spotlight: "al" })).stage), ["al"]);
  assert.deepEqual(keys(plan(facts(state, { spotlight: "gone" })).stage), ["bo", "al", "me"]);
});

test("the speaker layout follows the speaker but never shows you to yourself", () => {
  const state = room(person("me"), person("bo"), person("al"));
  assert.deepEqual(keys(plan(facts(state, { choice: "speaker", speaker: "al" })).stage), ["al"]);
  assert.deepEqual(keys(plan(facts(state, { choice: "speaker", speaker: "me" })).stage), ["bo"]);
});

test("a grid of n tiles has room for n and stays inside the stage", () => {
  for (const [width, height] of [[1280, 680], [390, 640], [844, 300], [200, 200]]) {
    for (let n = 1; n <= 30; n += 1) {
      const grid = bestGrid(n, width, height);
      assert.ok(grid.columns * grid.rows >= n);
      assert.ok(grid.columns * grid.width <= width + 1, `${n} in ${width}`);
      assert.ok(grid.rows * grid.height <= height + 1);
    }
  }
});

test("five in a wide stage are three and two, four are two and two", () => {
  assert.equal(bestGrid(5, 1280, 680).columns, 3);
  assert.equal(bestGrid(4, 1280, 680).columns, 2);
  assert.equal(bestGrid(4, 390, 640, { maxColumns: 2 }).columns, 2);
});

test("no two tiles overlap and none leaves the stage, in any layout", () => {
  for (const [width, height] of [[1280, 680], [390, 640]]) {
    for (let n = 2; n <= 20; n += 1) {
      const people = Array.from({ length: n }, (_, at) => person(`p${at}`, { screenSharing: at === 1 }));
      for (const choice of ["auto", "grid", "speaker", "presentation"]) {
        const { placed } = arrange(plan(facts(room(...people), { choice })), { width, height });
        for (const a of placed) {
          assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width + 1 && a.y + a.height <= height + 1);
          for (const b of placed) {
            if (a === b) continue;
            const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
            assert.ok(apart, `${choice} ${n}: ${a.tile.key} over ${b.tile.key}`);
          }
        }
      }
    }
  }
});

test("pages show everyone exactly once", () => {
  const people = Array.from({ length: 40 }, (_, at) => person(`p${at}`));
  const whole = plan(facts(room(...people)));
  const first = arrange(whole, { width: 390, height: 600 });
  const seen = [];
  for (let page = 0; page < first.pages; page += 1) seen.push(...arrange(whole, { width: 390, height: 600, page }).placed.map((one) => one.tile.key));
  assert.equal(new Set(seen).size, 40);
  assert.equal(seen.length, 40);
  assert.ok(first.placed.length <= pageSize(390, 600));
});

test("who talks on a later page comes to the first, and only one tile moves for it", () => {
  const tiles = tilesOf(room(...["me", "a", "b", "c", "d"].map((id) => person(id))));
  assert.deepEqual(keys(promote(tiles, "d", 2)), ["a", "d", "c", "b", "me"]);
  assert.equal(promote(tiles, "a", 2), tiles);
  assert.equal(promote(tiles, null, 2), tiles);
});

test("right to left is the mirror image", () => {
  const whole = plan(facts(room(person("me"), person("bo"), person("al")), { choice: "speaker" }));
  const ltr = arrange(whole, { width: 1000, height: 500 }).placed;
  const rtl = arrange(whole, { width: 1000, height: 500, rtl: true }).placed;
  ltr.forEach((one, at) => assert.equal(rtl[at].x, 1000 - one.x - one.width));
});

test("four on an upright phone stand two by two", () => {
  const whole = plan(facts(room(...["me", "a", "b", "c"].map((id) => person(id)))));
  const { placed } = arrange(whole, { width: 374, height: 740 });
  assert.equal(new Set(placed.map((one) => one.x)).size, 2);
  assert.equal(new Set(placed.map((one) => one.y)).size, 2);
});

import assert from "node:assert/strict";
import test from "node:test";
import { Edges, isReady } from "../js/peers/edges.js";
import { NOWHERE, follow, retired } from "../js/peers/path-switch.js";

const mesh = (epoch) => ({ mode: "mesh", epoch });
const sfu = (epoch) => ({ mode: "sfu", epoch });
const towards = (to, epoch) => ({ switching: { to, epoch, reason: "too_large_for_mesh" } });
const steps = (...topologies) => topologies.reduce((ways, topology) => follow(ways, topology), NOWHERE);

test("there and back: the old path stays until it is retired", () => {
  const during = steps(mesh(1), { ...mesh(1), ...towards("sfu", 2) });
  assert.deepEqual(during, { current: mesh(1), next: sfu(2), old: null });
  const after = follow(during, sfu(2));
  assert.deepEqual(after, { current: sfu(2), next: null, old: mesh(1) });
  assert.deepEqual(retired(after), { current: sfu(2), next: null, old: null });
  const back = [{ ...sfu(2), ...towards("mesh", 3) }, mesh(3)].reduce(follow, retired(after));
  assert.deepEqual(back, { current: mesh(3), next: null, old: sfu(2) });
});

test("rolled back: the next path goes, the present one was never touched", () => {
  const during = steps(mesh(1), { ...mesh(1), ...towards("sfu", 2) });
  const after = follow(during, mesh(1));
  assert.deepEqual(after, { current: mesh(1), next: null, old: null });
  assert.equal(after.current, during.current);
});

test("who comes in the middle takes the next path only, and the old one when it is rolled back", () => {
  const came = steps({ ...mesh(1), ...towards("sfu", 2) });
  assert.deepEqual(came, { current: null, next: sfu(2), old: null });
  assert.equal(follow(came, { ...mesh(1), ...towards("sfu", 2) }), came);
  assert.deepEqual(follow(came, mesh(1)), { current: mesh(1), next: null, old: null });
  assert.deepEqual(follow(came, sfu(2)), { current: sfu(2), next: null, old: null });
});

test("who was away finds the room on another path: it is taken at once, the old one goes after", () => {
  assert.deepEqual(steps(mesh(1), sfu(4)), { current: sfu(4), next: null, old: mesh(1) });
  assert.deepEqual(steps(sfu(2), sfu(4)), { current: sfu(4), next: null, old: sfu(2) });
});

test("a mesh goes on under a new number", () => {
  assert.deepEqual(steps(mesh(1), mesh(3)), { current: mesh(3), next: null, old: null });
});

test("a switch back before the old path is retired: two meshes at once would take each other's messages", () => {
  const after = steps(mesh(1), { ...mesh(1), ...towards("sfu", 2) }, sfu(2));
  assert.deepEqual(follow(after, { ...sfu(2), ...towards("mesh", 3) }), { current: sfu(2), next: mesh(3), old: null });
});

test("nothing new is nothing to do", () => {
  const ways = steps(mesh(1), { ...mesh(1), ...towards("sfu", 2) });
  assert.equal(follow(ways, { ...mesh(1), ...towards("sfu", 2) }), ways);
});

test("any order of topologies leaves at most one path of a kind that is spoken to beside another", () => {
  let x = 7;
  const random = (below) => (x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0) % below;
  const modes = ["mesh", "sfu"];
  let ways = NOWHERE;
  for (let epoch = 1; epoch < 3_000; epoch += 1) {
    const topology = { mode: modes[random(2)], epoch, ...(random(2) ? towards(modes[random(2)], epoch + 1) : {}) };
    ways = random(5) ? follow(ways, topology) : retired(ways);
    assert.ok(ways.current || ways.next || ways.old === null);
    if (ways.old && ways.next) assert.notEqual(ways.old.mode, ways.next.mode);
  }
});

const person = (id, more = {}) => ({ id, muted: true, videoOn: false, screenSharing: false, ...more });
const ALL = { camera: true, screen: true };
const up = { up: true, audio: 0, camera: 0, screen: 0 };

test("who sends nothing is ready as soon as the connection stands; who sends is when it is decoded", () => {
  assert.equal(isReady(person("a"), undefined, ALL), false);
  assert.equal(isReady(person("a"), { ...up, up: false }, ALL), false);
  assert.equal(isReady(person("a"), up, ALL), true);
  const talking = person("a", { muted: false, videoOn: true });
  assert.equal(isReady(talking, { ...up, audio: 3, camera: 1 }, ALL), false, "one frame may be a leftover");
  assert.equal(isReady(talking, { ...up, camera: 5 }, ALL), false, "pictures without sound");
  assert.equal(isReady(talking, { ...up, audio: 3, camera: 2 }, ALL), true);
  assert.equal(isReady(talking, { ...up, audio: 3 }, { camera: false, screen: false }), true, "its picture is not asked for");
});

test("the list is told when it changes, and somebody who was ready stays so whatever they turn on", () => {
  const edges = new Edges();
  const progress = new Map([["a", up], ["b", { ...up, up: false }]]);
  const people = [person("a"), person("b")];
  assert.deepEqual(edges.update(people, progress, () => ALL), ["a"]);
  assert.deepEqual(edges.update(people, progress, () => ALL), ["a"], "not yet told");
  edges.told(["a"]);
  assert.equal(edges.update(people, progress, () => ALL), null);
  progress.set("b", up);
  assert.deepEqual(edges.update([person("a", { videoOn: true }), person("b")], progress, () => ALL), ["a", "b"]);
  assert.equal(edges.holds(["a", "b"]), true);
  progress.set("a", { ...up, up: false });
  assert.deepEqual(edges.update(people, progress, () => ALL), ["b"], "a broken connection is not ready");
  assert.deepEqual(edges.update([person("b")], progress, () => ALL), ["b"]);
});

import assert from "node:assert/strict";
import test from "node:test";
import { LOWEST, captureFor, lowered, shareBandwidth } from "../js/peers/bandwidth.js";
import { Ladder } from "../js/peers/ladder.js";
import { encodingOf } from "../js/peers/sender-limits.js";
import { Shares, deviceHealth } from "../js/peers/shares.js";
import { FakeClock } from "./fake-clock.js";

test("the camera's total stays within a common uplink, whatever the number of peers", () => {
  let before = Infinity;
  for (let peers = 1; peers <= 12; peers += 1) {
    const { camera } = shareBandwidth({ peers, sharing: false });
    assert.ok(camera.maxBitrate <= before, `${peers} peers: each gets no more than with fewer`);
    assert.ok(camera.maxBitrate * peers <= 2_500_000, `${peers} peers: ${camera.maxBitrate * peers}`);
    before = camera.maxBitrate;
  }
});

for (const [peers, bitrate, lines] of [[0, 2_500_000, 720], [1, 2_500_000, 720], [3, 800_000, 540], [4, 600_000, 360], [5, 400_000, 360], [8, 250_000, 270], [40, 150_000, 180]]) {
  test(`${peers} peers`, () => {
    const { camera, microphone } = shareBandwidth({ peers, sharing: false });
    assert.deepEqual([camera.maxBitrate, camera.lines], [bitrate, lines]);
    assert.ok(microphone.maxBitrate >= 32_000 && microphone.maxBitrate <= 48_000);
  });
}

test("beside a screen the camera is small, and the screen keeps its sharpness", () => {
  const { camera, screen } = shareBandwidth({ peers: 3, sharing: true });
  assert.deepEqual([camera.maxBitrate, camera.lines], [250_000, 240]);
  assert.deepEqual(screen, { maxBitrate: 1_500_000, maxFramerate: 10 });
  assert.deepEqual(shareBandwidth({ peers: 30, sharing: true }).screen, { maxBitrate: 300_000, maxFramerate: 5 });
});

test("a device that has to be spared sends a small picture, and no more than it would have", () => {
  assert.deepEqual(shareBandwidth({ peers: 1, sharing: false, lowPower: true }).camera, { maxBitrate: 300_000, maxFramerate: 15, lines: 360 });
  assert.equal(shareBandwidth({ peers: 12, sharing: false, lowPower: true }).camera.lines, 180);
});

test("the scale follows the picture that the camera really gives, upright ones too", () => {
  const limit = { maxBitrate: 1, lines: 360 };
  const scale = (settings) => encodingOf("camera", limit, { getSettings: () => settings }).scaleResolutionDownBy;
  assert.deepEqual([scale({ width: 1280, height: 720 }), scale({ width: 720, height: 1280 }), scale({ width: 640, height: 480 }), scale({ width: 320, height: 240 })], [2, 2, 480 / 360, 1]);
  assert.equal("lines" in encodingOf("camera", limit), false);
  assert.equal(encodingOf("microphone", { maxBitrate: 40_000 }).networkPriority, "high");
});

test("in trouble the camera gives way step by step, and never the sound", () => {
  const budget = shareBandwidth({ peers: 2, sharing: false });
  let before = budget.camera;
  for (let level = 1; level <= LOWEST; level += 1) {
    const { camera, microphone } = lowered(budget, level);
    assert.ok(camera.maxBitrate < before.maxBitrate && camera.maxFramerate < before.maxFramerate && camera.lines <= before.lines);
    assert.equal(microphone, budget.microphone);
    before = camera;
  }
  assert.equal(lowered(budget, 0), budget);
  assert.equal(lowered(shareBandwidth({ peers: 40, sharing: true }), LOWEST).camera.lines, 120);
});

/** The levels at every second. @param {Ladder} ladder @param {(second: number) => boolean} trouble @param {number} seconds @param {number} from */
const climb = (ladder, trouble, seconds, from = 0) => Array.from({ length: seconds }, (_, i) => ladder.update(trouble(from + i) ? "trouble" : "ease", (from + i) * 1000));

test("down when trouble lasts, slowly up, and more slowly after a relapse", () => {
  const ladder = new Ladder({ lowest: 3, now: 0 });
  assert.deepEqual(new Set(climb(ladder, (s) => s % 3 === 0, 20)), new Set([0]), "single bad readings change nothing");
  climb(ladder, () => true, 6, 20);
  assert.equal(ladder.level, 1);
  assert.equal(Math.max(...climb(ladder, () => false, 14, 26)), 1);
  climb(ladder, () => false, 4, 40);
  assert.equal(ladder.level, 0);
  climb(ladder, () => true, 6, 44);
  assert.equal(ladder.level, 1);
  assert.equal(Math.min(...climb(ladder, () => false, 29, 50)), 1, "the second time it waits twice as long");
  climb(ladder, () => false, 3, 79);
  assert.equal(ladder.level, 0);
});

test("who begins below the top is there in some seconds when all is well", () => {
  const ladder = new Ladder({ lowest: LOWEST, level: 2, now: 0 });
  const levels = climb(ladder, () => false, 8);
  assert.deepEqual([levels[0], levels[3], levels[7]], [2, 1, 0]);
});

const reading = (more = {}) => ({ lossUp: 0, cpuLimited: false, encodeMs: 3, ...more });

for (const [what, facts, health] of [
  ["its encoders say so", { stats: [reading(), reading({ cpuLimited: true })], cores: 8 }, "trouble"],
  ["the pictures take longer than there is time", { stats: [reading({ encodeMs: 25 }), reading({ encodeMs: 25 })] }, "trouble"],
  ["the pictures take most of the time", { stats: [reading({ encodeMs: 15 }), reading({ encodeMs: 15 })] }, "busy"],
  ["the page answers late", { stats: [reading()], lateMs: 200 }, "trouble"],
  ["the page answers just in time", { stats: [reading()], lateMs: 40 }, "busy"],
  ["there is much left", { stats: [reading(), reading({ encodeMs: null })], lateMs: 3 }, "ease"],
  ["nothing is known yet", { stats: [] }, "ease"],
]) {
  test(`a device where ${what}: ${health}`, () => assert.equal(deviceHealth({ lateMs: 0, framerate: 24, cores: 2, ...facts }), health));
}

test("between trouble and ease nothing moves, and who steps aside comes back as quickly as who began there", () => {
  const ladder = new Ladder({ lowest: LOWEST, level: 2, now: 0 });
  for (let second = 0; second < 60; second += 2) ladder.update("busy", second * 1000);
  assert.equal(ladder.level, 2);
  ladder.stepAside(3, 60_000);
  ladder.stepAside(1, 60_000);
  assert.equal(ladder.level, 3);
  assert.equal(Math.min(...climb(ladder, () => false, 12, 61)), 0);
});

for (const [peers, level, lines, framerate] of [[0, 0, 720, 30], [1, 0, 720, 30], [2, 0, 540, 30], [4, 0, 360, 25], [4, 2, 270, 18], [4, 3, 180, 15], [4, LOWEST, 180, 8], [12, 0, 180, 15]]) {
  test(`the camera is taken with ${lines} lines at ${framerate} for ${peers} peers at level ${level}`, () => {
    const budgets = Array.from({ length: peers }, () => lowered(shareBandwidth({ peers, sharing: false }), level));
    assert.deepEqual(captureFor(budgets), { lines, framerate });
  });
}

test("the camera is taken as the one who gets most of it needs it", () => {
  const budget = shareBandwidth({ peers: 4, sharing: false });
  assert.deepEqual(captureFor([lowered(budget, 3), budget]), { lines: 360, framerate: 25 });
});

test("loss to one lowers that one, a busy device lowers all, and new links in a crowd begin small", () => {
  const clock = { ...new FakeClock(), time: 0, now: () => clock.time };
  const pair = new Shares({ clock, cores: 2 });
  pair.plan({ ids: ["a", "b"], sharing: false, lowPower: false });
  assert.equal(pair.of("a").camera.maxBitrate, 1_200_000);
  const report = (shares, seconds, stats) => {
    const start = clock.now();
    for (let i = 0; i <= seconds; i += 2) {
      clock.time = start + i * 1000;
      shares.adapt(stats);
    }
  };
  report(pair, 6, new Map([["a", reading({ lossUp: 0.2 })], ["b", reading()]]));
  assert.ok(pair.of("a").camera.maxBitrate < 1_200_000);
  assert.equal(pair.of("b").camera.maxBitrate, 1_200_000);
  report(pair, 6, new Map([["a", reading({ cpuLimited: true })], ["b", reading()]]));
  assert.ok(pair.of("b").camera.maxBitrate < 1_200_000);

  const crowd = new Shares({ clock, cores: 2 });
  crowd.plan({ ids: ["a", "b", "c", "d"], sharing: false, lowPower: false });
  assert.equal(crowd.of("a").camera.lines, 180);
  assert.deepEqual(crowd.capture, { lines: 180, framerate: 15 });
  report(crowd, 14, new Map());
  assert.equal(crowd.of("a").camera.lines, 360);

  const newcomer = () => crowd.plan({ ids: ["a", "b", "c", "d", "e"], sharing: false, lowPower: false });
  newcomer();
  assert.deepEqual([crowd.of("a").camera.lines, crowd.of("e").camera.lines], [360, 180], "a device at ease takes nobody's picture away");
  crowd.plan({ ids: ["a", "b", "c", "d"], sharing: false, lowPower: false });
  crowd.adapt(new Map(), 50);
  newcomer();
  assert.equal(crowd.of("a").camera.lines, 180, "a busy one makes room");
});

import assert from "node:assert/strict";
import { VOICE } from "./chromium.js";
import { beepsIn, placesIn } from "./heard.js";
import { complaints, probe } from "./media-file.js";
import { sound } from "./recorded.js";
import { CLAP } from "./synthetic-devices.js";

/** @typedef {import("./recorded.js").Recorded} Recorded */

/** What is heard and what is seen of one moment are no further apart. */
const TOGETHER_S = 0.1;
/** Speech stays below, also where a browser was short of time and it is in pieces; half a second of a tone is above. Decibels. */
export const TONE_DB = 40;
/** The same second of the same voice, after a codec and what a browser does to a voice. Other words reach half. */
const SAME_WORDS = 0.6;

/** Every file opens, decodes without a complaint and holds what is said of it. @param {Recorded} recorded */
export async function everyFileOpens(recorded) {
  for (const { source, segments } of recorded.tracks) {
    for (const { name, done } of segments) {
      const probed = await probe(recorded.path(name));
      assert.deepEqual([probed.kind, probed.codec], source === "camera" ? ["video", "vp8"] : ["audio", "opus"], name);
      assert.equal(probed.packets, done.frames, name);
      assert.ok(Math.abs(probed.seconds * 1_000 - done.durationMs) < 100, `${name}: ${probed.seconds} s, ${done.durationMs} ms`);
      assert.equal(await complaints(recorded.path(name)), "", name);
    }
  }
}

/** @param {[second: number, brightness: number][]} pictures @returns {number[]} when it becomes bright */
export function flashesIn(pictures) {
  const lights = pictures.map(([, light]) => light).sort((a, b) => a - b);
  const edge = (lights[0] + /** @type {number} */ (lights.at(-1))) / 2;
  return pictures.flatMap(([second, light], at) => (at > 0 && light > edge && pictures[at - 1][1] <= edge ? [second] : []));
}

/** @param {string} what @param {number[]} beeps @param {number[]} flashes */
export function areTogether(what, beeps, flashes) {
  const pairs = flashes.map((flash) => beeps.map((beep) => flash - beep).sort((a, b) => Math.abs(a) - Math.abs(b))[0]);
  const figures = `${what}: ${pairs.map((one, at) => `${Math.round(one * 1_000)} at ${flashes[at].toFixed(1)} s`).join(", ")}: ms from beep to flash`;
  const apart = [...pairs].sort((a, b) => a - b);
  console.log(figures);
  assert.ok(apart.length >= 6, `enough claps: ${figures}`);
  // A browser that is short of time shows single pictures late: so it was for those who watched.
  assert.ok(Math.abs(apart[apart.length >> 1]) < TOGETHER_S, figures);
  assert.ok(apart.filter((one) => Math.abs(one) < TOGETHER_S).length >= apart.length * 0.75, figures);
}

/** What was said went in and came out, word for word and in its time. @param {string} what @param {Float32Array} heard */
export async function areTheWords(what, heard) {
  const source = await sound(VOICE);
  const loop = source.length / 16_000;
  const places = placesIn(heard, source);
  const figures = `${what}: ${places.map(({ second, likeness, at }) => `${second}→${at.toFixed(1)} ${likeness.toFixed(2)}`).join(", ")}`;
  console.log(figures);
  assert.ok(places.length >= 6, `enough was said: ${figures}`);
  // A browser that is short of time loses a moment of its microphone: the rest is still what was said.
  const most = Math.ceil(places.length * 0.8);
  assert.ok(places.filter(({ likeness }) => likeness > SAME_WORDS).length >= most, figures);
  const inStep = places.filter((place, at) => [places[at - 1], places[at + 1]].some((beside) => beside && stepOff(beside, place, loop) < 0.1));
  assert.ok(inStep.length >= most, `one second behind the other: ${inStep.map(({ second }) => second)}; ${figures}`);
}

/**
 * How much more, or less, of the voice lies between two moments than time.
 * @param {{second: number, at: number}} one @param {{second: number, at: number}} other @param {number} loop how long the voice is
 */
function stepOff(one, other, loop) {
  const off = other.at - one.at - (other.second - one.second);
  return Math.abs(off - Math.round(off / loop) * loop);
}

/** @param {Recorded} recorded @param {string} what @param {string} who */
export async function clapsAreTogether(recorded, what, who) {
  const beeps = beepsIn(await recorded.sound(recorded.track(who, "microphone")), CLAP.hertz);
  areTogether(what, beeps, flashesIn(await recorded.brightness(recorded.track(who, "camera"))));
}

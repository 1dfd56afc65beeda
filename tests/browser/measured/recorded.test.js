import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { complaints, loudnessOf, probe, samples } from "../harness/media-file.js";
import { meeting } from "../harness/person.js";
import { LISTENER } from "../harness/server.js";
import { agrees } from "../harness/consent.js";
import { goOver, openConnections, pins, watch } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/world.js").World} World */
/** @typedef {{participant: string, source: string, segments: {key: {number: number}, atMs: number, done: {durationMs: number, frames: number}|null}[], ledgers: any[], ended: string}} Recorded */

/** A folder for what is recorded. @param {World} world */
function folderOf(world) {
  const folder = mkdtempSync(join(tmpdir(), "greenroom-recorded-"));
  world.atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Ends the recording. @param {World} world @returns {Promise<Recorded[]>} a track each */
async function stop(world) {
  world.server.say("stop");
  await until("the files are closed", () => world.server.log.includes("\nstopped"));
  return world.server.log.split("\n").filter((line) => line.startsWith("recorded ")).map((line) => JSON.parse(line.slice(9)));
}

/** The files of somebody's track, in order. @param {string} folder @param {string} id @param {string} source */
function filesOf(folder, id, source) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(`${id}-${source}-`)).sort().map((name) => join(folder, name));
}

/** @param {import("../harness/person.js").Person} person @param {number} ms */
async function talksFor({ page }, ms) {
  const from = await page.evaluate(() => performance.now());
  await until("they talked for a while", () => page.evaluate((end) => performance.now() > end, from + ms), { within: ms * 4 });
}

story("a meeting of three is recorded as it stays peer to peer: who agreed is in the files, who did not is not", async (world) => {
  const folder = folderOf(world);
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, bob, carol] = people;
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
  const [aliceId, bobId, carolId] = await Promise.all(people.map((person) => person.idOf(person.name)));
  await agrees(alice, true);
  await agrees(bob, true);
  world.server.say(`record ${folder}`);
  await until("both send a copy", async () => (await Promise.all(people.map(openConnections))).join() === "3,3,2");
  await until("the pictures come", () => filesOf(folder, aliceId, "camera").length > 0 && filesOf(folder, bobId, "camera").length > 0, { within: 60_000 });
  await talksFor(alice, 4_000);
  await bob.sound("mute");
  await talksFor(alice, 4_000);
  await bob.sound("unmute");
  await talksFor(alice, 4_000);
  const tracks = await stop(world);

  assert.deepEqual(filesOf(folder, carolId, ""), [], "nothing of Carol");
  assert.equal(tracks.length, 4);
  for (const track of tracks) {
    assert.equal(track.ended, "Released");
    const files = filesOf(folder, track.participant, track.source);
    assert.equal(files.length, track.segments.length);
    for (const [at, file] of files.entries()) {
      const probed = await probe(file);
      const { done } = track.segments[at];
      assert.ok(done, "every file was closed");
      assert.deepEqual([probed.kind, probed.codec], track.source === "camera" ? ["video", "vp8"] : ["audio", "opus"]);
      assert.equal(probed.packets, done.frames);
      assert.ok(Math.abs(probed.seconds * 1_000 - done.durationMs) < 100, `${probed.seconds} s, ${done.durationMs} ms`);
      assert.equal(await complaints(file), "");
    }
  }
  const spans = tracks.map(({ segments }) => segments.reduce((end, one) => Math.max(end, one.atMs + (one.done?.durationMs ?? 0)), 0));
  assert.ok(Math.max(...spans) - Math.min(...spans) < 1_500, `all end together: ${spans}`);

  const [voice] = filesOf(folder, bobId, "microphone");
  const sound = await samples(voice);
  const track = tracks.find((one) => one.participant === bobId && one.source === "microphone");
  const muted = track?.ledgers.flatMap((ledger) => ledger.gaps).find((gap) => gap.reason === "off" && gap.toMs - gap.fromMs > 2_000);
  assert.ok(muted, `his mute is listed: ${JSON.stringify(track)}`);
  const begin = track?.segments[0].atMs ?? 0;
  const [from, to] = [(muted.fromMs - begin) / 1_000, (muted.toMs - begin) / 1_000];
  assert.ok(loudnessOf(sound, 0, from) > 0.01, "his voice is there before");
  assert.ok(loudnessOf(sound, from + 0.2, to - 0.2) < 0.001, "and silence while he was muted");
  assert.ok(loudnessOf(sound, to + 0.2, sound.length / 48_000) > 0.01, "and his voice again");
}, { binary: LISTENER, timeout: 600_000 });

story("a recording goes on while the room goes over to the server, and ends for who withdraws", async (world) => {
  const folder = folderOf(world);
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  const [aliceId, bobId] = await Promise.all(people.map((person) => person.idOf(person.name)));
  await agrees(alice, true);
  await agrees(bob, true);
  world.server.say(`record ${folder}`);
  await until("the pictures come", () => filesOf(folder, aliceId, "camera").length > 0 && filesOf(folder, bobId, "camera").length > 0, { within: 60_000 });
  await watch(people);
  await pins(alice, "sfu");
  await goOver(people, "sfu");
  await agrees(bob, false);
  await talksFor(alice, 3_000);
  const tracks = await stop(world);
  const ended = (/** @type {string} */ id) => tracks.filter((one) => one.participant === id).map((one) => one.ended);
  assert.deepEqual([ended(aliceId), ended(bobId)], [["Released", "Released"], ["Withdrawn", "Withdrawn"]]);
  for (const { participant, source } of tracks) for (const file of filesOf(folder, participant, source)) assert.equal(await complaints(file), "");
  const voice = tracks.find((one) => one.participant === aliceId && one.source === "microphone");
  const longest = Math.max(0, ...(voice?.ledgers.flatMap((ledger) => ledger.gaps).map((gap) => gap.toMs - gap.fromMs) ?? []));
  assert.ok(longest < 500, `Alice's voice has no hole where the room went over: ${longest} ms`);
}, { binary: LISTENER, timeout: 600_000 });

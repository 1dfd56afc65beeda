import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { calms, describe, goOver, measure, openConnections, pins, quantile, watch } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/person.js").Person} Person */
/** @typedef {Awaited<ReturnType<typeof measure>>} Figures */

/** A frame's moment is told to a step of the screen. */
const STEP_MS = 34;

/** Within two frames, or within what this machine loses at the same time without any switch. @param {Figures[]} rounds */
function assertUnnoticed(rounds) {
  const all = (/** @type {"during"|"control"} */ part, /** @type {"gaps"|"madeUp"} */ what) => rounds.flatMap((figures) => figures[part][what]);
  assert.ok(rounds.length > 0 && all("during", "madeUp").length > 0, "something was measured");
  const allowed = Math.max(2 * rounds[0].during.usual, quantile(all("control", "gaps"), 0.95)) + STEP_MS;
  const longest = quantile(all("during", "gaps"), 0.95);
  assert.ok(longest <= allowed, `p95 of the longest time without a picture is ${longest} ms, allowed ${allowed}`);
  const silence = Math.max(20, quantile(all("control", "madeUp"), 0.9));
  assert.ok(quantile(all("during", "madeUp"), 0.9) <= silence, `${quantile(all("during", "madeUp"), 0.9)} ms of sound were made up, allowed ${silence}`);
}

/** There and back three times. @param {Person[]} people @returns {Promise<Figures[]>} */
async function goesToAndFro(people) {
  const [host] = people;
  const rounds = [];
  await allMeet(people);
  await watch(people);
  for (let round = 0; round < 3; round += 1) {
    for (const mode of /** @type {const} */ (["sfu", "mesh"])) {
      await pins(host, mode);
      const figures = await measure(people, await goOver(people, mode));
      console.log(describe(`${people.length} people to ${mode}, round ${round + 1}`, figures));
      rounds.push(figures);
      const connections = mode === "sfu" ? 2 : people.length - 1;
      for (const person of people) await until(`${person.name} has let the old path go`, async () => (await openConnections(person)) === connections);
      await calms(host);
    }
  }
  await allMeet(people);
  return rounds;
}

/** @param {Person[]} people */
function allMeet(people) {
  return Promise.all(people.flatMap((one) => people.filter((other) => other !== one).map((other) => one.meets(other))));
}

story("two people go over to the server and back, again and again: nobody notices, and the old path is gone", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  assertUnnoticed(await goesToAndFro(people));
}, { timeout: 900_000 });

/** Three browsers and the server fill two cores while both paths are up: what that costs is printed beside what the machine loses anyway. */
story("three people go over to the server and back, again and again: everybody arrives, and the old path is gone", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  await goesToAndFro(people);
}, { timeout: 900_000 });

story("mutes, screens and newcomers in the middle of a switch", async (world) => {
  const { people, link } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await watch(people);
  await bob.button("meeting.screen.start").click();
  await alice.seesScreenOf(bob);
  await Promise.all([pins(alice, "sfu"), bob.sound("mute")]);
  await goOver(people, "sfu");
  await alice.finds("Bob", "meeting.tile.muted");
  await alice.seesScreenOf(bob);
  await Promise.all([alice.sees(bob), bob.meets(alice)]);
  await bob.sound("unmute");
  await alice.hears(bob);
  const carol = await world.open("Carol");
  await carol.knocks(link);
  await Promise.all([pins(alice, "mesh"), alice.admits(carol)]);
  await goOver(people, "mesh");
  await Promise.all([carol.meets(alice), alice.meets(carol), bob.meets(carol)]);
  await carol.seesScreenOf(bob);
  await bob.button("meeting.screen.stop").last().click();
  await bob.leaves();
  await alice.seesNobodyCalled("Bob");
  await alice.meets(carol);
}, { timeout: 900_000 });

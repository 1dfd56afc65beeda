import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { calms, describe, goOver, measure, openConnections, pins, quantile, watch } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** Within two frames, or within what this machine loses at the same time without any switch. @param {Awaited<ReturnType<typeof measure>>} figures @param {string} title */
function assertUnnoticed(figures, title) {
  const { during, control } = figures;
  console.log(describe(title, figures));
  assert.ok(during.gaps.length > 0 && during.madeUp.length > 0, "something was measured");
  const allowed = Math.max(2 * during.usual, quantile(control.gaps, 0.95)) + 17;
  const longest = quantile(during.gaps, 0.95);
  assert.ok(longest <= allowed, `${title}: p95 of the longest time without a picture is ${longest} ms, allowed ${allowed}`);
  const silence = Math.max(20, quantile(control.madeUp, 0.95));
  assert.ok(quantile(during.madeUp, 0.95) <= silence, `${title}: ${quantile(during.madeUp, 0.95)} ms of sound were made up, allowed ${silence}`);
}

story("three people go over to the server and back, again and again: nobody notices, and the old path is gone", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, bob, carol] = people;
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
  await watch(people);
  for (let round = 0; round < 3; round += 1) {
    for (const mode of /** @type {const} */ (["sfu", "mesh"])) {
      await pins(alice, mode);
      const moments = await goOver(people, mode);
      assertUnnoticed(await measure(people, moments), `to ${mode}, round ${round + 1}`);
      for (const person of people) await until(`${person.name} has let the old path go`, async () => (await openConnections(person)) === 2);
      await calms(alice);
    }
  }
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
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

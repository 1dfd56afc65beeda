import assert from "node:assert/strict";
import { describe, goOver, measure, quantile, watch } from "../harness/switching.js";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** Six cameras of 320 × 180 and ten frames a second, on one machine with the server: what the machine itself loses is measured beside it. */
story("six people come one after another, share a screen and leave: to the server at the sixth, back to the mesh when it has settled", async (world) => {
  const { people: five, link } = await meeting(world, "Alice", "Bob", "Carol", "Dave", "Erin");
  for (const [at, person] of five.entries()) await person.sees(five[(at + 1) % five.length]);
  await watch(five);
  const frank = await world.open("Frank");
  await frank.knocks(link);
  await five[0].admits(frank);

  const there = await goOver(five, "sfu", 120_000);
  const figures = await measure(five, there);
  console.log(describe("six people, to the server", figures));
  const six = [...five, frank];
  for (const person of six) await until(`${person.name} has two connections`, async () => (await person.connections()).length === 2, { within: 20_000 });
  await Promise.all([frank.meets(five[0]), five[4].meets(frank)]);
  await five[1].button("meeting.screen.start").click();
  await frank.seesScreenOf(five[1]);
  await five[1].button("meeting.screen.stop").last().click();

  await frank.leaves();
  await five[4].leaves();
  const four = five.slice(0, 4);
  const back = await goOver(four, "mesh", 120_000);
  const returned = await measure(four, back);
  console.log(describe("four people, back to the mesh", returned));
  for (const person of four) await until(`${person.name} has a link to each`, async () => (await person.connections()).length === 3, { within: 20_000 });
  await Promise.all([four[0].meets(four[3]), four[3].meets(four[1])]);
  for (const { during, control } of [figures, returned]) {
    const allowed = Math.max(2 * during.usual, quantile(control.gaps, 0.95)) + 17;
    assert.ok(quantile(during.gaps, 0.95) <= allowed, `p95 of the longest time without a picture: ${quantile(during.gaps, 0.95)} ms, allowed ${allowed}`);
    const silence = Math.max(20, quantile(control.madeUp, 0.95));
    assert.ok(quantile(during.madeUp, 0.95) <= silence, `p95 of made-up sound: ${quantile(during.madeUp, 0.95)} ms, allowed ${silence}`);
  }
}, { timeout: 600_000 });

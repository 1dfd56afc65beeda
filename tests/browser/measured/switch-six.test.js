import assert from "node:assert/strict";
import { describe, goOver, measure, quantile, watch } from "../harness/switching.js";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/person.js").Person} Person */

/** Within two frames, or within what this machine loses without any switch; the sound that four browsers on two cores lose is printed. @param {string} title @param {Awaited<ReturnType<typeof measure>>} figures */
function isUnnoticed(title, { during, control }) {
  const allowed = Math.max(2 * during.usual, quantile(control.gaps, 0.95)) + 17;
  const longest = quantile(during.gaps, 0.95);
  assert.ok(longest <= allowed, `${title}: p95 of the longest time without a picture: ${longest} ms, allowed ${allowed}`);
}

/** @param {Person[]} people @param {number} count */
async function allHave(people, count) {
  for (const person of people) await until(`${person.name} has ${count} connections`, async () => (await person.connections()).length === count, { within: 60_000 });
}

/**
 * Six cameras on one machine with the server. With devices of few cores a room goes over at the fourth person and back when two are left, with others at
 * the sixth and with four; what the machine itself loses is measured beside it.
 */
story("six people come one after another, share a screen and leave: to the server on the way, back to the mesh when it has settled", async (world) => {
  const { people: three, link } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, bob, carol] = three;
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
  await watch(three);
  const joins = async (/** @type {string} */ name) => {
    const person = await world.open(name);
    await person.knocks(link);
    await alice.admits(person);
    return person;
  };
  const dave = await joins("Dave");
  const there = await measure(three, await goOver(three, "sfu"));
  console.log(describe("the fourth comes, to the server", there));
  const erin = await joins("Erin");
  const frank = await joins("Frank");
  await allHave([...three, dave, erin, frank], 2);
  await frank.meets(alice);
  await erin.meets(frank);
  await bob.button("meeting.screen.start").click();
  await frank.seesScreenOf(bob);
  await bob.button("meeting.screen.stop").last().click();

  await frank.leaves();
  await erin.leaves();
  await dave.leaves();
  await carol.leaves();
  const two = [alice, bob];
  const back = await measure(two, await goOver(two, "mesh"));
  console.log(describe("two are left, back to the mesh", back));
  await allHave(two, 1);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  isUnnoticed("to the server", there);
  isUnnoticed("to the mesh", back);
}, { timeout: 900_000 });

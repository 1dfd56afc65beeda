import assert from "node:assert/strict";
import { agrees } from "../harness/consent.js";
import { meeting } from "../harness/person.js";
import { LISTENER } from "../harness/server.js";
import { openConnections } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/person.js").Person} Person @typedef {import("../harness/world.js").World} World */

/** The newest of what was heard of somebody. @param {World} world @param {string} id @param {string} source */
function heard(world, id, source) {
  const lines = world.server.log.split("\n").filter((line) => line.startsWith("heard ")).map((line) => JSON.parse(line.slice(6)));
  return lines.filter((one) => one.participant === id && one.source === source).at(-1) ?? null;
}

/** @param {Person} person @returns {Promise<number>} how many tiles say that the server hears a copy */
function signs(person) {
  return person.page.getByRole("img", { name: new RegExp(person.words("meeting.tap")) }).count();
}

story("what three people agreed to is heard on the server while they stay peer to peer", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, bob, carol] = people;
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
  const ids = await Promise.all(people.map((person) => person.idOf(person.name)));
  const before = await Promise.all(people.map((person) => person.connections()));
  await agrees(alice, true);
  await agrees(bob, true);
  world.server.say("listen recording low_video");
  for (const [at, source, least] of /** @type {const} */ ([[0, "microphone", 50], [0, "camera", 20], [1, "microphone", 50]])) {
    await until(`${people[at].name}'s ${source} is heard`, () => (heard(world, ids[at], source)?.frames ?? 0) >= least, { within: 60_000 });
  }
  assert.ok(heard(world, ids[0], "camera").keyframes >= 1, "her picture began with a keyframe");
  await until("sender reports tie its times", () => heard(world, ids[0], "microphone").reports, { within: 30_000 });
  assert.deepEqual(await Promise.all(people.map(openConnections)), [3, 3, 2], "one connection more for those who agreed");
  await until("everybody can see it", async () => (await Promise.all(people.map(signs))).every((count) => count >= 2));

  await agrees(alice, false);
  await until("Alice is let be", () => heard(world, ids[0], "microphone").ended === "Withdrawn");
  await until("her copy has ended", async () => (await openConnections(alice)) === 2);
  const last = heard(world, ids[0], "microphone").frames;
  await bob.sound("mute");
  await until("Bob's mute is marked", () => heard(world, ids[1], "microphone").offs === 1);
  const muted = heard(world, ids[1], "microphone").frames;
  const seen = heard(world, ids[1], "camera").frames;
  await until("his picture goes on", () => heard(world, ids[1], "camera").frames > seen + 20, { within: 60_000 });
  assert.equal(heard(world, ids[1], "microphone").frames, muted, "not a packet of a muted voice");
  assert.equal(heard(world, ids[0], "microphone").frames, last, "not a packet more of hers");
  assert.equal(heard(world, ids[2], "microphone"), null, "Carol was never heard");

  world.server.say("release");
  await until("everybody is let be", async () => (await Promise.all(people.map(openConnections))).every((count) => count === 2));
  const after = await Promise.all(people.map((person) => person.connections()));
  after.forEach((own, at) => assert.deepEqual(own.map(({ number }) => number), before[at].map(({ number }) => number), `${people[at].name} has the connections of before`));
  await bob.sound("unmute");
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
}, { binary: LISTENER, timeout: 600_000 });

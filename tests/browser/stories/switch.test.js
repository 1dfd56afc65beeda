import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { goOver, openConnections, pins, watch } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

story("two people go over to the server and back, and nothing of the old path is left", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await watch(people);
  for (const [mode, connections] of /** @type {const} */ ([["sfu", 2], ["mesh", 1]])) {
    await pins(alice, mode);
    await goOver(people, mode);
    for (const person of people) await until(`${person.name} has let the old path go`, async () => (await openConnections(person)) === connections);
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
  }
}, { timeout: 900_000 });

story("a page that is reloaded on the server's path is back there", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await watch(people);
  await pins(alice, "sfu");
  await goOver(people, "sfu");
  await bob.reloads();
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  assert.equal(await openConnections(bob), 2);
  const before = await bob.connections();
  await bob.page.context().setOffline(true);
  await bob.page.context().setOffline(false);
  await until("both ways were looked for anew", async () => {
    const now = await bob.connections();
    return now.length === 2 && now.every(({ number, user, state }) => state === "connected" && before.some((one) => one.number === number && one.user !== user));
  });
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
}, { timeout: 900_000 });

import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

for (const seconds of [5, 20]) {
  story(`a cut of ${seconds} s: back by themselves, nothing missed, and the media never stopped`, async (world) => {
    const { people } = await meeting(world, "Alice", "Bob");
    const [alice, bob] = people;
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
    const before = await bob.connections();
    const id = await alice.idOf("Bob");
    const flap = await alice.countsLeavingsOf("Bob");

    bob.wire.cut();
    const end = performance.now() + seconds * 1000;
    await alice.writes("Said while Bob was away");
    // Peer to peer goes on while the server is out of reach.
    let looks = 0;
    while (performance.now() < end) {
      await Promise.all([bob.sees(alice), alice.sees(bob)]);
      looks += 1;
    }
    assert.ok(looks > 0);
    if (seconds > 10) {
      await bob.noticesTheCut();
      await bob.writes("Written without a network");
    }
    bob.wire.restore();

    await bob.isBack();
    await bob.reads("Said while Bob was away");
    if (seconds > 10) await alice.reads("Written without a network");
    await bob.writes("Back again");
    await alice.reads("Back again");
    assert.equal(await alice.idOf("Bob"), id, "the same participant");
    assert.deepEqual(await bob.connections(), before, "the same connections, without a restart");
    assert.equal(await flap(), 0, "nobody saw Bob leave");
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
  });
}

story("another network: a new path for the same connection, without rejoining", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  const [before] = await bob.connections();
  const id = await alice.idOf("Bob");

  // What the browser itself does when a cable is swapped for a wireless network.
  await bob.page.context().setOffline(true);
  await bob.page.context().setOffline(false);

  await until("the path was looked for anew", async () => {
    const [now] = await bob.connections();
    return now.number === before.number && now.user !== before.user && now.state === "connected";
  });
  assert.equal((await bob.connections()).length, 1);
  assert.equal(await alice.idOf("Bob"), id);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

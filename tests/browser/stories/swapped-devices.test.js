import assert from "node:assert/strict";
import { useTwoCameras } from "../harness/chromium.js";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

useTwoCameras();

for (const kind of /** @type {const} */ (["microphone", "camera"])) {
  story(`another ${kind} in the middle of the call: the others get it in the same connection`, async (world) => {
    const { people } = await meeting(world, "Alice", "Bob");
    const [alice, bob] = people;
    await alice.meets(bob);
    const connections = await bob.connections();
    const before = await bob.device(kind);
    await bob.choosesAnother(kind);
    await until("the other one is open", async () => ![null, before].includes(await bob.device(kind)));
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
    assert.deepEqual(await bob.connections(), connections);
  });

  story(`a ${kind} is unplugged: the next one takes its place, and the person is told`, async (world) => {
    const { people } = await meeting(world, "Alice", "Bob");
    const [alice, bob] = people;
    await alice.meets(bob);
    const connections = await bob.connections();
    const before = await bob.device(kind);
    await bob.pullsThePlugOf(kind);
    await bob.isTold(bob.words("meeting.notice.device_replaced", { device: "" }).trim());
    await until("the other one is open", async () => ![null, before].includes(await bob.device(kind)));
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
    assert.deepEqual(await bob.connections(), connections);
  });
}

story("the last camera is unplugged: the others see a name, the sound goes on", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.meets(bob);
  await bob.pullsThePlugOf("camera");
  await until("the second is open", () => bob.device("camera"));
  await alice.sees(bob);
  await bob.pullsThePlugOf("camera");
  await bob.button("meeting.camera.start").waitFor();
  await alice.finds("Bob", "meeting.tile.cameraOff");
  await alice.hears(bob);
});

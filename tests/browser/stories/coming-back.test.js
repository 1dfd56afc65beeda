import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

story("a reload in the middle: the same person, the whole chat, picture and sound again", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.writes("Before the reload");
  await bob.reads("Before the reload");
  const id = await alice.idOf("Bob");

  await bob.reloads();

  await bob.reads("Before the reload");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
  assert.equal(await alice.tile("Bob").count(), 1, "once");
});

story("a reload keeps a muted microphone muted", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await bob.sound("mute");
  await alice.finds("Bob", "meeting.tile.muted");
  await bob.reloads();
  await bob.button("meeting.mic.unmute").waitFor();
  await alice.sees(bob);
  await alice.finds("Bob", "meeting.tile.muted");
});

story("a knock survives a reload", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  const bob = await world.open("Bob");
  await bob.knocks(link);
  await alice.hasAtTheDoor("Bob");
  await bob.page.reload();
  await bob.waits();
  await alice.admits(bob);
});

story("the host reloads and is still the host", async (world) => {
  const { people, link } = await meeting(world, "Alice", "Bob");
  const [alice] = people;
  await alice.reloads();
  const carol = await world.open("Carol");
  await carol.knocks(link);
  await alice.admits(carol);
});

story("the same identity in a second tab takes over; the first is told and stays out", async (world) => {
  const { people, link } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  const id = await alice.idOf("Bob");
  const again = await world.openBeside(bob);
  await again.goes(link);
  await again.joins();
  await again.isInside();

  await bob.isOut("joined_elsewhere");
  await Promise.all([alice.meets(again), again.meets(alice)]);
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
  assert.equal(await alice.tile("Bob").count(), 1);
  await until("the first tab stays out", async () => (await bob.connections()).length === 0);
});

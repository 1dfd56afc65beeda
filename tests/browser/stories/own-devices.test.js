import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** Media that stopped stays at the same count; a few packets may still have been on their way. @param {import("../harness/person.js").Person} person @param {"audio"|"video"} kind @param {() => Promise<unknown>} meanwhile */
async function sends(person, kind, meanwhile) {
  const before = await person.sent();
  await meanwhile();
  const after = await person.sent();
  return after[kind] - before[kind];
}

story("mute stops the packets, not only the sound, and unmuting brings them back", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.meets(bob);

  await bob.sound("mute");
  await alice.finds("Bob", "meeting.tile.muted");
  // The picture goes on meanwhile: it measures the time in which sound would have been sent.
  assert.equal(await sends(bob, "audio", () => alice.sees(bob)), 0, "no packet while muted");
  const silent = await alice.soundOf(bob);
  await alice.sees(bob);
  const still = await alice.soundOf(bob);
  assert.equal(still?.packets, silent?.packets, "and none arrives");

  await bob.sound("unmute");
  await alice.hears(bob);
  assert.ok((await sends(bob, "audio", () => alice.hears(bob))) > 0);
});

story("a camera that is off sends nothing and shows a name; on again it shows a picture", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.meets(bob);

  await bob.camera("stop");
  await alice.finds("Bob", "meeting.tile.cameraOff");
  assert.equal(await sends(bob, "video", () => alice.hears(bob)), 0, "no packet while off");
  assert.ok(await alice.tile("Bob").locator("gr-avatar").isVisible());

  await bob.camera("start");
  await alice.meets(bob);
});

story("a shared screen fills the stage of the others, and goes when it ends", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await bob.button("meeting.screen.start").click();
  await bob.isTold(bob.words("meeting.screen.sharing"));
  await alice.seesScreenOf(bob);
  await until("the screen is in front", async () => (await alice.page.locator("[data-layout]").getAttribute("data-layout")) === "presentation");
  await alice.meets(bob);

  await bob.button("meeting.screen.stop").first().click();
  await alice.screenOf("Bob").waitFor({ state: "detached" });
  await alice.meets(bob);
});

story("the sound of what is shared is heard beside the voice, and ends with it", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.meets(bob);
  await bob.button("meeting.screen.start").click();
  await alice.seesScreenOf(bob);
  await Promise.all([alice.hearsScreenOf(bob), alice.hears(bob)]);

  await bob.button("meeting.screen.stop").first().click();
  await until("nothing is left of the screen", async () => (await alice.soundOf(bob, "screen")) === null);
  await alice.meets(bob);
});

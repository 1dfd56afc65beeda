import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

story("a host mutes somebody, who stops sending sound and may come back by themselves", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.hears(bob);

  await alice.uses("Bob", "mute");
  await bob.button("meeting.mic.unmute").waitFor();
  await bob.isTold(bob.words("meeting.notice.muted_by_host"));
  await alice.finds("Bob", "meeting.tile.muted");

  await bob.sound("unmute");
  await alice.finds("Bob", "meeting.tile.muted", false);
  await alice.hears(bob);
});

story("a host asks somebody to unmute, and only their own answer does it", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await bob.sound("mute");
  await alice.finds("Bob", "meeting.tile.muted");

  await alice.uses("Bob", "ask-unmute");
  await bob.isTold(bob.words("meeting.asked.audio.heading", { name: "Alice" }));
  assert.ok((await alice.descriptionOf("Bob")).includes(alice.words("meeting.tile.muted")), "not before the answer");
  await bob.button("meeting.asked.audio.yes").last().click();
  await alice.finds("Bob", "meeting.tile.muted", false);
});

story("a host spotlights somebody for everybody, and takes it back", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, , carol] = people;
  const onStage = () => carol.tile("Bob").getAttribute("place").then(async (place) => ({ place, layout: await carol.page.locator("[data-layout]").getAttribute("data-layout") }));

  await alice.uses("Bob", "spotlight");
  await until("Bob is in front for Carol", async () => (await onStage()).layout === "speaker" && (await onStage()).place === "stage");
  await alice.uses("Bob", "unspotlight");
  await until("all are equal again", async () => (await onStage()).layout === "grid");
});

story("a locked room lets nobody new in, not even to wait, until it is unlocked", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  await alice.choosesFromMore("meeting.lock");
  const sign = alice.page.locator("gr-control-bar").getByText(alice.words("meeting.locked"));
  await sign.waitFor({ state: "attached" });

  const bob = await world.open("Bob");
  await bob.goes(link);
  await bob.joins();
  await bob.isOut("room_locked");

  await alice.choosesFromMore("meeting.unlock");
  await sign.waitFor({ state: "detached" });
  await bob.knocks(link);
  await alice.hasAtTheDoor("Bob");
});

story("a removed and banned person is out at once and does not come back", async (world) => {
  const { people, link } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.uses("Bob", "remove");
  await alice.page.getByRole("switch", { name: alice.words("meeting.dialog.remove.ban") }).setChecked(true);
  await alice.button("meeting.dialog.remove.do").click();

  await bob.isOut("removed");
  await alice.seesNobodyCalled("Bob");
  await bob.goes(link);
  await bob.joins();
  await bob.isTold(bob.words("ended.removed.title"));
  assert.equal(await alice.tile("Bob").count(), 0);
});

story("somebody sent back to wait keeps nothing of the meeting, and is admitted again", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.uses("Bob", "to-waiting");
  await bob.waits();
  await alice.seesNobodyCalled("Bob");
  await until("Bob has no connection left", async () => (await bob.connections()).length === 0);
  await alice.admits(bob);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

story("a denied guest is told so, with the host's words", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  const bob = await world.open("Bob");
  await bob.knocks(link);
  await alice.hasAtTheDoor("Bob");
  await alice.page.getByRole("button", { name: alice.words("meeting.tile.menu", { name: "Bob" }) }).click();
  await alice.page.getByRole("menuitem", { name: alice.words("meeting.waiting.denyWith") }).click();
  await alice.field("meeting.dialog.deny-message.label").fill("Come back at noon");
  await alice.button("meeting.dialog.deny-message.do").last().click();
  await bob.isOut("denied");
  await bob.isTold("Come back at noon");
});

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertAccessible, faultsOf } from "../harness/accessibility.js";
import { browser } from "../harness/chromium.js";
import { openGallery, showState, statesOf } from "../harness/gallery.js";
import { story } from "../harness/world.js";

const THEMES = /** @type {const} */ (["light", "dark"]);
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Both themes, both sizes and both directions, without every product of them: the colours are the same at every size. */
const LOOKS = /** @type {const} */ ([
  { name: "desk, light", theme: "light" },
  { name: "phone, dark", theme: "dark", ...PHONE },
  { name: "phone, light, Arabic", theme: "light", language: "ar", ...PHONE },
]);

for (const { name, ...look } of LOOKS) {
  story(`axe finds nothing on the pages around a meeting: ${name}`, async (world) => {
    const alice = await world.open("Alice", look);
    const check = (/** @type {string} */ state) => assertAccessible(alice, state);

    await alice.goes("/");
    await alice.button("home.start").waitFor();
    await check("home");
    await alice.button("home.options").click();
    await alice.field("create.name").waitFor();
    await check("a new meeting with options");
    await alice.button("common.close").click();

    await alice.goes("/nowhere");
    await alice.page.getByRole("heading", { name: alice.words("notFound.title") }).waitFor();
    await check("not found");
    await alice.goes("/r/ZZZZ-9999");
    await alice.page.getByRole("heading", { name: alice.words("room.missingTitle") }).waitFor();
    await check("no such room");

    await alice.goes("/sign-in");
    await alice.field("signIn.email").waitFor();
    await check("sign in");
    await alice.signsUp();
    await check("home, signed in");
    await alice.goes("/account");
    await alice.page.getByRole("heading", { name: alice.words("account.title") }).waitFor();
    await alice.page.getByRole("heading", { name: alice.words("apiKeys.title") }).waitFor();
    await check("account");

    await alice.createsARoom();
    await alice.leaves();
    await alice.isOut("left");
    await check("after a call");
    await alice.button("ended.report").or(alice.page.getByRole("link", { name: alice.words("ended.report") })).first().click();
    await alice.isTold(alice.words("report.peak"));
    await check("a report");
    await alice.goes("/rooms");
    await alice.page.getByRole("heading", { name: alice.words("rooms.title") }).waitFor();
    await check("my rooms");
  });

  story(`axe finds nothing from the door to the meeting: ${name}`, async (world) => {
    const alice = await world.open("Alice", look);
    const bob = await world.open("Bob", look);
    const link = await alice.createsARoom();
    await assertAccessible(alice, "alone in a meeting");
    await bob.goes(link);
    await bob.field("prejoin.name").waitFor();
    await assertAccessible(bob, "pre-join");
    await bob.joins();
    await bob.waits();
    await assertAccessible(bob, "waiting");
    await alice.hasAtTheDoor("Bob");
    await assertAccessible(alice, "somebody at the door");
    await alice.admits(bob);
    await alice.meets(bob);
    await alice.writes("Hello Bob");
    await bob.reads("Hello Bob");
    await assertAccessible(alice, "the chat");
    if ("isMobile" in look) {
      await alice.closesThePanel();
      await alice.choosesFromMore("meeting.panel.people");
    } else await alice.shows("people");
    await alice.panel("people").waitFor();
    await assertAccessible(alice, "the people");
    await alice.button("common.more").last().click();
    await assertAccessible(alice, "an open menu");
    await alice.page.keyboard.press("Escape");
    await alice.choosesFromMore("meeting.panel.details");
    await assertAccessible(alice, "the details");
    bob.wire.cut();
    await bob.noticesTheCut();
    await assertAccessible(bob, "reconnecting");
  });
}

test("axe finds nothing in any state of the gallery, light and dark", { timeout: 900_000 }, async () => {
  const gallery = await openGallery();
  after(gallery.close);
  const context = await (await browser()).newContext({ viewport: { width: 1024, height: 720 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  const found = [];
  const states = await statesOf(page, gallery);
  assert.ok(states.length > 20, "the gallery was read");
  for (const state of states) {
    for (const theme of THEMES) {
      await showState(page, gallery.link(state, { theme }));
      found.push(...(await faultsOf(page)).map((line) => `${state}, ${theme}: ${line}`));
    }
  }
  await context.close();
  assert.deepEqual(found, []);
});

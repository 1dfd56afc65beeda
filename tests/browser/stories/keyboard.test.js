import assert from "node:assert/strict";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** Presses Tab until the focus is on the thing of that name, as somebody without a mouse does. @param {import("../harness/person.js").Person} person @param {string} name */
async function tabTo(person, name) {
  const visited = [];
  for (let step = 0; step < 60; step += 1) {
    await person.page.keyboard.press("Tab");
    const focused = await person.page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      if (!(active instanceof HTMLElement)) return "";
      const labelled = /** @type {HTMLInputElement} */ (active).labels?.[0]?.textContent;
      const slotted = active.querySelector("slot:not([name])");
      const inside = slotted instanceof HTMLSlotElement ? slotted.assignedNodes().map((node) => node.textContent).join("") : active.textContent;
      return (active.getAttribute("aria-label") ?? labelled ?? inside ?? "").trim();
    });
    if (focused === name) return;
    visited.push(focused);
  }
  assert.fail(`Tab never comes to "${name}" but to ${visited.join(" · ")}`);
}

story("create, go in, mute, write and leave, all by keyboard", async (world) => {
  const alice = await world.open("Alice");
  const { keyboard } = alice.page;
  await alice.goes("/");
  await alice.button("home.start").waitFor();
  await tabTo(alice, alice.words("home.start"));
  await keyboard.press("Enter");

  await alice.field("prejoin.name").waitFor();
  await tabTo(alice, alice.words("prejoin.name"));
  await keyboard.type("Alice");
  await keyboard.press("Enter");
  await alice.isInside();

  await keyboard.press("m");
  await alice.button("meeting.mic.unmute").waitFor();
  await keyboard.press("m");
  await alice.button("meeting.mic.mute").waitFor();

  await keyboard.press("c");
  await alice.panel("chat").waitFor();
  await until("the message field has the focus", () => alice.page.getByRole("textbox", { name: alice.words("meeting.chat.write") }).evaluate((area) => area.matches(":focus")));
  await keyboard.type("written by keyboard");
  await keyboard.press("Enter");
  await alice.reads("written by keyboard");
  await keyboard.press("Escape");

  await tabTo(alice, alice.words("meeting.leaveOrEnd"));
  await keyboard.press("Enter");
  await alice.isOut("left");
});

story("a host admits somebody by keyboard, and the help lists the keys", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  const bob = await world.open("Bob");
  await bob.knocks(link);
  await alice.isTold(alice.words("meeting.notice.knock", { name: "Bob" }));

  await alice.page.keyboard.press("w");
  await alice.panel("waiting").waitFor();
  await tabTo(alice, alice.words("meeting.waiting.admitOne", { name: "Bob" }));
  await alice.page.keyboard.press("Enter");
  await bob.isInside();

  await alice.page.keyboard.press("Escape");
  await alice.page.keyboard.press("?");
  await alice.page.getByRole("dialog", { name: alice.words("meeting.help") }).waitFor();
  await alice.page.keyboard.press("Escape");
  await alice.page.getByRole("dialog", { name: alice.words("meeting.help") }).waitFor({ state: "hidden" });
});

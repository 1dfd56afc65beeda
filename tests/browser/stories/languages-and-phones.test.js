import assert from "node:assert/strict";
import { story } from "../harness/world.js";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 1 };

/** Nothing sticks out at the sides, and no key shows where a text should be. @param {import("../harness/person.js").Person} person */
async function assertTidy(person) {
  const { over, text } = await person.page.evaluate(() => {
    const all = (/** @type {ParentNode} */ root) => [...root.querySelectorAll("*")].flatMap((/** @type {Element} */ one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const words = all(document).flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && one.tagName !== "STYLE" && one.tagName !== "SCRIPT").map((node) => node.textContent ?? ""));
    return { over: document.documentElement.scrollWidth - innerWidth, text: words };
  });
  assert.ok(over <= 0, `${over} px stick out`);
  const keys = text.filter((one) => /^(meeting|home|join|prejoin|waitingRoom|ended|app|common|preview|devices|room)\.[a-zA-Z.-]+$/.test(one.trim()));
  assert.deepEqual(keys, [], "texts that are missing");
}

for (const [language, direction] of /** @type {const} */ ([["en", "ltr"], ["de", "ltr"], ["ar", "rtl"]])) {
  story(`from the first page into a call in ${language}, written ${direction}`, async (world) => {
    const alice = await world.open("Alice", { language });
    await alice.goes("/");
    await alice.button("home.start").waitFor();
    assert.deepEqual(await alice.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [language, direction]);
    await assertTidy(alice);
    await alice.createsARoom();
    await alice.sees(alice);
    await assertTidy(alice);
    await alice.shows("chat");
    await assertTidy(alice);
    await alice.leaves();
    await alice.isOut("left");
    await assertTidy(alice);
  });
}

story("two phones, one of them in Arabic: knock, admit, see, hear and write", async (world) => {
  const alice = await world.open("Alice", PHONE);
  const link = await alice.createsARoom();
  const noor = await world.open("نور", { ...PHONE, language: "ar" });
  await noor.knocks(link);
  await assertTidy(noor);
  await alice.admits(noor);
  await alice.closesThePanel();
  await Promise.all([alice.meets(noor), noor.meets(alice)]);
  await assertTidy(alice);
  await assertTidy(noor);
  await noor.writes("صباح الخير");
  await alice.reads("صباح الخير");
  await assertTidy(alice);
});

/**
 * Takes the pictures in docs/screens: every page and state on a desk and a phone, light and dark; the meeting with 1, 2, 4 and 5 people.
 * `npm run screens`, or for some of them with the beginning of a name and a look: `node screens.js meeting phone-dark`. Not a test: somebody
 * looks at them.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { closeBrowser } from "./harness/chromium.js";
import { until } from "./harness/until.js";
import { World } from "./harness/world.js";

const FOLDER = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const SIZES = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
const NAMES = ["Alice Moreau", "Ben Okafor", "Chiara Rossi", "Deniz Kaya", "Emeka Obi"];
const [, , wanted = "", wantedLook = ""] = process.argv;

/** @typedef {import("./harness/person.js").Person} Person */
/** @typedef {"light"|"dark"} Theme */
/** @typedef {{size: keyof typeof SIZES, theme: Theme}} Look */

/** @type {Look[]} */
const LOOKS = /** @type {const} */ (["desk", "phone"]).flatMap((size) => /** @type {const} */ (["light", "dark"]).map((theme) => ({ size, theme })));

/** @param {World} world @param {string} name @param {Look} look @param {object} [more] */
async function sitDown(world, name, { size, theme }, more = {}) {
  const person = await world.open(name, { ...SIZES[size], theme, ...more });
  await person.page.addInitScript(nameTheCamera);
  return person;
}

/** Runs in the page: the pretended camera is called after its file, a real one after its maker. */
function nameTheCamera() {
  const plain = Object.getOwnPropertyDescriptor(MediaDeviceInfo.prototype, "label")?.get;
  Object.defineProperty(MediaDeviceInfo.prototype, "label", {
    get() {
      const label = plain?.call(this) ?? "";
      return label.includes("/") ? "Built-in camera" : label.replace("Fake Default Audio Input", "Built-in microphone").replace("Fake Default Audio Output", "Built-in speakers");
    },
  });
}

/** @param {Person} person @param {string} name @param {Look} look @param {{whole?: boolean}} [how] */
async function take(person, name, { size, theme }, { whole = false } = {}) {
  if (!name.startsWith(wanted)) return;
  await person.page.evaluate(() => document.fonts.ready);
  await person.page.screenshot({ path: `${FOLDER}${name}-${size}-${theme}.jpg`, type: "jpeg", quality: 72, fullPage: whole });
}

/** What is around a meeting. @param {World} world @param {Look} look */
async function pages(world, look) {
  const alice = await sitDown(world, NAMES[0], look);
  const shoot = (/** @type {string} */ name) => take(alice, name, look, { whole: true });
  const heading = (/** @type {string} */ key) => alice.page.getByRole("heading", { name: alice.words(key) }).first().waitFor();
  await alice.goes("/");
  await alice.button("home.start").waitFor();
  await shoot("home");
  await alice.button("home.options").click();
  await alice.field("create.name").waitFor();
  await take(alice, "create-room", look);
  await alice.page.keyboard.press("Escape");
  await alice.goes("/sign-in");
  await alice.field("signIn.email").waitFor();
  await shoot("sign-in");
  await alice.goes("/nowhere");
  await heading("notFound.title");
  await shoot("not-found");
  await alice.signsUp();
  await alice.goes("/account");
  await heading("apiKeys.title");
  await shoot("account");
  await alice.createsARoom();
  await alice.writes("Notes for the next time");
  await alice.reads("Notes for the next time");
  if (look.size === "phone") await alice.closesThePanel();
  await alice.leaves();
  await alice.isOut("left");
  await shoot("after-call");
  await alice.page.getByRole("link", { name: alice.words("ended.report") }).click();
  await alice.isTold(alice.words("report.peak"));
  await shoot("report");
  await alice.goes("/rooms");
  await heading("rooms.title");
  await shoot("rooms");
  await alice.goes("/");
  await alice.page.getByRole("heading", { name: alice.words("recent.title") }).waitFor();
  await shoot("home-recent");
}

/** From alone to five. @param {World} world @param {Look} look */
async function meetings(world, look) {
  const alice = await sitDown(world, NAMES[0], look);
  const link = await alice.createsARoom();
  await alice.sees(alice);
  await take(alice, "meeting-1", look);
  const others = [];
  for (const name of NAMES.slice(1)) {
    const other = await sitDown(world, name, look, name === NAMES[4] ? { language: "ar" } : {});
    await other.goes(link);
    await other.field("prejoin.name").waitFor();
    await until("the camera is on", () => other.page.locator("gr-device-preview video").isVisible());
    if (others.length === 0) await take(other, "prejoin", look, { whole: true });
    await other.joins();
    await other.waits();
    if (others.length === 0) await take(other, "waiting", look, { whole: true });
    await alice.hasAtTheDoor(name);
    if (others.length === 0) await take(alice, "meeting-door", look);
    await alice.admits(other);
    await alice.closesThePanel();
    others.push(other);
    for (const one of others) await alice.sees(one);
    if (others.length !== 2) await take(alice, `meeting-${others.length + 1}`, look);
  }
  await panels(alice, others, look);
}

/** @param {Person} alice @param {Person[]} others @param {Look} look */
async function panels(alice, [ben, chiara, , emeka], look) {
  await take(emeka, "meeting-arabic", look);
  await ben.writes("Good morning! The agenda is at https://example.org/agenda");
  await chiara.writes("Thank you. *Two* points from me: the **budget**, and `deploy --when`?");
  await alice.writes("Let us begin with the budget.");
  await alice.reads("Good morning!", "Two", "Let us begin");
  await take(alice, "meeting-chat", look);
  await alice.closesThePanel();
  await chiara.closesThePanel();
  await chiara.page.keyboard.press("h");
  await alice.tile(chiara.name).locator(".flag.hand").waitFor();
  if (look.size === "desk") await alice.shows("people");
  else await alice.choosesFromMore("meeting.panel.people");
  await alice.panel("people").waitFor();
  await take(alice, "meeting-people", look);
  await alice.closesThePanel();
  await alice.choosesFromMore("meeting.panel.details");
  await take(alice, "meeting-details", look);
  await alice.closesThePanel();
  await alice.choosesFromMore("meeting.layout.speaker");
  await take(alice, "meeting-speaker", look);
  await alice.choosesFromMore("meeting.layout.auto");
  if (look.size === "desk") {
    await ben.button("meeting.screen.start").click();
    await alice.seesScreenOf(ben);
    await take(alice, "meeting-screen", look);
  }
  chiara.wire.cut();
  await chiara.noticesTheCut();
  await take(chiara, "meeting-reconnecting", look);
}

/** @param {(world: World, look: Look) => Promise<void>} visit @param {Look} look */
async function inAWorld(visit, look) {
  const world = new World();
  try {
    await world.begin();
    await visit(world, look);
  } catch (error) {
    console.error(`${visit.name}, ${look.size}, ${look.theme}: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
    await world.photograph(`screens ${visit.name} ${look.size} ${look.theme}`);
  } finally {
    await world.end();
  }
}

mkdirSync(FOLDER, { recursive: true });
if (process.argv.length === 2 && existsSync(FOLDER)) for (const old of readdirSync(FOLDER)) if (/\.(png|jpg)$/.test(old)) rmSync(FOLDER + old);
for (const look of LOOKS.filter(({ size, theme }) => `${size}-${theme}`.startsWith(wantedLook))) {
  for (const visit of [pages, meetings]) await inAWorld(visit, look);
}
await closeBrowser();

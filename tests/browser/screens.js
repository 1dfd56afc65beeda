/**
 * Takes the pictures in docs/screens: every page and state on a desk and a phone, light and dark. Pages and a meeting of two are driven; the
 * states of a larger meeting come from the gallery, because five windows with cameras, all drawn at full size, starve on two cores.
 * `npm run screens`, or for some of them with the beginning of a name and a look: `node screens.js meeting phone-dark`. Not a test: somebody
 * looks at them.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { browser, closeBrowser } from "./harness/chromium.js";
import { openGallery, showState } from "./harness/gallery.js";
import { until } from "./harness/until.js";
import { World } from "./harness/world.js";

const FOLDER = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const SIZES = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
/** The name of a picture, the gallery's state in it, the language. @type {[name: string, state: string, language?: string][]} */
const STATES = [
  ["meeting-4", "four"],
  ["meeting-5", "five"],
  ["meeting-16", "sixteen"],
  ["meeting-speaker", "speaker"],
  ["meeting-screen", "presentation"],
  ["meeting-chat", "conversation"],
  ["meeting-people", "people"],
  ["meeting-details", "details"],
  ["meeting-reconnecting", "reconnecting"],
  ["meeting-warning", "warning"],
  ["meeting-arabic", "five", "ar"],
  ["meeting-consent", "recorded-asked"],
  ["meeting-recorded", "recorded"],
  ["meeting-recorded-problem", "recorded-problem"],
  ["meeting-emotion", "emotion"],
  ["meeting-emotion-asked", "emotion-asked"],
  ["recordings", "recordings"],
  ["recording-ready", "recording"],
  ["recording-ready-arabic", "recording", "ar"],
  ["recording-processing", "recording-processing"],
  ["report-voices", "report-emotions"],
];
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

/** @param {{page: import("playwright-core").Page}} person @param {string} name @param {Look} look @param {{whole?: boolean}} [how] */
async function take({ page }, name, { size, theme }, { whole = false } = {}) {
  if (!name.startsWith(wanted)) return;
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${FOLDER}${name}-${size}-${theme}.jpg`, type: "jpeg", quality: 72, fullPage: whole });
}

/** What is around a meeting. @param {World} world @param {Look} look */
async function pages(world, look) {
  const alice = await sitDown(world, "Alice Moreau", look);
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

/** Alone, somebody at the door, two. @param {World} world @param {Look} look */
async function meetings(world, look) {
  const alice = await sitDown(world, "Alice Moreau", look);
  const link = await alice.createsARoom();
  await alice.sees(alice);
  await take(alice, "meeting-1", look);
  const ben = await sitDown(world, "Ben Okafor", look);
  await ben.goes(link);
  await ben.field("prejoin.name").waitFor();
  await until("the camera is on", () => ben.page.locator("gr-device-preview video").isVisible());
  await take(ben, "prejoin", look, { whole: true });
  await ben.joins();
  await ben.waits();
  await take(ben, "waiting", look, { whole: true });
  await alice.hasAtTheDoor(ben.name);
  await take(alice, "meeting-door", look);
  await alice.admits(ben);
  await alice.closesThePanel();
  await alice.sees(ben);
  await take(alice, "meeting-2", look);
}

/** @param {Look} look */
async function states(look) {
  const gallery = await openGallery();
  const context = await (await browser()).newContext({ ...SIZES[look.size], reducedMotion: "reduce" });
  const page = await context.newPage();
  for (const [name, state, lang = "en"] of STATES) {
    if (!name.startsWith(wanted)) continue;
    await showState(page, gallery.link(state, { theme: look.theme, lang }));
    await until("every picture is there", () => page.evaluate(picturesAreThere));
    // A page is as long as it is; a meeting fills the window.
    await take({ page }, name, look, { whole: !name.startsWith("meeting") });
  }
  await context.close();
  gallery.close();
}

/** Runs in the page: waits until each picture has been painted. */
async function picturesAreThere() {
  const page = document.querySelector("#room")?.firstElementChild;
  if (page?.localName !== "gr-meeting") {
    const player = page?.shadowRoot?.querySelector("video");
    return !page?.shadowRoot?.querySelector("gr-spinner") && (!player || player.readyState > 1);
  }
  const tiles = document.querySelector("gr-meeting")?.shadowRoot?.querySelector("gr-stage")?.shadowRoot?.querySelectorAll("gr-tile") ?? [];
  const videos = [...tiles].flatMap((tile) => [...(tile.shadowRoot?.querySelectorAll("video, gr-video") ?? [])]).map((one) => one.shadowRoot?.querySelector("video") ?? one);
  const live = /** @type {HTMLVideoElement[]} */ (videos).filter((one) => one.srcObject);
  await Promise.all(live.map((one) => new Promise((resolve) => one.requestVideoFrameCallback(resolve))));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return tiles.length > 0 && live.length > 0;
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
/** A state of the gallery needs no server. */
const driven = STATES.some(([name]) => name === wanted) ? [] : [pages, meetings];
for (const look of LOOKS.filter(({ size, theme }) => `${size}-${theme}`.startsWith(wantedLook))) {
  for (const visit of driven) await inAWorld(visit, look);
  await states(look);
}
await closeBrowser();

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { faultsOf } from "../harness/accessibility.js";
import { browser, closeBrowser } from "../harness/chromium.js";
import { openGallery, showState } from "../harness/gallery.js";
import { words } from "../harness/words.js";

/** @type {Awaited<ReturnType<typeof openGallery>>} */
let gallery;
/** @type {import("playwright-core").Page} */
let page;

before(async () => {
  gallery = await openGallery();
  page = await (await (await browser()).newContext({ viewport: { width: 1024, height: 780 }, reducedMotion: "reduce" })).newPage();
});
after(async () => {
  gallery?.close();
  await closeBrowser();
});

const dialog = () => page.locator("gr-consent-dialog dialog");
const button = (/** @type {string} */ key) => page.getByRole("button", { name: words(key), exact: true });
/** What the page told the room about consent. */
const said = () => page.evaluate(() => JSON.parse(JSON.stringify(/** @type {any} */ (window).call.sent.filter((/** @type {any} */ one) => one.type === "consent"))));
const show = (/** @type {string} */ state) => showState(page, gallery.link(state));

/** Runs in the page: what has the focus, through shadow roots. */
function focused() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.localName ?? "";
}

test("yes and no are as large, as plain and as near, and no key that was meant for the meeting answers", { timeout: 60_000 }, async () => {
  await show("recorded-asked");
  await dialog().waitFor();
  const boxes = await Promise.all(["refuse", "agree"].map((one) => button(`meeting.consent.recording.${one}`).evaluate((element) => ({ width: element.getBoundingClientRect().width, height: element.getBoundingClientRect().height, look: getComputedStyle(element).backgroundColor + getComputedStyle(element).color + getComputedStyle(element).fontWeight }))));
  assert.deepEqual(boxes[0], boxes[1]);
  assert.ok(boxes[0].height >= 44 && boxes[0].width >= 150);
  assert.notEqual(await page.evaluate(focused), "button", "the words have the focus");
  for (const key of ["Space", "Enter", "m", "o"]) await page.keyboard.press(key);
  assert.deepEqual(await said(), []);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).call.sent), [], "and none of them did anything else");
});

test("Escape leaves the question open: nothing is said, it is not asked again, and the way to answer stays in sight", { timeout: 60_000 }, async () => {
  await show("recorded-asked");
  await dialog().waitFor();
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
  await page.getByText(words("meeting.consent.recording.chip.unanswered")).waitFor();
  await page.evaluate(() => /** @type {any} */ (window).call.change({ speaking: [] }));
  assert.equal(await dialog().count(), 0);
  assert.deepEqual(await said(), []);
  await button("meeting.consent.answer").click();
  await dialog().waitFor();
  await button("meeting.consent.recording.agree").click();
  await page.getByText(words("meeting.consent.recording.chip.granted")).waitFor();
  assert.deepEqual(await said(), [{ type: "consent", purposes: { recording: true }, textVersion: "2026-11" }]);
});

test("a new recording is a new question", { timeout: 60_000 }, async () => {
  await show("recorded-asked");
  await dialog().waitFor();
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
  await page.evaluate(() => {
    const { call } = /** @type {any} */ (window);
    call.change({ room: { ...call.state.room, recording: { id: "another", startedAt: new Date().toISOString() } } });
  });
  await dialog().waitFor();
});

test("no is one click, and everybody sees who is left out and who has not answered", { timeout: 60_000 }, async () => {
  await show("recorded-asked");
  await button("meeting.consent.recording.refuse").click();
  await page.getByText(words("meeting.consent.recording.chip.refused")).waitFor();
  assert.deepEqual((await said()).map((/** @type {any} */ one) => one.purposes), [{ recording: false }]);
  await show("recorded");
  const told = async (/** @type {string} */ who) => page.locator(`gr-tile[who="${who}"] .tile`).getAttribute("aria-label");
  assert.match(String(await told("p1")), new RegExp(words("meeting.left.refused")));
  assert.match(String(await told("p3")), new RegExp(words("meeting.left.unanswered")));
  assert.doesNotMatch(String(await told("p2")), new RegExp(`${words("meeting.left.refused")}|${words("meeting.left.unanswered")}`));
  await button("meeting.panel.people").click();
  await page.getByText(words("meeting.consent.answers", { granted: 3, refused: 1, unanswered: 1 })).waitFor();
});

test("consent is taken back with one click, without a question", { timeout: 60_000 }, async () => {
  await show("recorded");
  await button("meeting.consent.recording.withdraw").first().click();
  await page.getByText(words("meeting.consent.recording.chip.refused")).waitFor();
  assert.deepEqual((await said()).map((/** @type {any} */ one) => one.purposes), [{ recording: false }]);
});

test("hosts see a voice's estimate only if the person says so", { timeout: 60_000 }, async () => {
  await show("emotion-asked");
  await dialog().waitFor();
  await page.getByText(words("meeting.consent.emotion.cannot")).waitFor();
  const share = page.getByRole("switch", { name: words("meeting.consent.share") });
  assert.equal(await share.isChecked(), false);
  await button("meeting.consent.emotion.agree").click();
  await dialog().waitFor({ state: "detached" });
  assert.deepEqual((await said())[0], { type: "consent", purposes: { emotion: true }, textVersion: "2026-11", shareEmotion: false });
  await show("emotion");
  const meters = await page.locator("gr-tile gr-arousal [role=meter]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-valuetext")));
  assert.equal(meters.length, 2, "their own, and what one person shares");
  assert.ok(meters.some((one) => one?.includes(words("meeting.emotion.unsure"))));
});

test("a host records by key, after being told what it means, and stops in the same way", { timeout: 60_000 }, async () => {
  const running = () => page.evaluate(() => Boolean(/** @type {any} */ (window).call.state.room.recording));
  await show("two");
  await page.keyboard.press("o");
  assert.equal(await page.locator("gr-record-dialog").count(), 0, "whoever may not is not asked");
  await show("recorded");
  await page.keyboard.press("o");
  await page.getByText(words("meeting.record.stop.text")).waitFor();
  await page.locator("gr-record-dialog").getByRole("button", { name: words("meeting.record.stop"), exact: true }).click();
  await page.locator("gr-record-dialog").waitFor({ state: "detached" });
  assert.equal(await running(), false);
  await page.keyboard.press("o");
  await page.locator("gr-record-dialog").getByRole("button", { name: words("meeting.record.start"), exact: true }).click();
  await page.locator("gr-kept-strip .rec").waitFor();
  assert.equal(await running(), true);
});

test("axe finds nothing in what is asked and shown of recordings, on a phone in the dark and in Arabic", { timeout: 180_000 }, async () => {
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce" });
  const phone = await context.newPage();
  const found = [];
  for (const state of ["recorded", "recorded-asked", "recorded-left-out", "recorded-people", "emotion-asked", "emotion-details", "recordings", "recording", "recording-processing"]) {
    await showState(phone, gallery.link(state, { theme: "dark", lang: "ar" }));
    found.push(...(await faultsOf(phone)).map((line) => `${state}: ${line}`));
  }
  await context.close();
  assert.deepEqual(found, []);
});

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, closeBrowser } from "../harness/chromium.js";
import { openGallery, showState } from "../harness/gallery.js";

/** As often as voices are listened to, and so often in a row. */
const EVERY_MS = 150;
const CHANGES = 30;
const LOOKS = [
  ["a desk", { width: 1280, height: 800 }],
  ["a phone", { width: 390, height: 844 }],
];

/** @type {Awaited<ReturnType<typeof openGallery>>} */
let gallery;
/** @type {import("playwright-core").Page} */
let page;

before(async () => {
  gallery = await openGallery();
  page = await (await (await browser()).newContext()).newPage();
});
after(async () => {
  gallery?.close();
  await closeBrowser();
});

/**
 * Runs in the page: one after the other speaks, as the voices of a lively meeting do; now and then somebody is muted, and a figure changes.
 * @param {{every: number, changes: number, still: boolean}} how
 */
async function lively({ every, changes, still }) {
  const { call } = /** @type {any} */ (window);
  const tile = /** @type {any} */ (customElements.get("gr-tile")).prototype;
  const { updated } = tile;
  let drawn = 0;
  tile.updated = function (/** @type {unknown} */ changed) {
    drawn += 1;
    return updated.call(this, changed);
  };
  const frames = /** @type {number[]} */ ([]);
  let over = false;
  let last = performance.now();
  const frame = (/** @type {number} */ now) => {
    frames.push(now - last);
    last = now;
    if (!over) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const ids = call.state.participants.map((/** @type {{id: string}} */ one) => one.id);
  for (let at = 0; at < changes; at += 1) {
    await new Promise((resolve) => setTimeout(resolve, every));
    if (still) continue;
    const speaker = ids[1 + (at % (ids.length - 1))];
    call.change({ speaking: [speaker], activeSpeaker: speaker });
    if (at % 5 === 2) call.changePerson(ids[2], { muted: at % 2 === 0 });
    if (at % 5 === 4) call.change({ quality: { ...call.state.quality, [ids[3]]: { score: 3, level: at % 2 ? "fair" : "good" } } });
  }
  over = true;
  tile.updated = updated;
  const sorted = frames.slice(2).sort((a, b) => a - b);
  return { drawn, frames: frames.length, p95: Math.round(sorted[Math.floor(sorted.length * 0.95)]), longest: Math.round(sorted.at(-1) ?? 0) };
}

/** What the page's main thread did meanwhile. @param {{still: boolean}} how */
async function measured({ still }) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const read = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const first = await read();
  const figures = await page.evaluate(lively, { every: EVERY_MS, changes: CHANGES, still });
  const last = await read();
  await session.detach();
  const grown = (/** @type {string} */ name) => last[name] - first[name];
  const ms = (/** @type {string} */ name) => Math.round((grown(name) * 10_000) / CHANGES) / 10;
  return { ...figures, layouts: grown("LayoutCount"), styles: grown("RecalcStyleCount"), scriptMs: ms("ScriptDuration"), layoutMs: ms("LayoutDuration"), styleMs: ms("RecalcStyleDuration") };
}

for (const state of ["sixteen", "thirty"]) {
  for (const [name, viewport] of /** @type {[string, {width: number, height: number}][]} */ (LOOKS)) {
    test(`${state} people who speak in turn on ${name}: only the tiles concerned are drawn anew, and nothing is laid out twice`, { timeout: 60_000 }, async () => {
      await page.setViewportSize(viewport);
      await showState(page, gallery.link(state));
      const still = await measured({ still: true });
      const figures = await measured({ still: false });
      console.log(`${state} on ${name}, a change:`, figures, "without any:", still);
      // Who begins and who ends, and now and then one more; where somebody comes onto the page, their tile too.
      assert.ok(figures.drawn <= 4 * CHANGES, `${figures.drawn} tiles were drawn at ${CHANGES} changes`);
      assert.ok(figures.layouts <= figures.frames + CHANGES, `${figures.layouts} layouts in ${figures.frames} frames`);
    });
  }
}

test("what a change concerns is drawn anew at once", { timeout: 60_000 }, async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await showState(page, gallery.link("sixteen"));
  const tile = page.locator('gr-tile[who="p9"]');
  const label = () => tile.getByRole("group").first().getAttribute("aria-label");
  /** @param {(call: any) => void} change @param {RegExp} wanted */
  const says = async (change, wanted) => {
    await page.evaluate(`(${change})(window.call)`);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    assert.match(String(await label()), wanted);
  };
  await says((call) => call.changePerson("p9", { muted: true }), /muted/);
  await says((call) => call.changePerson("p9", { displayName: "Somebody else" }), /Somebody else/);
  await says((call) => call.changePerson("p9", { handRaisedAt: "2030-01-02T00:00:00Z" }), /hand, number 1$/i);
  await says((call) => call.changePerson("p5", { handRaisedAt: "2030-01-01T00:00:00Z" }), /hand, number 2$/i);
  await says((call) => call.change({ limited: { p9: { camera: "bandwidth" } } }), /your connection is slow/);
  await says((call) => call.change({ limited: {} }), /^((?!slow).)*$/);
  await says((call) => call.change({ links: { ...call.state.links, p9: { state: "restarting", path: "server" } } }), /new path/);
  await says((call) => call.change({ links: { ...call.state.links, p9: { state: "connected", path: "server" } }, videoMode: "none" }), /sound only/);
  await says((call) => call.changePerson("p9", { videoOn: false }), /camera off/i);
  await page.evaluate(() => /** @type {any} */ (window).call.change({ quality: { p9: { score: 1.5, level: "poor" } }, room: { .../** @type {any} */ (window).call.state.room, spotlight: "p9" } }));
  await page.locator('gr-tile[who="p9"] gr-quality[level="poor"]').waitFor();
});

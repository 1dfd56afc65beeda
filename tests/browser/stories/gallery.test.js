import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, closeBrowser } from "../harness/chromium.js";
import { openGallery, showState, statesOf } from "../harness/gallery.js";

const WIDTHS = [320, 360, 390, 600, 660, 720, 768, 1024, 1600];
/** The fullest bar: somebody waits, so every button there is has its place. The others by their longest words and the other direction. */
const LANGUAGES = ["en", "de", "ar"];
/** What only the call itself calls. */
const INSIDE = ["constructor", "publish", "replace", "stopExpiry"];

/** @type {Awaited<ReturnType<typeof openGallery>>} */
let gallery;
/** @type {import("playwright-core").Page} */
let page;

before(async () => {
  gallery = await openGallery();
  page = await (await (await browser()).newContext({ reducedMotion: "reduce" })).newPage();
});
after(async () => {
  gallery?.close();
  await closeBrowser();
});

/** Runs in the page: what is shown and reaches over the left or right edge of the window. What scrolls inside its own frame does not. */
function sticksOut() {
  const all = (/** @type {ParentNode} */ root) => [...root.querySelectorAll("*")].flatMap((/** @type {Element} */ one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const found = all(document.body).filter((one) => {
    if (!/^(BUTTON|A|INPUT|TEXTAREA|SELECT|H1|H2|TABLE|SECTION|DIALOG)$/.test(one.tagName) || !one.checkVisibility({ visibilityProperty: true })) return false;
    if (one.closest(".visually-hidden")) return false;
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (right > innerWidth + 1 || left < -1);
  });
  const wide = document.documentElement.scrollWidth - innerWidth;
  return [...(wide > 0 ? [`the page by ${wide} px`] : []), ...found.map((one) => `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent?.trim().slice(0, 40)}`)];
}

/** Runs in the page: buttons of the bar that lie on one another. */
function crowds() {
  const bar = document.querySelector("gr-meeting")?.shadowRoot?.querySelector("gr-control-bar")?.shadowRoot;
  const boxes = [...(bar?.querySelectorAll("gr-button, gr-device-menu, .room") ?? [])].filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
  return boxes.length < 5 ? ["no bar"] : boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom && b.top < a.bottom).map((b) => `${Math.round(a.left)}–${Math.round(a.right)} on ${Math.round(b.left)}–${Math.round(b.right)}`));
}

for (const language of LANGUAGES) {
  test(`nothing of a meeting sticks out at any width, in ${language}`, { timeout: 120_000 }, async () => {
    const faults = [];
    for (const state of ["two", "waiting-panel", "chat", "everything"]) {
      await page.setViewportSize({ width: WIDTHS[0], height: 780 });
      await showState(page, gallery.link(state, { lang: language }));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 780 });
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        for (const fault of [...(await page.evaluate(sticksOut)), ...(await page.evaluate(crowds))]) faults.push(`${state} at ${width}: ${fault}`);
      }
    }
    assert.deepEqual(faults, []);
  });
}

test("nothing sticks out of a small phone in any state", { timeout: 240_000 }, async () => {
  const faults = [];
  await page.setViewportSize({ width: 320, height: 640 });
  for (const state of await statesOf(page, gallery)) {
    await showState(page, gallery.link(state));
    for (const fault of await page.evaluate(sticksOut)) faults.push(`${state}: ${fault}`);
  }
  assert.deepEqual(faults, []);
});

test("a banner covers no tile", { timeout: 60_000 }, async () => {
  for (const width of [390, 1024]) {
    await page.setViewportSize({ width, height: 780 });
    for (const state of ["warning", "reconnecting", "too-large", "device-error", "recorded-problem"]) {
      await showState(page, gallery.link(state));
      const { banner, tiles } = await page.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const meeting = document.querySelector("gr-meeting")?.shadowRoot;
        const inside = (/** @type {string} */ name, /** @type {string} */ selector) => [...(meeting?.querySelector(name)?.shadowRoot?.querySelectorAll(selector) ?? [])].map((one) => one.getBoundingClientRect());
        return { banner: Math.max(...inside("gr-banners", ".one").map((one) => one.bottom)), tiles: inside("gr-stage", "gr-tile").map((one) => one.top) };
      });
      assert.ok(banner > 0 && tiles.length > 1, `${state} at ${width}: a banner and tiles are there`);
      assert.ok(Math.min(...tiles) >= banner, `${state} at ${width}: the banner ends at ${banner}, the first tile begins at ${Math.min(...tiles)}`);
    }
  }
});

test("the button of the observers lies on no tile", { timeout: 60_000 }, async () => {
  for (const width of [390, 1024]) {
    await page.setViewportSize({ width, height: 780 });
    for (const state of ["observers", "audience"]) {
      await showState(page, gallery.link(state));
      const { button, tiles } = await page.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const meeting = document.querySelector("gr-meeting")?.shadowRoot;
        const boxes = (/** @type {Iterable<Element>|undefined} */ list) => [...(list ?? [])].map((one) => one.getBoundingClientRect().toJSON());
        return { button: boxes(meeting?.querySelectorAll(".observers"))[0], tiles: boxes(meeting?.querySelector("gr-stage")?.shadowRoot?.querySelectorAll("gr-tile")) };
      });
      assert.ok(button && tiles.length > 2, `${state} at ${width}: the button and tiles are there`);
      const under = tiles.filter((tile) => tile.left < button.right && button.left < tile.right && tile.top < button.bottom && button.top < tile.bottom);
      assert.deepEqual(under, [], `${state} at ${width}`);
    }
  }
});

/** @param {string} state what is open in it is closed by Escape, and the focus is back on the button of that name */
async function escapeLeadsTo(state, /** @type {string} */ opened, /** @type {string} */ key) {
  await page.setViewportSize({ width: 1024, height: 780 });
  await showState(page, gallery.link(state));
  await page.keyboard.press(key);
  await page.locator(opened).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(opened).waitFor({ state: "detached" });
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.getAttribute("aria-label");
  });
}

test("Escape closes each panel, the chat out of its text field, and the focus is on its button", { timeout: 60_000 }, async () => {
  for (const [key, name] of [["c", "Chat"], ["p", "People"], ["w", "Waiting room"]]) {
    assert.match(String(await escapeLeadsTo("two", "gr-side-panel", key)), new RegExp(name));
  }
});

test("Escape closes what is on top first: the reactions, then the panel", { timeout: 60_000 }, async () => {
  await page.setViewportSize({ width: 1024, height: 780 });
  await showState(page, gallery.link("people"));
  await page.keyboard.press("r");
  const picker = page.locator("gr-reaction-picker .panel");
  await picker.waitFor();
  await page.keyboard.press("Escape");
  await picker.waitFor({ state: "hidden" });
  await page.locator("gr-side-panel").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("gr-side-panel").waitFor({ state: "detached" });
});

test("sound alone is chosen, and pages are turned, by keyboard", { timeout: 60_000 }, async () => {
  await page.setViewportSize({ width: 1024, height: 780 });
  await showState(page, gallery.link("thirty"));
  const status = page.locator("gr-stage .pages [role=status]");
  assert.match(String(await status.textContent()), /1 of/);
  await page.keyboard.press("PageDown");
  await page.waitForFunction(() => /2 of/.test(document.querySelector("gr-meeting")?.shadowRoot?.querySelector("gr-stage")?.shadowRoot?.querySelector(".pages [role=status]")?.textContent ?? ""));
  await page.getByRole("button", { name: "More", exact: true }).last().focus();
  await page.keyboard.press("Enter");
  // The first letter of the entry leads to it.
  await page.keyboard.press("c");
  await page.keyboard.press("Enter");
  const pictures = page.getByLabel("Pictures of the others");
  await pictures.focus();
  await page.keyboard.press("End");
  await page.waitForFunction(() => /** @type {any} */ (window).call.state.videoMode === "none");
  await page.keyboard.press("Escape");
  await page.getByText("You chose sound only").first().waitFor();
});

test("the gallery's call has all that a call has", async () => {
  await showState(page, gallery.link("two"));
  const missing = await page.evaluate(async (inside) => {
    const { Call } = await import(/** @type {string} */ ("/static/js/call/call.js"));
    const names = new Set();
    for (let kind = Call.prototype; kind !== EventTarget.prototype; kind = Object.getPrototypeOf(kind)) for (const name of Object.getOwnPropertyNames(kind)) names.add(name);
    const fake = /** @type {any} */ (window).call;
    return [...names].filter((name) => !inside.includes(name) && !(name in fake));
  }, INSIDE);
  assert.deepEqual(missing, []);
});

import { gapsBetween, madeUpBetween, tookPath, watchPictures, watchSounds } from "./continuity.js";
import { ofCall } from "./in-call.js";
import { until } from "./until.js";

/** Around a switch: before it, so that what was already stuck counts, and after it, until the old path is gone. */
const BEFORE_MS = 500;
const AFTER_MS = 3_000;
/** How many milliseconds before it the same is measured, to know what this machine does without a switch. */
const CONTROL_MS = 6_000;

/** @typedef {import("./person.js").Person} Person */
/** @typedef {{gaps: number[], when: number[], usual: number, madeUp: number[], paths: number[]}} Measured longest time without a picture by tile (and when it began, from the switch on), and made-up sound by voice, in milliseconds */

/** From now on what these people see and hear is noted; comes back when there is enough of it to compare with. @param {Person[]} people */
export async function watch(people) {
  for (const { page } of people) {
    await page.evaluate(watchPictures);
    await page.evaluate(watchSounds);
  }
  await calms(people[0]);
}

/** So much time passes without a switch that there is something to compare the next one with. @param {Person} person */
export async function calms({ page }) {
  const from = await page.evaluate(() => performance.now());
  await until("there is something to compare with", () => page.evaluate((end) => performance.now() > end, from + CONTROL_MS), { within: CONTROL_MS * 3 });
}

/** @param {Person[]} people @param {"mesh"|"sfu"} mode @param {number} [within] @returns {Promise<number[]>} when each of them went over, by their own clock */
export async function goOver(people, mode, within = 120_000) {
  return Promise.all(
    people.map(async ({ name, page }) => {
      const at = await until(`${name} is on the ${mode}`, () => page.evaluate(tookPath, mode), { within });
      await until("the switch is over", () => page.evaluate((end) => performance.now() > end, at + AFTER_MS + 500));
      return at;
    }),
  );
}

/** @param {Person[]} people @param {number[]} moments @returns {Promise<{during: Measured, control: Measured}>} */
export async function measure(people, moments) {
  const one = async (/** @type {number} */ from, /** @type {number} */ to) => {
    /** @type {Measured} */
    const sum = { gaps: [], when: [], usual: 0, madeUp: [], paths: [] };
    const usual = /** @type {number[]} */ ([]);
    for (const [at, { page, own }] of (await withOwn(people)).entries()) {
      const window_ = { from: moments[at] + from, to: moments[at] + to };
      for (const [who, gap] of Object.entries(await page.evaluate(gapsBetween, window_))) {
        if (who === own) continue;
        sum.gaps.push(Math.round(gap.longest));
        sum.when.push(Math.round(gap.after - moments[at]));
        usual.push(gap.usual);
      }
      for (const voice of Object.values(await page.evaluate(madeUpBetween, window_))) {
        sum.madeUp.push(Math.round(voice.madeUp));
        sum.paths.push(voice.paths);
      }
    }
    return { ...sum, usual: Math.round(quantile(usual, 0.5)) };
  };
  return { during: await one(-BEFORE_MS, AFTER_MS), control: await one(-CONTROL_MS, -CONTROL_MS + BEFORE_MS + AFTER_MS) };
}

/** @param {Person[]} people */
function withOwn(people) {
  return Promise.all(people.map(async (person) => ({ page: person.page, own: await person.idOf(person.name) })));
}

/** @param {number[]} values @param {number} part 0 to 1 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** A line for people. @param {string} title @param {{during: Measured, control: Measured}} figures */
export function describe(title, { during, control }) {
  const part = ({ gaps, when, madeUp }) => `picture p50 ${quantile(gaps, 0.5)} p95 ${quantile(gaps, 0.95)} most ${Math.max(0, ...gaps)} ms (${gaps.length} tiles: ${gaps.map((gap, i) => `${gap} at ${when[i]}`).join(", ")}), sound made up p50 ${quantile(madeUp, 0.5)} p95 ${quantile(madeUp, 0.95)} ms (${madeUp.length} voices)`;
  return `${title}: frame every ${during.usual} ms; at the switch ${part(during)}; without one ${part(control)}`;
}

/** Where the page's connections lead now. @param {Person} person */
export async function openConnections(person) {
  return (await person.connections()).length;
}

/** The host says which way media takes. @param {Person} host @param {"auto"|"mesh"|"sfu"} topology */
export function pins(host, topology) {
  return sets(host, { topology });
}

/** The host changes the room. @param {Person} host @param {Record<string, unknown>} settings */
export function sets(host, settings) {
  return ofCall(host, "updateRoom", { settings });
}

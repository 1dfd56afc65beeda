import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/** What axe-core holds against a page by WCAG 2.1 A and AA, a line each; none is right. @param {import("playwright-core").Page} page @returns {Promise<string[]>} */
export async function faultsOf(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
    return violations.flatMap((/** @type {any} */ rule) =>
      rule.nodes.map((/** @type {any} */ node) => `${rule.id} at ${node.target.flat().join(" ")}: ${node.failureSummary.split("\n").slice(1).join(" ").trim()} ${node.html.slice(0, 120)}`),
    );
  }, RULES);
}

/** Holds what a person sees to those rules. @param {import("./person.js").Person} person @param {string} state for the message */
export async function assertAccessible(person, state) {
  assert.deepEqual(await faultsOf(person.page), [], state);
}

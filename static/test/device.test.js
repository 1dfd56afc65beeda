import assert from "node:assert/strict";
import test from "node:test";
import { bearsFewLinks } from "../js/browser/device.js";

for (const [what, navigator, expected] of [
  ["a browser that does not say", {}, false],
  ["a desk with cores to spare", { hardwareConcurrency: 8, userAgentData: { mobile: false } }, false],
  ["two cores", { hardwareConcurrency: 2 }, true],
  ["a phone", { hardwareConcurrency: 8, userAgentData: { mobile: true } }, true],
]) {
  test(`a device that bears few links: ${what}`, () => assert.equal(bearsFewLinks(navigator), expected));
}

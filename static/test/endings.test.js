import assert from "node:assert/strict";
import test from "node:test";
import { endingOf, isTurnedAway } from "../js/call/endings.js";

test("whom a host turned away while they were gone learns it, and nothing is asked again", () => {
  for (const [code, message, ending] of [
    ["denied", "a host did not let you in", { reason: "denied", mayRejoin: false }],
    ["denied", "We are full today", { reason: "denied", mayRejoin: false, message: "We are full today" }],
    ["removed", "a host removed you; you may knock again", { reason: "removed", mayRejoin: true }],
    ["banned", "a host removed you from this session", { reason: "removed", mayRejoin: false }],
  ]) {
    assert.ok(isTurnedAway({ code }), code);
    assert.deepEqual(endingOf({ code, message }), ending, `${code}: ${message}`);
  }
  assert.ok(!isTurnedAway({ code: "resume_expired" }));
});

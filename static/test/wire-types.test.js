import assert from "node:assert/strict";
import { test } from "node:test";
import { keptTypes, wireTypes } from "../tools/wire-types.js";

test("the checked-in declarations of the wire are current", async () => {
  assert.equal(await keptTypes(), await wireTypes(), "run `npm run wire-types` in static/");
});

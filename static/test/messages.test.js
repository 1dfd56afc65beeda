import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMessage } from "../js/i18n/messages.js";

test("values stand where their names are", () => {
  assert.equal(formatMessage("Room {code}, {n} inside", { code: "ABCD-2345", n: 1200 }, "en"), "Room ABCD-2345, 1,200 inside");
  assert.equal(formatMessage("Hello {name}", {}, "en"), "Hello ");
});

test("plurals follow the language, exact numbers first", () => {
  const en = "{n, plural, =0 {nobody} one {# person} other {# people}}";
  assert.deepEqual([0, 1, 2].map((n) => formatMessage(en, { n }, "en")), ["nobody", "1 person", "2 people"]);
  const ar = "{n, plural, zero {0} one {1} two {2} few {قليل #} many {كثير #} other {#}}";
  assert.deepEqual([0, 1, 2, 3, 11, 100].map((n) => formatMessage(ar, { n }, "ar")), ["0", "1", "2", "قليل 3", "كثير 11", "100"]);
});

test("choices nest and keep the count of the plural around them", () => {
  const text = "{who, select, you {You have {n, plural, one {# hand} other {# hands}}} other {{who} has #}}";
  assert.equal(formatMessage(text, { who: "you", n: 2 }, "en"), "You have 2 hands");
});

test("what somebody typed is a value and never a message", () => {
  assert.equal(formatMessage("{name} joined", { name: "{n, plural, one {x}} #" }, "en"), "{n, plural, one {x}} # joined");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { calendarEntry } from "../js/app/calendar.js";
import { readCode } from "../js/app/room-code.js";

test("a code is read however it was typed or pasted", () => {
  for (const typed of ["abcd-2345", " ABCD2345 ", "abcd 2345", "abcd–2345", "https://meet.example/r/ABCD-2345?x=1", "/r/abcd2345"]) {
    assert.equal(readCode(typed), "ABCD-2345", typed);
  }
  for (const typed of ["", "  ", "<b>", "hello, world", "ab"]) assert.equal(readCode(typed), "", typed);
});

const minute = (n) => `2026-03-01T10:0${n}:00.000Z`;
test("a calendar entry escapes its title and folds long lines at 75 octets", () => {
  const text = calendarEntry({ uid: "1", title: "Plan, talk; "+"ü".repeat(60), link: "https://x/r/A", start: new Date(minute(1)), minutes: 60, now: new Date(minute(0)) });
  assert.match(text, /SUMMARY:Plan\\, talk\\; /);
  assert.match(text, /DTSTART:20260301T100100Z\r\nDTEND:20260301T110100Z/);
  for (const line of text.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
});

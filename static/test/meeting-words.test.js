import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { plain, tokens } from "../js/meeting/chat-format.js";
import { handNumber, hands, roster, toolsFor } from "../js/meeting/people.js";
import { actionOf } from "../js/meeting/shortcuts.js";

const kinds = (text) => tokens(text).map((token) => [token.kind, token.text]);

test("a link ends before the sentence does", () => {
  assert.deepEqual(kinds("see https://example.org/a_b_c."), [["text", "see "], ["link", "https://example.org/a_b_c"], ["text", "."]]);
  assert.deepEqual(kinds("(www.example.org/x(1))"), [["text", "("], ["link", "www.example.org/x(1)"], ["text", ")"]]);
});

test("nothing but the web becomes a link, and markup stays text", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "<img src=x onerror=alert(1)>", "file:///etc"]) {
    assert.deepEqual(kinds(text), [["text", text]]);
  }
});

test("bold, italic and code, but not in the middle of words or sums", () => {
  assert.deepEqual(kinds("**a b** *c* _d_ `e*f*`"), [["bold", "a b"], ["text", " "], ["italic", "c"], ["text", " "], ["italic", "d"], ["text", " "], ["code", "e*f*"]]);
  for (const text of ["2*3*4", "snake_case_name", "* a * b", "``"]) assert.deepEqual(kinds(text), [["text", text]]);
  assert.deepEqual(kinds("```\nlet a;\n```"), [["block", "let a;"]]);
});

test("a text and its tokens say the same letters", () => {
  assert.equal(plain("**hi** there  \n you"), "hi there you");
  assert.equal([...plain("x".repeat(500), 20)].length, 20);
});

test("hands stand in the order they went up", () => {
  const state = { participants: [{ id: "a", handRaisedAt: "2026-01-01T00:00:09.000Z" }, { id: "b" }, { id: "c", handRaisedAt: "2026-01-01T00:00:03.000Z" }] };
  assert.deepEqual(hands(state).map((one) => one.id), ["c", "a"]);
  assert.equal(handNumber(state, "a"), 2);
  assert.equal(handNumber(state, "b"), 0);
});

test("search folds accents and case; observers are apart", () => {
  const people = [{ id: "1", displayName: "Ána", role: "participant" }, { id: "2", displayName: "Bo", role: "host" }, { id: "3", displayName: "Anatol", role: "observer" }];
  const found = roster({ participants: people, you: people[0] }, "ANA");
  assert.deepEqual(found.members.map((one) => one.id), ["1"]);
  assert.deepEqual(found.observers.map((one) => one.id), ["3"]);
});

test("who may do nothing is offered nothing", () => {
  const you = { id: "1", role: "participant" };
  const other = { id: "2", role: "participant", muted: true, videoOn: true };
  assert.deepEqual(toolsFor({ can: {}, you, room: {} }, other), []);
  assert.ok(toolsFor({ can: { moderate: true }, you, room: {} }, other).flat().includes("ask-unmute"));
  assert.ok(!toolsFor({ can: { moderate: true, admit: true }, you, room: {} }, { ...other, role: "host" }).flat().includes("remove"));
});

test("a key does nothing while typing, with a modifier, or held down", () => {
  const free = { typing: false, onControl: false };
  assert.equal(actionOf({ key: "m" }, free), "microphone");
  assert.equal(actionOf({ key: "M" }, free), "microphone");
  assert.equal(actionOf({ key: "ة", code: "KeyM" }, free), "microphone");
  assert.equal(actionOf({ key: "," , code: "KeyM" }, free), null);
  assert.equal(actionOf({ key: "m" }, { typing: true, onControl: false }), null);
  assert.equal(actionOf({ key: "m", ctrlKey: true }, free), null);
  assert.equal(actionOf({ key: "m", repeat: true }, free), null);
  assert.equal(actionOf({ key: "Escape" }, { typing: true, onControl: false }), "close", "nothing is written with it");
  assert.equal(actionOf({ key: "Escape", isComposing: true }, { typing: true, onControl: false }), null, "it takes a half-written word back");
  assert.equal(actionOf({ key: " " }, free), "talk");
  assert.equal(actionOf({ key: " " }, { typing: false, onControl: true }), null);
});

test("the meeting's texts are complete in every language, with the same places to fill", async () => {
  const read = async (language) => JSON.parse(await readFile(new URL(`../i18n/${language}/meeting.json`, import.meta.url), "utf8"));
  const english = await read("en");
  const places = (text) => [...new Set([...text.matchAll(/\{(\w+)\s*[},]/g)].map((match) => match[1]))];
  for (const language of ["de", "ar"]) {
    const other = await read(language);
    assert.deepEqual(Object.keys(other).sort(), Object.keys(english).sort());
    for (const [key, text] of Object.entries(other)) {
      assert.ok(text.trim(), `${language} ${key}`);
      for (const place of places(text)) assert.ok(english[key].includes(`{${place}`), `${language} ${key} {${place}}`);
    }
  }
});

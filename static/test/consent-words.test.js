import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

/**
 * An answer is worth what was asked: it is kept with the version of the words. Whoever changes the words gives them a new version,
 * here and in `CONSENT_TEXT` of the server's protocol, and so makes everybody's old answers answers to old words.
 */
const VERSION = "2026-11";
const WORDS = "4c6e0f49d27eee6f258ac6f5c5a6e208c654879faf53a2c0f2789c5a9603a359";

const read = (path) => readFile(new URL(path, import.meta.url), "utf8");

test("the words of a consent are those of the version that the server keeps with an answer", async () => {
  const hash = createHash("sha256");
  for (const language of ["en", "de", "ar"]) {
    const texts = JSON.parse(await read(`../i18n/${language}/meeting.json`));
    const asked = Object.keys(texts).filter((key) => /^meeting\.consent\.(\w+\.(heading|what|copy|cannot|who|long|back|no|agree|refuse)|about\.|share)/.test(key));
    assert.ok(asked.length > 30, language);
    for (const key of asked.sort()) hash.update(`${key}\n${texts[key]}\n`);
  }
  assert.equal(hash.digest("hex"), WORDS, "the words have changed: give them a new version, then write their hash here");
  const server = await read("../../actors/src/protocol/people.rs");
  assert.match(server, new RegExp(`CONSENT_TEXT: &str = "${VERSION}"`));
});

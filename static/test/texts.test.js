import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { formatMessage } from "../js/i18n/messages.js";

const ROOT = new URL("../", import.meta.url);
const LANGUAGES = ["en", "de", "ar"];

/** @param {string} path */
const json = async (path) => JSON.parse(await readFile(new URL(path, ROOT), "utf8"));

/** Every file of texts, named without its language: "" is the shared one. */
async function parts() {
  const files = await readdir(new URL("i18n/en/", ROOT)).catch(() => []);
  return ["", ...files.map((name) => `/${name.replace(/\.json$/, "")}`)];
}

/** @param {string} text */
const names = (text) => [...new Set([...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map((found) => found[1]))].sort();

test("every text is there in every language, with the same values in it", async () => {
  for (const part of await parts()) {
    const en = await json(`i18n/en${part}.json`);
    for (const language of LANGUAGES) {
      const other = await json(`i18n/${language}${part}.json`);
      assert.deepEqual(Object.keys(other).sort(), Object.keys(en).sort(), `${language}${part}`);
      for (const [key, text] of Object.entries(en)) {
        assert.ok(other[key].trim(), `${language}${part}: ${key} is empty`);
        assert.deepEqual(valuesOf(other[key]), valuesOf(text), `${language}${part}: ${key}`);
      }
    }
  }
});

/** Words inside a plural's braces look like names: only what a value would change counts. @param {string} text */
function valuesOf(text) {
  return names(text).filter((name) => {
    const show = (/** @type {unknown} */ value) => formatMessage(text, { n: 5, count: 5, [name]: value }, "en");
    return show(1) !== show(7) || show("a1") !== show("b2");
  });
}

test("every key that the code names has a text", async () => {
  const known = new Set();
  for (const part of await parts()) Object.keys(await json(`i18n/en${part}.json`)).forEach((key) => known.add(key));
  for (const path of await readdir(new URL("js/", ROOT), { recursive: true })) {
    if (!path.endsWith(".js")) continue;
    const code = await readFile(new URL(`js/${path}`, ROOT), "utf8");
    const used = [...code.matchAll(/\bt\(\s*"([\w.:-]+)"/g)].map((found) => found[1]);
    assert.deepEqual(used.filter((key) => !known.has(key)), [], path);
  }
});

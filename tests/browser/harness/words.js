import { existsSync, readFileSync } from "node:fs";
import { formatMessage } from "../../../static/js/i18n/messages.js";

/** @type {Map<string, Record<string, string>>} */
const books = new Map();

/** The UI's own words, so that a story reads a button by its name and survives another wording. @param {string} language */
function book(language) {
  const known = books.get(language);
  if (known) return known;
  const all = {};
  for (const name of [`${language}.json`, `${language}/meeting.json`, `${language}/recordings.json`]) {
    const file = new URL(`../../../static/i18n/${name}`, import.meta.url);
    if (existsSync(file)) Object.assign(all, JSON.parse(readFileSync(file, "utf8")));
  }
  books.set(language, all);
  return all;
}

/** @param {string} key @param {Record<string, unknown>} [params] @param {string} [language] */
export function words(key, params = {}, language = "en") {
  const source = book(language)[key];
  if (source === undefined) throw new Error(`the UI has no words for ${key} in ${language}`);
  return formatMessage(source, params, language);
}

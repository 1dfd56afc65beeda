import { formatMessage } from "./messages.js";
import { LANGUAGE_KEY, readPref, writePref } from "../app/prefs.js";

/**
 * Texts in the person's language. `t("home.title")` reads `i18n/{language}.json`; larger parts of the UI keep their own
 * files, `i18n/{language}/{part}.json`, loaded with `await useMessages("meeting")` before the part is shown.
 */

/** @typedef {"en"|"de"|"ar"} Language */

/** @type {{id: Language, name: string, dir: "ltr"|"rtl"}[]} */
export const LANGUAGES = [
  { id: "en", name: "English", dir: "ltr" },
  { id: "de", name: "Deutsch", dir: "ltr" },
  { id: "ar", name: "العربية", dir: "rtl" },
];

/** Dispatches `change` when the language has changed and its texts are there. */
export const i18n = new EventTarget();

/** @type {Record<string, string>} */
let messages = {};
/** @type {Language} */
let current = detect();
/** Parts in use: the shared texts ("") and what was asked for since. */
const parts = new Set([""]);
/** @type {Map<string, Promise<Record<string, string>>>} */
const files = new Map();

/** @returns {Language} */
function detect() {
  const wanted = [readPref(LANGUAGE_KEY), ...navigator.languages];
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => language.id === tag?.slice(0, 2).toLowerCase());
    if (found) return found.id;
  }
  return "en";
}

/** @returns {Language} */
export function language() {
  return current;
}

/** Loads the shared texts; awaited once before the first render. */
export async function startI18n() {
  await apply(current);
}

/** @param {string} part a file name without its ending, e.g. "meeting" */
export async function useMessages(part) {
  parts.add(part);
  messages = { ...messages, ...(await load(current, part)) };
}

/** @param {Language} next */
export async function setLanguage(next) {
  writePref(LANGUAGE_KEY, next);
  await apply(next);
  i18n.dispatchEvent(new Event("change"));
}

/** @param {Language} next */
async function apply(next) {
  const loaded = await Promise.all([...parts].map((part) => load(next, part)));
  messages = Object.assign({}, ...loaded);
  current = next;
  document.documentElement.lang = next;
  document.documentElement.dir = LANGUAGES.find((one) => one.id === next)?.dir ?? "ltr";
}

/** @param {Language} id @param {string} part */
function load(id, part) {
  const path = part ? `/i18n/${id}/${part}.json` : `/i18n/${id}.json`;
  let file = files.get(path);
  if (!file) {
    file = fetch(path).then((response) => {
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return response.json();
    });
    file.catch(() => files.delete(path));
    files.set(path, file);
  }
  return file;
}

/**
 * The text of a key. An unknown key shows as itself, so that a gap is seen and not hidden.
 * @param {string} key @param {Record<string, unknown>} [params]
 */
export function t(key, params = {}) {
  const source = messages[key];
  return source === undefined ? key : formatMessage(source, params, current);
}

/** Whether a key has a text: for codes that come from the server. @param {string} key */
export function has(key) {
  return key in messages;
}

/** Dates and numbers in the person's language, with Western digits everywhere. */
export function locale() {
  return `${current}-u-nu-latn`;
}

/** @param {Date|string|number} when */
export function formatTime(when) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(new Date(when));
}

/** @param {Date|string|number} when */
export function formatDate(when) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(when));
}

/** @param {Date|string|number} when */
export function formatDateTime(when) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(when));
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function formatNumber(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}

/** "4:05" or "1:04:05". @param {number} seconds */
export function formatClock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours ? `${hours}:${pad(minutes)}:${pad(s % 60)}` : `${minutes}:${pad(s % 60)}`;
}

/** "4 min", "1 hr, 12 min". @param {number} seconds */
export function formatDuration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const unit = (/** @type {number} */ value, /** @type {string} */ name) =>
    formatNumber(value, { style: "unit", unit: name, unitDisplay: "short" });
  if (s < 60) return unit(s, "second");
  const hours = Math.floor(s / 3600);
  const minutes = Math.round((s % 3600) / 60);
  if (!hours) return unit(minutes, "minute");
  return minutes ? `${unit(hours, "hour")} ${unit(minutes, "minute")}` : unit(hours, "hour");
}

/** "3 minutes ago". @param {Date|string|number} when @param {number} [now] */
export function formatRelative(when, now = Date.now()) {
  const seconds = (new Date(when).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const steps = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** @param {number} bytes */
export function formatBytes(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return formatNumber(value, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: value < 10 && step ? 1 : 0 });
}

/** @param {string[]} names */
export function formatList(names) {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(names);
}

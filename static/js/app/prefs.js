/** Appearance: what the person chose, kept on this device. `boot.js` reads the same keys before the first paint. */

/** @typedef {"system"|"light"|"dark"} Theme */

export const THEME_KEY = "greenroom.theme";
export const LANGUAGE_KEY = "greenroom.language";

/** Dispatches `change` when the theme changes. */
export const prefs = new EventTarget();

/** @param {string} key @returns {string|null} */
export function readPref(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Without storage the choice lasts as long as the page. @param {string} key @param {string|null} value */
export function writePref(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Private windows may refuse; nothing is lost but the memory.
  }
}

/** @returns {Theme} */
export function theme() {
  const now = document.documentElement.dataset.theme;
  return now === "light" || now === "dark" ? now : "system";
}

/** @param {Theme} next */
export function setTheme(next) {
  const root = document.documentElement;
  if (next === "system") delete root.dataset.theme;
  else root.dataset.theme = next;
  writePref(THEME_KEY, next === "system" ? null : next);
  prefs.dispatchEvent(new Event("change"));
}

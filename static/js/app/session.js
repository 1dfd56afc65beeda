/**
 * Who is signed in here, for the parts of the UI that show it. The tokens live in `api.js`; this only knows the person.
 * @typedef {{userId: string, email: string, displayName: string}} User
 */

import { readPref, writePref } from "./prefs.js";

const SIGNED_IN_KEY = "greenroom.signedIn";

/** Dispatches `change` when somebody signs in or out. */
export const session = new EventTarget();

/** @type {User|null} */
let current = null;
let asked = false;

/** Whether the server has said who this is, or that it is nobody it knows. */
export function known() {
  return asked;
}

/** @returns {User|null} */
export function user() {
  return current;
}

/** Whether somebody was signed in here when the page was last used: without that there is no cookie to try. */
export function wasSignedIn() {
  return readPref(SIGNED_IN_KEY) !== null;
}

/** @param {User|null} next @param {{forget?: boolean}} [how] `forget: false` when only the server could not be asked */
export function setUser(next, { forget = true } = {}) {
  if (next || forget) writePref(SIGNED_IN_KEY, next ? "yes" : null);
  current = next;
  asked = true;
  session.dispatchEvent(new Event("change"));
}

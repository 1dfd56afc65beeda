/**
 * Who is signed in here, for the parts of the UI that show it. The tokens live in `api.js`; this only knows the person.
 * @typedef {{userId: string, email: string, displayName: string}} User
 */

/** Dispatches `change` when somebody signs in or out. */
export const session = new EventTarget();

/** @type {User|null} */
let current = null;

/** @returns {User|null} */
export function user() {
  return current;
}

/** @param {User|null} next */
export function setUser(next) {
  current = next;
  session.dispatchEvent(new Event("change"));
}

/**
 * Who is signed in here, for the parts of the UI that show it. The tokens live in `api.js`; this only knows the person.
 * @typedef {{userId: string, email: string, displayName: string}} User
 */

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

/** @param {User|null} next */
export function setUser(next) {
  current = next;
  asked = true;
  session.dispatchEvent(new Event("change"));
}

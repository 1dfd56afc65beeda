import { joinRoom } from "./api.js";
import { signedIn } from "./http.js";
import { guestToken } from "../browser/storage.js";

/**
 * Who may read what was said and recorded: hosts by their account or the guest token that this device keeps of the room, everybody else who
 * was there by a join token, which the room's code opens.
 * @typedef {{token?: string}} How
 */

/** Join tokens live for minutes. @type {Map<string, string>} by the room's code */
const joined = new Map();

/** @param {string|null} code @returns {How} */
export function bearerOf(code) {
  const token = signedIn() || !code ? null : guestToken(code);
  return token ? { token } : {};
}

/** The room's code, as links to these pages carry it. */
export const codeOfPage = () => new URLSearchParams(location.search).get("code");

/** As a host first; whoever is none, as one who was there. Rejects as the host's request did where neither helps. @template T @param {string|null} code @param {(how: How) => Promise<T>} run @returns {Promise<T>} */
export async function withAccess(code, run) {
  try {
    return await run(bearerOf(code));
  } catch (error) {
    if (!code || !isRefusal(error)) throw error;
    const found = await asParticipant(code, run);
    if (found === null) throw error;
    return found;
  }
}

/** @template T @param {string} code @param {(how: How) => Promise<T>} run @returns {Promise<T|null>} null where it is refused too */
async function asParticipant(code, run) {
  for (const renew of [false, true]) {
    const token = await joinToken(code, renew).catch(() => null);
    if (!token) return null;
    try {
      return await run({ token });
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return null;
}

/** @param {string} code @param {boolean} renew */
async function joinToken(code, renew) {
  const known = joined.get(code);
  if (known && !renew) return known;
  const { token } = await joinRoom(code, {}, { guestToken: signedIn() ? null : guestToken(code) });
  joined.set(code, token);
  return token;
}

/** Whether this says that the caller may not have it, or that there is no such thing for them. @param {unknown} error */
export function isRefusal(error) {
  return [401, 403, 404].includes(/** @type {{status?: number}} */ (error)?.status ?? 0);
}

/**
 * Why a call is over, from what the socket or the REST API said last.
 * @typedef {import("./call-state.js").Ended} Ended
 */

/** @type {Record<string, [reason: Ended["reason"], mayRejoin: boolean]>} */
const BY_CODE = {
  room_not_found: ["room_not_found", false],
  not_found: ["room_not_found", false],
  room_full: ["room_full", true],
  room_locked: ["room_locked", true],
  room_ended: ["ended_by_host", false],
  banned: ["removed", false],
  denied: ["denied", false],
  removed: ["removed", true],
  close_1000: ["left", true],
  close_4403: ["removed", false],
  close_4404: ["room_not_found", false],
  close_4409: ["joined_elsewhere", true],
  close_4410: ["ended_by_host", false],
};

/** @type {Record<number, [reason: Ended["reason"], mayRejoin: boolean]>} */
const BY_STATUS = { 404: BY_CODE.room_not_found, 409: BY_CODE.room_full, 410: BY_CODE.room_ended, 423: BY_CODE.room_locked };

/** What the server says of a denial for which the host had no words. */
const WORDLESS = "a host did not let you in";

/** @param {{code: string, message?: string, status?: number}} what @returns {Ended} */
export function endingOf({ code, message, status }) {
  const [reason, mayRejoin] = BY_CODE[code] ?? BY_STATUS[status ?? 0] ?? ["error", true];
  const worthReading = message && (reason === "error" || (reason === "denied" && message !== WORDLESS));
  return { reason, mayRejoin, ...(worthReading ? { message } : {}) };
}

/** Of the answers to a join: does it end the matter, or may the person correct something and ask again? @param {{code: string, status?: number}} what */
export const isFinal = ({ code, status }) => code in BY_CODE || (status ?? 0) in BY_STATUS;

/** Of the answers to a resume: did a host say no while the connection was gone? @param {{code: string}} what */
export const isTurnedAway = ({ code }) => code === "denied" || code === "removed" || code === "banned";

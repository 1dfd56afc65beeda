/** When to try again, and whether at all. */

const FIRST_MS = 300;
const LONGEST_MS = 8_000;

/** Doubles from 0.3 s to 8 s; half of it random, so that a server coming back is not met by all at once. @param {number} attempt from 1 @param {number} random 0 to 1 */
export function backOff(attempt, random) {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Closings after which the same participant may come back; 1005 and 1006 are sockets that died without a word. */
const RESUMABLE = new Set([1001, 1005, 1006, 1011, 4408, 4429, 4503]);

/** @param {number} code */
export const mayResume = (code) => RESUMABLE.has(code);

/** Refusals of `hello` and `resume` that pass by themselves. */
const PASSING = new Set(["busy", "rate_limited", "storage_unavailable", "internal", "timeout"]);
/** Refusals that a new join token cures. */
const CURED_BY_TOKEN = new Set(["resume_expired", "token_invalid"]);

/** @param {string} code of the refusal @returns {"retry"|"rejoin"|"end"} */
export function afterRefusal(code) {
  if (PASSING.has(code)) return "retry";
  return CURED_BY_TOKEN.has(code) ? "rejoin" : "end";
}

/** Worthless after a pause: media is negotiated anew, the rest is of the moment. */
const OF_THE_MOMENT = new Set(["offer", "answer", "ice_candidate", "telemetry", "typing", "ping", "get_ice_servers", "simulate"]);
/** Can't be told from a second one, so an unanswered one is not sent again. */
const NOT_TWICE = new Set(["react", "ask_unmute"]);

/** @param {string} type */
export const waitsForConnection = (type) => !OF_THE_MOMENT.has(type);
/** @param {string} type */
export const sentAgain = (type) => !OF_THE_MOMENT.has(type) && !NOT_TWICE.has(type);

import * as chat from "./chat.js";
import * as moments from "./moments.js";
import * as paths from "./paths.js";
import * as people from "./people.js";
import * as recording from "./recording.js";
import * as session from "./session.js";

/**
 * The room as this person knows it: `apply(state, event, now)` gives the next state and changes nothing else.
 * `welcome` and `waiting` replace all that was known; every other event is a difference to it.
 *
 * @typedef {import("../call/call-state.js").CallState} CallState
 * @typedef {import("../signalling/protocol.js").ServerEvent} ServerEvent
 */

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
const HANDLERS = { ...session.handlers, ...people.handlers, ...chat.handlers, ...moments.handlers, ...paths.handlers, ...recording.handlers };

/** @param {CallState} state @param {ServerEvent} event @param {number} now milliseconds since 1970 @returns {CallState} */
export function apply(state, event, now) {
  const handler = HANDLERS[event.type];
  return handler ? handler(state, event, now) : state;
}

export { expire, nextExpiry } from "./moments.js";

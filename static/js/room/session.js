import { NO_TAPS, emptyRoom } from "../call/call-state.js";
import { notice } from "./notice.js";
import { permissionsOf } from "./permissions.js";
import { tellRunning } from "./recording.js";

/** What concerns the whole: snapshots, the room itself, the end. */

/** @typedef {import("../call/call-state.js").CallState} CallState */

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  /** @param {CallState} state @param {import("../signalling/protocol.js").Welcome} event @param {number} now */
  welcome(state, event, now) {
    const ours = new Set(event.chat.map((message) => message.clientId));
    const unsent = state.chat.filter((message) => (message.pending || message.failed) && !ours.has(message.clientId));
    /** @type {CallState} */
    const next = {
      ...state,
      phase: "joined",
      waiting: null,
      sessionId: event.sessionId,
      you: event.you,
      room: event.room,
      participants: byJoining(event.participants),
      waitingList: event.waiting ?? [],
      topology: event.topology,
      chat: [...event.chat, ...unsent],
      typing: [],
      can: permissionsOf(event.room, event.you),
      quality: {},
      limited: {},
      emotions: {},
      taps: NO_TAPS,
      previews: {},
      unmuteRequest: null,
      startedAt: event.room.startedAt,
    };
    return tellRunning(next, state.room?.recording?.id, now);
  },

  /** Also when a host sends somebody back: nothing of the room is known any more. @param {CallState} state @param {import("../signalling/protocol.js").Waiting} event */
  waiting(state, { position, hostPresent, message, roomName }) {
    const place = { position, hostPresent, message: message ?? null, roomName };
    if (state.phase === "waiting") return { ...state, waiting: place };
    return { ...state, ...emptyRoom(), phase: "waiting", waiting: place };
  },

  denied: (state, event) => end(state, { reason: "denied", message: event.message, mayRejoin: false }),
  removed: (state, event) => end(state, { reason: "removed", mayRejoin: !event.ban }),
  session_ended: (state, event) => end(state, { reason: event.reason === "expired" ? "expired" : "ended_by_host", mayRejoin: false }),

  room_updated(state, { room, by }, now) {
    const before = state.room;
    let next = { ...state, room, can: permissionsOf(room, state.you), emotions: room.settings.emotion ? state.emotions : {} };
    if (before && before.locked !== room.locked && by !== state.you?.id) {
      const name = state.participants.find((one) => one.id === by)?.displayName ?? "";
      next = notice(next, room.locked ? "locked" : "unlocked", { name }, now);
    }
    return next;
  },

  server_draining: (state, _event, now) => notice(state, "draining", {}, now),
};

/** The first reason stays: a close that follows it says less. @param {CallState} state @param {import("../call/call-state.js").Ended} ended @returns {CallState} */
export function end(state, ended) {
  if (state.phase === "ended") return state;
  return { ...state, phase: "ended", ended, connection: "online", reconnect: null, waiting: null };
}

/** @param {import("../signalling/protocol.js").Participant[]} participants */
export function byJoining(participants) {
  return [...participants].sort((a, b) => compare(a.joinedAt, b.joinedAt) || compare(a.id, b.id));
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { notice } from "./notice.js";
import { permissionsOf } from "./permissions.js";
import { mayBeShown } from "./recording.js";
import { byJoining } from "./session.js";

/** Who is here and who waits. */

/** @typedef {import("../call/call-state.js").CallState} CallState */
/** @typedef {import("../signalling/protocol.js").Participant} Participant */

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  participant_joined(state, { participant }, now) {
    const here = state.participants.some((one) => one.id === participant.id);
    const next = replace(state, participant);
    // A page that was reloaded left and joined in one breath: nobody needs to hear of it.
    const back = state.recentlyRejoined === participant.id;
    if (here || back || participant.id === state.you?.id) return forgetRejoin(next);
    return notice(forgetRejoin(next), "joined", { name: participant.displayName, id: participant.id }, now);
  },

  participant_left(state, { participantId, reason }, now) {
    const gone = state.participants.find((one) => one.id === participantId);
    const participants = state.participants.filter((one) => one.id !== participantId);
    const typing = state.typing.filter((id) => id !== participantId);
    const speaking = state.speaking.filter((id) => id !== participantId);
    const activeSpeaker = state.activeSpeaker === participantId ? null : state.activeSpeaker;
    const unmuteRequest = state.unmuteRequest?.from === participantId ? null : state.unmuteRequest;
    const next = { ...state, participants, typing, speaking, activeSpeaker, unmuteRequest, quality: without(state.quality, participantId), emotions: without(state.emotions, participantId) };
    if (reason === "rejoined") return { ...next, recentlyRejoined: participantId };
    if (!gone || participantId === state.you?.id) return next;
    return notice(next, "left", { name: gone.displayName, reason }, now);
  },

  participant_updated(state, { participant, by }, now) {
    const before = state.participants.find((one) => one.id === participant.id);
    return announce(withoutRefused(replace(state, participant), participant), before, participant, by, now);
  },

  waiting_updated(state, { waiting }, now) {
    const known = new Set(state.waitingList.map((one) => one.id));
    const ids = new Set(waiting.map((/** @type {{id: string}} */ one) => one.id));
    const previews = Object.fromEntries(Object.entries(state.previews).filter(([id]) => ids.has(id)));
    /** @type {CallState} */
    let next = { ...state, waitingList: waiting, previews };
    for (const person of waiting) {
      if (!known.has(person.id)) next = notice(next, "knock", { name: person.displayName, id: person.id }, now);
    }
    return next;
  },

  waiting_preview(state, { participantId, image }) {
    const previews = without(state.previews, participantId);
    return { ...state, previews: image ? { ...previews, [participantId]: image } : previews };
  },
};

/** @param {CallState} state @param {Participant} participant @returns {CallState} */
function replace(state, participant) {
  const others = state.participants.filter((one) => one.id !== participant.id);
  const you = state.you?.id === participant.id ? participant : state.you;
  return { ...state, you, participants: byJoining([...others, participant]), can: you === state.you ? state.can : permissionsOf(state.room, you) };
}

/** Whoever took their consent back, or does not share any more, is not shown any longer. @param {CallState} state @param {Participant} participant @returns {CallState} */
function withoutRefused(state, participant) {
  return mayBeShown(state, participant) ? state : { ...state, emotions: without(state.emotions, participant.id) };
}

/** What of a change is worth a word. @param {CallState} state @param {Participant|undefined} before @param {Participant} after @param {string|undefined} by @param {number} now */
function announce(state, before, after, by, now) {
  if (!before) return state;
  const mine = after.id === state.you?.id;
  const other = by !== undefined && by !== after.id;
  const name = after.displayName;
  const actor = state.participants.find((one) => one.id === by)?.displayName ?? "";
  let next = state;
  if (before.role !== after.role && after.role === "host") next = notice(next, "host_changed", { name, you: mine ? 1 : 0 }, now);
  else if (before.role !== after.role && mine) next = notice(next, "role_changed", { role: after.role }, now);
  if (mine && other && !before.muted && after.muted) next = notice(next, "muted_by_host", { name: actor }, now);
  if (mine && other && before.videoOn && !after.videoOn) next = notice(next, "video_off_by_host", { name: actor }, now);
  if (mine && other && before.screenSharing && !after.screenSharing) next = notice(next, screenKind(state, by), { name: actor }, now);
  if (mine && other && before.handRaisedAt && !after.handRaisedAt) next = notice(next, "hand_lowered", { name: actor }, now);
  if (!mine && !before.handRaisedAt && after.handRaisedAt) next = notice(next, "hand_raised", { name }, now);
  return next;
}

/** @param {CallState} state @param {string|undefined} by */
function screenKind(state, by) {
  const actor = state.participants.find((one) => one.id === by);
  return actor?.screenSharing ? "screen_taken_over" : "screen_off_by_host";
}

/** @param {CallState} state @returns {CallState} */
const forgetRejoin = (state) => (state.recentlyRejoined === null ? state : { ...state, recentlyRejoined: null });

/** @template T @param {Record<string, T>} record @param {string} key @returns {Record<string, T>} */
export function without(record, key) {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

import { without } from "./people.js";

/** What passes by itself: reactions, notices, quality, requests. */

/** @typedef {import("../call/call-state.js").CallState} CallState */

export const REACTION_MS = 5_000;
export const NOTICE_MS = 8_000;
export const WARNING_MS = 30_000;
/** A voice that was last heard before this says nothing of now. */
export const EMOTION_MS = 20_000;
const REACTION_LIMIT = 60;

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  reaction_received(state, { from, emoji }, now) {
    const serial = state.serial + 1;
    return { ...state, serial, reactions: [...state.reactions, { key: `r${serial}`, from, emoji, at: now }].slice(-REACTION_LIMIT) };
  },
  unmute_requested: (state, { from, kind }) => ({ ...state, unmuteRequest: { from, kind } }),
  quality_updated: (state, { participantId, score, level }) => ({ ...state, quality: { ...state.quality, [participantId]: { score, level } } }),
  quality_warned(state, { participantId, reason, advice }, now) {
    return participantId === state.you?.id ? { ...state, warning: { reason, advice, at: now } } : state;
  },
  active_speaker_changed: (state, { participantId }) => ({ ...state, activeSpeaker: participantId ?? null }),
};

/** The state without what has had its time. The same object when nothing has. @param {CallState} state @param {number} now @returns {CallState} */
export function expire(state, now) {
  const reactions = state.reactions.filter((one) => now - one.at < REACTION_MS);
  const notices = state.notices.filter((one) => now - one.at < NOTICE_MS);
  const warning = state.warning && now - state.warning.at < WARNING_MS ? state.warning : null;
  const emotions = fresh(state.emotions, now);
  const same = reactions.length === state.reactions.length && notices.length === state.notices.length && warning === state.warning && emotions === state.emotions;
  return same ? state : { ...state, reactions, notices, warning, emotions };
}

/** The same object when all are. @param {CallState["emotions"]} emotions @param {number} now */
function fresh(emotions, now) {
  const all = Object.entries(emotions);
  const kept = all.filter(([, one]) => now - one.at < EMOTION_MS);
  return kept.length === all.length ? emotions : Object.fromEntries(kept);
}

/** When `expire` next has something to do; null for never. @param {CallState} state @returns {number|null} */
export function nextExpiry(state) {
  const due = [...state.reactions.map((one) => one.at + REACTION_MS), ...state.notices.map((one) => one.at + NOTICE_MS)];
  if (state.warning) due.push(state.warning.at + WARNING_MS);
  for (const { at } of Object.values(state.emotions)) due.push(at + EMOTION_MS);
  return due.length ? Math.min(...due) : null;
}

/** @param {CallState} state @param {string} id @returns {CallState} */
export const forgetLink = (state, id) => ({ ...state, links: without(state.links, id) });

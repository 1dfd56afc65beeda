import { notice } from "./notice.js";

/** What is kept of the meeting, and what is read out of voices. */

/**
 * @typedef {import("../call/call-state.js").CallState} CallState
 * @typedef {import("../signalling/protocol.js").RunningRecording} RunningRecording
 */

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  recording_started(state, { recording }, now) {
    const name = nameOf(state, recording.by);
    return notice(withRecording(state, recording), "recording_started", { name }, now);
  },

  /** A problem came or went. */
  recording_updated(state, { recording }, now) {
    const before = state.room?.recording?.problem ?? null;
    const next = withRecording(state, recording);
    if ((recording.problem ?? null) === before) return next;
    return recording.problem ? notice(next, "recording_problem", { problem: recording.problem }, now) : notice(next, "recording_again", {}, now);
  },

  recording_stopped(state, { recordingId, reason, by }, now) {
    const running = state.room?.recording;
    // Another one may run by now.
    const next = running && running.id !== recordingId ? state : withRecording(state, null);
    return notice(next, reason === "failed" ? "recording_failed" : "recording_stopped", { name: nameOf(state, by) }, now);
  },

  /** What nobody agreed to any more is not shown, even if it was on its way. */
  emotion_updated(state, { participantId, arousal, label, confidence, scores, unusual }, now) {
    const person = state.participants.find((one) => one.id === participantId);
    if (!person || !mayBeShown(state, person) || !state.room?.settings.emotion) return state;
    const emotion = { arousal, label: label ?? null, confidence, scores: scores ?? {}, unusual: unusual === true, at: now };
    return { ...state, emotions: { ...state.emotions, [participantId]: emotion } };
  },
};

/** Whether this person may see how that one sounds: oneself by consent, another if they share it. @param {CallState} state @param {import("../signalling/protocol.js").Participant} person */
export function mayBeShown({ you }, { id, consents }) {
  return consents.emotion === "granted" && (id === you?.id || consents.shareEmotion === true);
}

/** @param {CallState} state @param {RunningRecording|null} recording @returns {CallState} */
function withRecording(state, recording) {
  return state.room ? { ...state, room: { ...state.room, recording } } : state;
}

/** @param {CallState} state @param {string|null|undefined} id */
function nameOf(state, id) {
  return state.participants.find((one) => one.id === id)?.displayName ?? "";
}

/** Whoever comes into a meeting that is recorded is told so. @param {CallState} state @param {string|undefined} known the one they had heard of @param {number} now */
export function tellRunning(state, known, now) {
  const running = state.room?.recording;
  return running && running.id !== known ? notice(state, "recording_running", {}, now) : state;
}

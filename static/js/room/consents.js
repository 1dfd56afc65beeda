/** Questions about what people agreed to. Pure. */

/**
 * @typedef {import("../signalling/protocol.js").Participant} Participant
 * @typedef {import("../signalling/protocol.js").Purpose} Purpose
 * @typedef {import("../signalling/protocol.js").ConsentAnswer} ConsentAnswer
 * @typedef {import("../call/call-state.js").CallState} CallState
 * @typedef {Pick<CallState, "room"|"participants"|"you">} Scene
 * @typedef {{granted: number, refused: number, unanswered: number, asked: number}} Tally
 */

const SENDS = /** @type {const} */ (["publish_audio", "publish_video", "share_screen"]);

/** @param {Participant|null|undefined} person @param {Purpose} purpose @returns {ConsentAnswer} */
export function answerOf(person, purpose) {
  return person?.consents?.[purpose] ?? "unanswered";
}

/** A server that has no model reads nothing, whatever the room's setting says. @param {import("../signalling/protocol.js").Room} room */
export const readsEmotion = ({ settings, canReadEmotion }) => settings.emotion === true && canReadEmotion !== false;

/** Whether this person may start and stop a recording, on a server that can. @param {Pick<CallState, "room"|"can">} state */
export const mayRecord = ({ room, can }) => can.record === true && room?.canRecord !== false;

/** What goes on in the room now that needs everybody's word. @param {Pick<CallState, "room">} state @returns {Purpose[]} */
export function purposesOf({ room }) {
  if (!room) return [];
  /** @type {[Purpose, boolean][]} */
  const going = [["recording", Boolean(room.recording)], ["emotion", readsEmotion(room)]];
  return going.filter(([, on]) => on).map(([purpose]) => purpose);
}

/** Whether there is anything of them to keep: whoever only looks and listens is not asked. @param {Pick<CallState, "room">} state @param {Participant} person */
export function isAsked({ room }, { role }) {
  const may = room?.permissions[role];
  return role !== "observer" && (!may || SENDS.some((one) => may.includes(one)));
}

/** What this person has yet to answer, in the order in which they are asked. @param {Scene} state @returns {Purpose[]} */
export function openQuestions(state) {
  const { you } = state;
  if (!you || !isAsked(state, you)) return [];
  return purposesOf(state).filter((purpose) => answerOf(you, purpose) === "unanswered");
}

/** What this person may say yes or no to now: what goes on, what the room may do, and what they once agreed to. @param {Scene} state @returns {Purpose[]} */
export function openChoices(state) {
  const { room, you } = state;
  if (!room || !you || !isAsked(state, you)) return [];
  const going = purposesOf(state);
  const possible = { recording: room.settings.recording !== "off", emotion: readsEmotion(room), transcription: false, assistant: false };
  const all = /** @type {Purpose[]} */ (["recording", "transcription", "emotion", "assistant"]);
  return all.filter((purpose) => going.includes(purpose) || possible[purpose] || answerOf(you, purpose) === "granted");
}

/** How those who are asked have answered. @param {Scene} state @param {Purpose} purpose @returns {Tally} */
export function tallyOf(state, purpose) {
  const asked = state.participants.filter((one) => isAsked(state, one));
  const count = (/** @type {ConsentAnswer} */ answer) => asked.filter((one) => answerOf(one, purpose) === answer).length;
  return { granted: count("granted"), refused: count("refused"), unanswered: count("unanswered"), asked: asked.length };
}

/** Whether somebody is left out of the recording that runs, and by which answer; null where they are in it, or none runs. @param {Scene} state @param {Participant} person @returns {"refused"|"unanswered"|null} */
export function leftOut(state, person) {
  if (!state.room?.recording || !isAsked(state, person)) return null;
  const answer = answerOf(person, "recording");
  return answer === "granted" ? null : answer;
}

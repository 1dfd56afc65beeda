/**
 * @typedef {import("../call/call-state.js").CallState} CallState
 * @typedef {import("../call/call-state.js").Notice} Notice
 */

const LIMIT = 20;

/** @param {CallState} state @param {import("../call/call-state.js").NoticeKind} kind @param {Notice["params"]} params @param {number} now @returns {CallState} */
export function notice(state, kind, params, now) {
  const serial = state.serial + 1;
  return { ...state, serial, notices: [...state.notices, { key: `n${serial}`, kind, params, at: now }].slice(-LIMIT) };
}

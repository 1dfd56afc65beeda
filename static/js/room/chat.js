/** What is said in writing. A message of ours is shown at once and becomes the server's when it comes back. */

/** @typedef {import("../call/call-state.js").CallState} CallState */
/** @typedef {import("../call/call-state.js").ChatMessage} ChatMessage */

const LIMIT = 2_000;

/** @type {Record<string, (state: CallState, event: any, now: number) => CallState>} */
export const handlers = {
  chat_received(state, { type: _type, seq: _seq, ...message }) {
    const typing = state.typing.filter((id) => id !== message.from);
    const at = state.chat.findIndex((one) => one.id === message.id || (one.from === message.from && one.clientId === message.clientId));
    // What others said in between keeps its place: the server's order is the order, so ours moves to the end.
    const chat = at < 0 ? state.chat : state.chat.filter((_, i) => i !== at);
    const known = at >= 0 && state.chat[at].id === message.id;
    return { ...state, typing, chat: known ? state.chat : insert(chat, message) };
  },

  typing_changed(state, { participantId, typing }) {
    const others = state.typing.filter((id) => id !== participantId);
    return { ...state, typing: typing && participantId !== state.you?.id ? [...others, participantId] : others };
  },
};

/** @param {ChatMessage[]} chat @param {ChatMessage} message */
function insert(chat, message) {
  const sent = chat.filter((one) => !one.pending && !one.failed);
  const unsent = chat.filter((one) => one.pending || one.failed);
  return [...sent, message, ...unsent].slice(-LIMIT);
}

/** @param {CallState} state @param {ChatMessage} message @returns {CallState} */
export function addPending(state, message) {
  return { ...state, chat: [...state.chat, { ...message, pending: true }].slice(-LIMIT) };
}

/** @param {CallState} state @param {string} clientId @param {{code: string, message: string}|null} failed null: it is on its way again @returns {CallState} */
export function markSending(state, clientId, failed) {
  const chat = state.chat.map((one) => {
    if (one.clientId !== clientId || !(one.pending || one.failed)) return one;
    const { pending: _pending, failed: _failed, ...plain } = one;
    return failed ? { ...plain, failed } : { ...plain, pending: true };
  });
  return { ...state, chat };
}

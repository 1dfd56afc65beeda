/** Questions about the people in a call. Pure. */

/** @typedef {import("../signalling/protocol.js").Participant} Participant */
/** @typedef {import("../call/call-state.js").CallState} CallState */

/** @param {Pick<CallState, "participants">} state @returns {Participant[]} raised hands, first raised first */
export function hands({ participants }) {
  return participants.filter((one) => one.handRaisedAt).sort((a, b) => String(a.handRaisedAt).localeCompare(String(b.handRaisedAt)) || a.id.localeCompare(b.id));
}

/** The place of a hand in the line, from 1; 0 when it is down. @param {Pick<CallState, "participants">} state @param {string} id */
export function handNumber(state, id) {
  return hands(state).findIndex((one) => one.id === id) + 1;
}

/** @param {Participant|null|undefined} person */
export function isHost(person) {
  return person?.role === "host" || person?.role === "cohost";
}

/** Those who take part, by name, hosts and you on top; observers apart. @param {CallState} state @param {string} search */
export function roster({ participants, you }, search) {
  const wanted = fold(search);
  const found = participants.filter((one) => fold(one.displayName).includes(wanted));
  const rank = (/** @type {Participant} */ one) => (one.id === you?.id ? 0 : one.role === "host" ? 1 : one.role === "cohost" ? 2 : one.role === "presenter" ? 3 : 4);
  const ordered = [...found].sort((a, b) => rank(a) - rank(b) || a.displayName.localeCompare(b.displayName) || a.id.localeCompare(b.id));
  return { members: ordered.filter((one) => one.role !== "observer"), observers: ordered.filter((one) => one.role === "observer") };
}

/** "Ána" is found by "ana". @param {string} text */
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().trim();
}

/**
 * What a host may do to somebody, as ids in groups; the words and the doing are elsewhere.
 * @param {CallState} state @param {Participant} target @returns {string[][]}
 */
export function toolsFor({ can, you, room }, target) {
  const self = target.id === you?.id;
  const observer = target.role === "observer";
  /** @type {(string|false|null|undefined)[][]} */
  const groups = [
    [!self && can.chat && "message"],
    [
      can.spotlight && !observer && (room?.spotlight === target.id ? "unspotlight" : "spotlight"),
      can.moderate && !self && !observer && (target.muted ? "ask-unmute" : "mute"),
      can.moderate && !self && !observer && (target.videoOn ? "stop-video" : "ask-video"),
      can.moderate && !self && target.screenSharing && "stop-screen",
      can.moderate && !self && target.handRaisedAt && "lower-hand",
    ],
    [self ? can.rename_self && "rename" : can.moderate && "rename", can.set_role && !self && target.role !== "host" && "role", can.transfer_host && !self && !observer && "transfer"],
    [can.admit && !self && target.role !== "host" && "to-waiting", can.moderate && !self && target.role !== "host" && "remove"],
  ];
  return groups.map((group) => group.filter((one) => typeof one === "string")).filter((group) => group.length > 0);
}

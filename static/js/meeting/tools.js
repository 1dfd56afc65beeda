import { t } from "../i18n/i18n.js";
import { toolsFor } from "./people.js";

/** @typedef {import("../components/menu.js").MenuItem} MenuItem */

/** @type {Record<string, string>} */
const ICON = {
  message: "chat",
  spotlight: "spotlight",
  unspotlight: "spotlight",
  mute: "mic-off",
  "ask-unmute": "mic",
  "stop-video": "camera-off",
  "ask-video": "camera",
  "stop-screen": "screen-off",
  "lower-hand": "hand",
  rename: "edit",
  role: "key",
  transfer: "shield",
  "to-waiting": "door",
  remove: "leave",
};

/** What may be done to somebody, as a menu. @param {import("../call/call-state.js").CallState} state @param {import("../signalling/protocol.js").Participant} target @returns {MenuItem[]} */
export function toolItems(state, target) {
  return toolsFor(state, target).flatMap((group, at) => {
    /** @type {MenuItem[]} */
    const items = group.map((id) => ({ id, label: t(`meeting.tool.${id}`), icon: ICON[id], danger: id === "remove" }));
    return at ? [/** @type {MenuItem} */ ({ separator: true }), ...items] : items;
  });
}

/**
 * Does what a menu said, or asks for the dialog that does it.
 * @param {import("./element.js").MeetingElement} element @param {string} tool @param {string} who
 */
export function actOn(element, tool, who) {
  const { call } = element;
  /** @type {Record<string, () => Promise<unknown>>} */
  const commands = {
    spotlight: () => call.spotlight(who),
    unspotlight: () => call.spotlight(null),
    mute: () => call.muteOther(who, "audio"),
    "ask-unmute": () => call.askUnmute(who, "audio"),
    "stop-video": () => call.muteOther(who, "video"),
    "ask-video": () => call.askUnmute(who, "video"),
    "stop-screen": () => call.muteOther(who, "screen"),
    "lower-hand": () => call.lowerHands(who),
    "to-waiting": () => call.sendToWaiting(who),
  };
  if (commands[tool]) return element.attempt(commands[tool]());
  if (tool === "message") return element.ask("message", { to: who });
  return element.ask("dialog", { dialog: tool, who });
}

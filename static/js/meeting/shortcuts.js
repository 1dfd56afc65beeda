/**
 * Keys of a meeting. Pure: a key in, the name of what it does out.
 *
 * @typedef {"microphone"|"camera"|"screen"|"hand"|"chat"|"people"|"waiting"|"layout"|"react"|"record"|"help"|"close"|"talk"|"page-previous"|"page-next"} Action
 */

/** In the order of the help sheet. @type {{key: string, action: Action, shown: string}[]} */
export const SHORTCUTS = [
  { key: "m", action: "microphone", shown: "M" },
  { key: "v", action: "camera", shown: "V" },
  { key: "s", action: "screen", shown: "S" },
  { key: "h", action: "hand", shown: "H" },
  { key: "r", action: "react", shown: "R" },
  { key: "c", action: "chat", shown: "C" },
  { key: "p", action: "people", shown: "P" },
  { key: "w", action: "waiting", shown: "W" },
  { key: "l", action: "layout", shown: "L" },
  { key: "o", action: "record", shown: "O" },
  { key: "PageUp", action: "page-previous", shown: "PgUp" },
  { key: "PageDown", action: "page-next", shown: "PgDn" },
  { key: "?", action: "help", shown: "?" },
  { key: " ", action: "talk", shown: "Space" },
  { key: "Escape", action: "close", shown: "Esc" },
];

/** On a keyboard that types other letters the place of the key counts. */
const BY_PLACE = new Map(SHORTCUTS.filter(({ key }) => /^[a-z]$/.test(key)).map(({ key, action }) => [`Key${key.toUpperCase()}`, action]));

/**
 * @param {{key: string, code?: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, repeat?: boolean, isComposing?: boolean}} event
 * @param {{typing: boolean, onControl: boolean}} where whether the focus is in a text field, or on something that Space presses
 * @returns {Action|null}
 */
export function actionOf(event, { typing, onControl }) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  // Out of a text field too: nothing is written with it.
  if (event.key === "Escape") return "close";
  if (typing) return null;
  if (event.key === " ") return onControl ? null : "talk";
  const found = SHORTCUTS.find(({ key }) => key === (event.key.length === 1 ? event.key.toLowerCase() : event.key));
  if (found) return found.action;
  const latin = /^[\x20-\x7e]$/.test(event.key);
  return latin ? null : (BY_PLACE.get(event.code ?? "") ?? null);
}

/** Where a key press lands, through shadow roots. @param {KeyboardEvent} event */
export function whereOf(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return { typing: false, onControl: false };
  const typing = target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=button])");
  return { typing, onControl: target.matches("button, a, summary, input, [role=menuitem], [role=menuitemradio]") };
}

/** Puts a fixed panel beside its anchor, inside the window: below if it fits, else above; along the anchor's start edge. */

const GAP = 6;
const EDGE = 8;

/** @param {HTMLElement} panel @param {HTMLElement} anchor */
export function place(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = at.bottom + GAP;
  const above = at.top - GAP - size.height;
  const top = below + size.height <= innerHeight - EDGE || above < EDGE ? below : above;
  const rtl = getComputedStyle(anchor).direction === "rtl";
  const startEdge = rtl ? at.right - size.width : at.left;
  const endEdge = rtl ? at.left : at.right - size.width;
  const fits = startEdge >= EDGE && startEdge + size.width <= innerWidth - EDGE;
  const left = fits ? startEdge : endEdge;
  panel.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - size.height - EDGE))}px`;
  panel.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - size.width - EDGE))}px`;
}

/**
 * Which paths media takes, as the room's topology says; pure. While a switch goes on there are two: the present one plays, the next one is
 * brought up beside it. After it, the old one stays until the next one's pictures and sounds are on the screen.
 *
 * @typedef {import("../signalling/protocol.js").Topology} Topology
 * @typedef {"mesh"|"sfu"} Mode
 * @typedef {{mode: Mode, epoch: number}} Way
 * @typedef {{current: Way|null, next: Way|null, old: Way|null}} Ways
 */

/** @type {Ways} */
export const NOWHERE = Object.freeze({ current: null, next: null, old: null });

/**
 * Who comes in the middle of a switch takes the next path only.
 * @param {Ways} ways @param {Pick<Topology, "mode"|"epoch"|"switching">} topology @returns {Ways} the same object when nothing changes
 */
export function follow(ways, { mode, epoch, switching }) {
  const present = { mode, epoch };
  const coming = switching ? { mode: switching.to, epoch: switching.epoch } : null;
  const begins = !ways.current && !ways.next;
  if (begins) return coming ? { ...ways, next: coming } : { ...ways, current: present };
  if (same(ways.next, present)) return { current: ways.next, next: coming, old: beside(ways.current, coming) };
  const next = same(ways.next, coming) ? ways.next : coming;
  if (!ways.current && next === ways.next && next) return ways;
  const current = same(ways.current, present) ? ways.current : present;
  const replaced = current !== ways.current && !isRenamed(ways.current, current);
  const old = replaced ? ways.current : ways.old;
  const result = { current, next, old: beside(old, next) };
  return result.current === ways.current && result.next === ways.next && result.old === ways.old ? ways : result;
}

/** What was old is gone. @param {Ways} ways @returns {Ways} */
export function retired(ways) {
  return ways.old ? { ...ways, old: null } : ways;
}

/** A mesh goes on under a new number: its links are between people. @param {Way|null} before @param {Way|null} now */
export function isRenamed(before, now) {
  return before?.mode === "mesh" && now?.mode === "mesh";
}

/** Two of a kind would take each other's messages: the old one gives way at once. @param {Way|null} old @param {Way|null} next */
function beside(old, next) {
  return old && next && old.mode === next.mode ? null : old;
}

/** @param {Way|null} a @param {Way|null} b */
export function same(a, b) {
  return a === b || (a !== null && b !== null && a.mode === b.mode && a.epoch === b.epoch);
}

/**
 * Time as an argument: what waits takes one of these, so that tests can move it.
 * @typedef {{now: () => number, setTimeout: (run: () => void, ms: number) => unknown, clearTimeout: (timer: any) => void}} Clock
 */

/** @type {Clock} */
export const systemClock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

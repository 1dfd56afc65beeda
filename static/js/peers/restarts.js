/** How long `disconnected` may last: it often heals by itself. */
export const PATIENCE_MS = 3_000;
const SHORTEST_MS = 2_000;
const LONGEST_MS = 16_000;
/** So many ICE restarts without a connection say that the connection itself is broken. */
export const RESTARTS_BEFORE_REBUILD = 3;

/** When a link may restart ICE: each failed restart doubles the time to the next. */
export class Restarts {
  count = 0;
  #last = -Infinity;

  /** How many milliseconds from now, 0 for at once. @param {number} now */
  wait(now) {
    const gap = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.max(0, this.count - 1));
    return Math.max(0, this.#last + gap - now);
  }

  /** @param {number} now */
  began(now) {
    this.count += 1;
    this.#last = now;
  }

  succeeded() {
    this.count = 0;
  }
}

export const IDLE_MS = 4_000;
export const SILENCE_MS = 4_000;
/** After the network said that it changed, an answer is due sooner. */
export const PROBE_MS = 2_500;

/** Notices within 8 s that nobody is at the other end: asks after 4 s of silence, gives up after 4 more. */
export class Pulse {
  #clock;
  #ask;
  #dead;
  /** @type {unknown} */
  #timer = null;

  /** @param {{clock: import("../browser/clock.js").Clock, ask: () => void, dead: () => void}} options */
  constructor({ clock, ask, dead }) {
    this.#clock = clock;
    this.#ask = ask;
    this.#dead = dead;
  }

  /** Something came: all is well. */
  beat() {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => this.probe(SILENCE_MS), IDLE_MS);
  }

  /** @param {number} [patience] */
  probe(patience = PROBE_MS) {
    this.stop();
    this.#timer = this.#clock.setTimeout(this.#dead, patience);
    this.#ask();
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

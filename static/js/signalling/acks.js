export const ACK_EVERY = 16;
export const ACK_WITHIN_MS = 5_000;

/** Counts what has arrived and says so at every 16th event or after 5 s. */
export class Acks {
  lastSeq = 0;
  #acked = 0;
  #clock;
  #send;
  /** @type {unknown} */
  #timer = null;

  /** @param {import("../browser/clock.js").Clock} clock @param {(seq: number) => void} send */
  constructor(clock, send) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param {number} seq */
  arrived(seq) {
    this.lastSeq = seq;
    if (seq - this.#acked >= ACK_EVERY) return this.flush();
    this.#timer ??= this.#clock.setTimeout(() => this.flush(), ACK_WITHIN_MS);
  }

  /** A snapshot or a new beginning: counting goes on from here. @param {number} seq */
  restart(seq) {
    this.stop();
    this.lastSeq = seq;
    this.#acked = seq;
  }

  flush() {
    this.stop();
    if (this.lastSeq === this.#acked) return;
    this.#acked = this.lastSeq;
    this.#send(this.lastSeq);
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

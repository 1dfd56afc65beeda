/** A packet waits at most so long for its turn on a narrow line; what comes later is lost, as in a router. */
const QUEUE_MS = 300;
/** However narrow the line is, so many bytes may wait. */
const QUEUE_BYTES = 6_000;

/**
 * @typedef {object} Conditions
 * @property {number} loss share of the packets, 0 to 1
 * @property {number} delayMs
 * @property {number} kbps kilobits a second, headers of the payload alone left out; 0 for as many as come
 * @property {boolean} blocked nothing passes
 */

/** @type {Conditions} */
export const FINE = { loss: 0, delayMs: 0, kbps: 0, blocked: false };

/** One direction of a line: a leaky bucket with a bounded queue, then a delay. The order is kept. */
export class Lane {
  /** @type {Conditions} */
  conditions = FINE;
  passed = 0;
  dropped = 0;
  /** When the line has sent what it took. */
  #freeAt = 0;
  #waiting = 0;
  /** @type {{at: number, deliver: () => void}[]} */
  #underway = [];
  /** @type {ReturnType<typeof setTimeout>|null} */
  #timer = null;
  #draw;

  /** @param {number} seed the same losses for the same packets */
  constructor(seed) {
    this.#draw = chance(seed);
  }

  /** @param {number} bytes @param {() => void} deliver */
  take(bytes, deliver) {
    const now = performance.now();
    const { blocked, loss, kbps, delayMs } = this.conditions;
    if (blocked || (loss > 0 && this.#draw() < loss) || (kbps > 0 && this.#isFull(bytes, now))) {
      this.dropped += 1;
      return;
    }
    this.#freeAt = kbps > 0 ? Math.max(now, this.#freeAt) + (bytes * 8) / kbps : now;
    this.passed += 1;
    this.#waiting += bytes;
    const last = this.#underway.at(-1)?.at ?? 0;
    const sent = () => {
      this.#waiting -= bytes;
      // What was on its way when the line was cut is lost too.
      if (!this.conditions.blocked) deliver();
    };
    this.#underway.push({ at: Math.max(last, this.#freeAt + delayMs), deliver: sent });
    this.#run();
  }

  close() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#underway = [];
  }

  /** @param {number} bytes @param {number} now */
  #isFull(bytes, now) {
    return this.#freeAt - now > QUEUE_MS && this.#waiting + bytes > QUEUE_BYTES;
  }

  #run() {
    if (this.#timer) return;
    while (this.#underway.length && this.#underway[0].at <= performance.now()) this.#underway.shift()?.deliver();
    const next = this.#underway[0];
    if (!next) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#run();
    }, Math.max(0, next.at - performance.now()));
  }
}

/** Numbers from 0 to 1 that are the same each time (a linear congruential generator). @param {number} seed */
function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

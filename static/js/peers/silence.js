/** What comes is counted so often. */
const LOOK_MS = 300;
/** Nothing for so long on a path on which much came is no pause. */
const SILENT_MS = 1_200;
/** Much is so many packets in so long: a path that carries less says nothing by its silence. */
const MUCH = 12;
const WINDOW_MS = 2_000;

/** How many packets came of late. The times of silence are not of late: what came before them is remembered. */
class Meter {
  /** @type {{at: number, packets: number}[]} each a moment at which more had come */
  #marks = [];

  /** @param {number} packets so far @param {number} now @returns {boolean} whether more have come */
  note(packets, now) {
    const last = this.#marks.at(-1);
    if (packets === last?.packets) return false;
    // Another connection counts from the beginning.
    if (last && packets < last.packets) this.#marks = [];
    this.#marks.push({ at: now, packets });
    this.#marks = this.#marks.filter(({ at }) => at >= now - WINDOW_MS);
    return last !== undefined;
  }

  get busy() {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)];
    return first !== undefined && last !== undefined && last.packets - first.packets >= MUCH;
  }

  /** What came before means nothing any more. */
  forget() {
    this.#marks = this.#marks.slice(-1);
  }
}

/**
 * Notices that nothing comes from the server any more long before the browser does, which waits for five seconds until it calls a path broken.
 * Both connections go the same way: as long as something comes on one of them, the way is there.
 */
export class Silence {
  #options;
  #meters = [new Meter(), new Meter()];
  #heardAt;
  #silent = false;
  #over = false;
  /** @type {unknown} */
  #timer = null;

  /**
   * @param {object} options
   * @param {import("../browser/clock.js").Clock} options.clock
   * @param {(() => Promise<number|null>)[]} options.received packets so far on each connection, the cheaper one first; null when it is not up
   * @param {() => void} options.onSilent
   * @param {() => void} options.onHeard something comes again
   */
  constructor(options) {
    this.#options = options;
    this.#heardAt = options.clock.now();
  }

  start() {
    if (this.#over) return;
    this.#timer = this.#options.clock.setTimeout(() => void this.#look().then(() => this.start()), LOOK_MS);
  }

  stop() {
    this.#over = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #look() {
    const { clock, onSilent, onHeard } = this.#options;
    const heard = await this.#hears();
    const now = clock.now();
    if (this.#over) return;
    if (heard) this.#heardAt = now;
    if (heard && this.#silent) {
      this.#silent = false;
      onHeard();
    } else if (!this.#silent && now - this.#heardAt >= SILENT_MS && this.#meters.some((one) => one.busy)) {
      this.#silent = true;
      for (const one of this.#meters) one.forget();
      onSilent();
    }
  }

  /** The second is asked only where the first has nothing to say. */
  async #hears() {
    for (const [at, received] of this.#options.received.entries()) {
      const packets = await received();
      if (packets !== null && this.#meters[at].note(packets, this.#options.clock.now())) return true;
    }
    return false;
  }
}

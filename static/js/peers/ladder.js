/**
 * How far the camera has given way: quickly down when there is trouble, slowly up again, and more slowly each time that
 * going up brought the trouble back. Who begins below the top goes up quickly until the first trouble. Between trouble and ease
 * nothing moves: what is just enough now would be too much a step higher.
 *
 * @typedef {"trouble"|"busy"|"ease"} Health
 */

/** Trouble has to last: a single bad reading says little. */
const DOWN_AFTER_MS = 3_000;
/** What a step down changes takes so long to show. */
const SETTLES_MS = 4_000;
const FIRST_UP_MS = 3_000;
const UP_MS = 15_000;
const LONGEST_UP_MS = 120_000;

export class Ladder {
  #level;
  #lowest;
  #changedAt;
  #upAfter = FIRST_UP_MS;
  /** Since when it has been so. */
  #since;
  /** @type {Health} */
  #health = "ease";
  #wentUp = false;

  /** @param {{lowest: number, level?: number, now: number}} options */
  constructor({ lowest, level = 0, now }) {
    this.#lowest = lowest;
    this.#level = level;
    this.#changedAt = now;
    this.#since = now;
  }

  /** 0 is the top. */
  get level() {
    return this.#level;
  }

  /** Whether there was no trouble and nothing close to it of late. */
  get atEase() {
    return this.#health === "ease";
  }

  /** @param {Health} health as of now @param {number} now @returns {number} the level */
  update(health, now) {
    if (health !== this.#health) {
      this.#health = health;
      this.#since = now;
    }
    const lasted = now - this.#since;
    const settled = now - this.#changedAt;
    if (health === "trouble" && lasted >= DOWN_AFTER_MS && settled >= SETTLES_MS) this.#down(now);
    else if (health === "ease" && lasted >= this.#upAfter && settled >= this.#upAfter) this.#up(now);
    return this.#level;
  }

  /** Gives way before there is trouble. @param {number} level @param {number} now */
  stepAside(level, now) {
    if (level <= this.#level) return;
    this.#level = Math.min(level, this.#lowest);
    this.#changedAt = now;
    this.#wentUp = false;
  }

  /** @param {number} now */
  #down(now) {
    const relapse = this.#wentUp && now - this.#changedAt < LONGEST_UP_MS;
    this.#upAfter = relapse ? Math.min(LONGEST_UP_MS, Math.max(UP_MS, this.#upAfter * 2)) : Math.max(UP_MS, this.#upAfter);
    this.#wentUp = false;
    if (this.#level >= this.#lowest) return;
    this.#level += 1;
    this.#changedAt = now;
  }

  /** @param {number} now */
  #up(now) {
    if (this.#level === 0) return;
    this.#level -= 1;
    this.#changedAt = now;
    this.#wentUp = true;
  }
}

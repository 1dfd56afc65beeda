import { systemClock } from "../browser/clock.js";
import { Speakers } from "./speakers.js";
import { Lateness } from "./lateness.js";
import { LATE_MS } from "./shares.js";
import { peerTelemetry } from "./stats.js";

const LEVELS_EVERY_MS = 150;
const STATS_EVERY_MS = 2_000;
const TELEMETRY_EVERY_MS = 10_000;
/** In so much of the time that a report speaks of, the page was too late: its device has no time left for more. */
const LATE_PART = 0.6;

/**
 * @typedef {import("./stats.js").LinkStats} LinkStats
 * @typedef {object} WatchOptions
 * @property {{ids: string[], level: (id: string) => number, measure: (memory: "short"|"long", now: number) => Promise<Map<string, LinkStats>>}} paths
 * @property {() => {localId: string|null, localLevel: number, muted: Set<string>}} facts
 * @property {(voices: {speaking: string[], active: string|null}) => void} onVoices
 * @property {(stats: Map<string, LinkStats>, lateMs: number) => void} onStats with how late this page was on average since the last time
 * @property {() => boolean} [hidden] whether the page is out of sight: its timers then tell nothing
 * @property {(telemetry: object) => void} onTelemetry
 * @property {import("../browser/clock.js").Clock} [clock]
 */

/** Listens to the levels, reads the statistics of the paths, and sums them up for the server. */
export class Watch {
  /** @type {Record<string, number>} */
  levels = {};
  /** @type {Map<string, LinkStats>} */
  stats = new Map();
  #options;
  #clock;
  #speakers = new Speakers();
  /** @type {Record<string, unknown>} */
  #timers = {};
  #loudest = 0;
  #lateness = new Lateness();
  /** How often the page was asked since the last report, and how often it was too late. */
  #asked = { all: 0, late: 0 };

  /** @param {WatchOptions} options */
  constructor(options) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  start() {
    this.stop();
    this.#every("levels", LEVELS_EVERY_MS, () => this.#listen());
    this.#every("stats", STATS_EVERY_MS, () => this.#measure());
    this.#every("telemetry", TELEMETRY_EVERY_MS, () => this.#report());
  }

  stop() {
    for (const timer of Object.values(this.#timers)) this.#clock.clearTimeout(timer);
    this.#timers = {};
  }

  /** @param {string} name @param {number} ms @param {() => unknown} run */
  #every(name, ms, run) {
    const due = this.#clock.now() + ms;
    this.#timers[name] = this.#clock.setTimeout(() => {
      this.#every(name, ms, run);
      if (name === "levels" && !this.#hidden) this.#lateness.note(this.#clock.now() - due);
      run();
    }, ms);
  }

  get #hidden() {
    return this.#options.hidden?.() ?? globalThis.document?.hidden === true;
  }

  #listen() {
    const { paths } = this.#options;
    const { localId, localLevel, muted } = this.#options.facts();
    /** @type {Record<string, number>} */
    const levels = {};
    for (const id of paths.ids) levels[id] = muted.has(id) ? 0 : paths.level(id);
    if (localId) levels[localId] = localLevel;
    this.#loudest = Math.max(this.#loudest, localLevel);
    this.levels = levels;
    this.#options.onVoices(this.#speakers.update(levels, this.#clock.now()));
  }

  async #measure() {
    this.stats = await this.#options.paths.measure("short", this.#clock.now());
    const lateMs = this.#lateness.take();
    this.#asked.all += 1;
    if (lateMs > LATE_MS) this.#asked.late += 1;
    this.#options.onStats(this.stats, lateMs);
  }

  async #report() {
    const stats = await this.#options.paths.measure("long", this.#clock.now());
    const peers = [...stats].map(([id, one]) => peerTelemetry(id, one));
    const { all, late } = this.#asked;
    const cpuLimited = [...stats.values()].some((one) => one.cpuLimited) || (late > 0 && late >= all * LATE_PART);
    if (peers.length) this.#options.onTelemetry({ peers, cpuLimited, audioLevel: this.#loudest });
    this.#loudest = 0;
    this.#asked = { all: 0, late: 0 };
  }
}

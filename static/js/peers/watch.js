import { systemClock } from "../browser/clock.js";
import { loudness } from "../media/level-meter.js";
import { Speakers } from "./speakers.js";
import { Lateness } from "./lateness.js";
import { peerTelemetry, readStats } from "./stats.js";

const LEVELS_EVERY_MS = 150;
const STATS_EVERY_MS = 2_000;
const TELEMETRY_EVERY_MS = 10_000;

/**
 * @typedef {import("./stats.js").LinkStats} LinkStats
 * @typedef {import("./stats.js").Counters} Counters
 * @typedef {object} WatchOptions
 * @property {() => import("./peers.js").Peers|null} peers
 * @property {() => {localId: string|null, localLevel: number, muted: Set<string>}} facts
 * @property {(voices: {speaking: string[], active: string|null}) => void} onVoices
 * @property {(stats: Map<string, LinkStats>, lateMs: number) => void} onStats with how late this page was on average since the last time
 * @property {() => boolean} [hidden] whether the page is out of sight: its timers then tell nothing
 * @property {(telemetry: object) => void} onTelemetry
 * @property {import("../browser/clock.js").Clock} [clock]
 */

/** Listens to the levels, reads the statistics of the links, and sums them up for the server. */
export class Watch {
  /** @type {Record<string, number>} */
  levels = {};
  /** @type {Map<string, LinkStats>} */
  stats = new Map();
  #options;
  #clock;
  #speakers = new Speakers();
  /** @type {Map<string, Counters>} */
  #short = new Map();
  /** @type {Map<string, Counters>} */
  #long = new Map();
  /** @type {Record<string, unknown>} */
  #timers = {};
  #loudest = 0;
  #lateness = new Lateness();

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
    const peers = this.#options.peers();
    const { localId, localLevel, muted } = this.#options.facts();
    /** @type {Record<string, number>} */
    const levels = {};
    for (const id of peers?.ids ?? []) levels[id] = muted.has(id) ? 0 : levelOf(peers?.link(id)?.connection);
    if (localId) levels[localId] = localLevel;
    this.#loudest = Math.max(this.#loudest, localLevel);
    this.levels = levels;
    this.#options.onVoices(this.#speakers.update(levels, this.#clock.now()));
  }

  async #measure() {
    this.stats = await this.#read(this.#short);
    this.#options.onStats(this.stats, this.#lateness.take());
  }

  async #report() {
    const stats = await this.#read(this.#long);
    const peers = [...stats].map(([id, one]) => peerTelemetry(id, one));
    if (peers.length) this.#options.onTelemetry({ peers, cpuLimited: [...stats.values()].some((one) => one.cpuLimited), audioLevel: this.#loudest });
    this.#loudest = 0;
  }

  /** @param {Map<string, Counters>} memory */
  async #read(memory) {
    const peers = this.#options.peers();
    const ids = peers?.ids ?? [];
    for (const id of memory.keys()) if (!ids.includes(id)) memory.delete(id);
    /** @type {Map<string, LinkStats>} */
    const all = new Map();
    await Promise.all(
      ids.map(async (id) => {
        const link = peers?.link(id);
        const report = link?.state === "new" ? null : await link?.connection.getStats().catch(() => null);
        if (!report) return;
        const { stats, counters } = readStats(report.values(), memory.get(id) ?? null, this.#clock.now());
        memory.set(id, counters);
        all.set(id, stats);
      }),
    );
    return all;
  }
}

/** @param {RTCPeerConnection|undefined} connection */
function levelOf(connection) {
  const receiver = connection?.getReceivers().find((one) => one.track.kind === "audio");
  return loudness(receiver?.getSynchronizationSources?.()[0]?.audioLevel ?? 0);
}

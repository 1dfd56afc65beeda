import { LOWEST, lowered, shareBandwidth } from "./bandwidth.js";
import { Ladder } from "./ladder.js";

/** So much of what we send is lost on the way: less may get through better. */
const LOSS = 0.06;
/** From so many links on, a new one begins small: many encoders that start at once would hold up the connecting itself. */
const MANY = 3;
const GENTLE = 2;

/**
 * What each link may send now: the share by the number of peers, less while the network to one or this device has trouble.
 * @typedef {import("./bandwidth.js").Budget} Budget
 * @typedef {import("./stats.js").LinkStats} LinkStats
 */
export class Shares {
  /** @type {Map<string, Ladder>} */
  #links = new Map();
  #device;
  #clock;
  #cores;
  #budget = shareBandwidth({ peers: 1, sharing: false });

  /** @param {{clock: import("../browser/clock.js").Clock, cores?: number}} options */
  constructor({ clock, cores = globalThis.navigator?.hardwareConcurrency ?? 4 }) {
    this.#clock = clock;
    this.#cores = cores;
    this.#device = new Ladder({ lowest: LOWEST, now: clock.now() });
  }

  /** @param {{ids: string[], sharing: boolean, lowPower: boolean}} facts */
  plan({ ids, sharing, lowPower }) {
    for (const id of this.#links.keys()) if (!ids.includes(id)) this.#links.delete(id);
    const level = ids.length >= MANY ? GENTLE : 0;
    for (const id of ids) if (!this.#links.has(id)) this.#links.set(id, new Ladder({ lowest: LOWEST, level, now: this.#clock.now() }));
    this.#budget = shareBandwidth({ peers: ids.length, sharing, lowPower });
  }

  /** @param {Map<string, LinkStats>} stats of the last seconds */
  adapt(stats) {
    const now = this.#clock.now();
    const all = [...stats.values()];
    this.#device.update(isStrained(all, this.#budget.camera.maxFramerate ?? 30, this.#cores), now);
    for (const [id, ladder] of this.#links) ladder.update((stats.get(id)?.lossUp ?? 0) > LOSS, now);
  }

  /** @param {string} id @returns {Budget} */
  of(id) {
    return lowered(this.#budget, Math.max(this.#device.level, this.#links.get(id)?.level ?? 0));
  }
}

/**
 * Whether this device falls behind: its encoders say so, or the time they take for a picture would not do for all the
 * pictures that are wanted. @param {LinkStats[]} all @param {number} framerate @param {number} cores
 */
export function isStrained(all, framerate, cores) {
  if (all.some((one) => one.cpuLimited)) return true;
  const busy = all.reduce((sum, { encodeMs }) => sum + ((encodeMs ?? 0) * framerate) / 1000, 0);
  return busy > Math.max(1, cores / 4);
}

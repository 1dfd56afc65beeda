import { LOWEST, captureFor, lowered, shareBandwidth } from "./bandwidth.js";
import { Ladder } from "./ladder.js";

/** So much of what we send is lost on the way: less may get through better. */
const LOSS = 0.06;
/** From so many links on, a new one begins small: many encoders that start at once would hold up the connecting itself. */
const MANY = 3;
const GENTLE = 3;
/** The page answers so late that a person notices. */
export const LATE_MS = 80;
/** So late that there is nothing left for more. */
const TIGHT_MS = 25;

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
    const now = this.#clock.now();
    const level = ids.length >= MANY ? GENTLE : 0;
    const added = ids.filter((id) => !this.#links.has(id));
    for (const id of added) this.#links.set(id, new Ladder({ lowest: LOWEST, level, now }));
    // A busy device makes room for whoever comes; one at ease leaves the others their picture.
    if (added.length && level > 0 && !this.#device.atEase) this.#device.stepAside(level, now);
    this.#budget = shareBandwidth({ peers: ids.length, sharing, lowPower });
  }

  /** @param {Map<string, LinkStats>} stats of the last seconds @param {number} [lateMs] how late the page did what was due */
  adapt(stats, lateMs = 0) {
    const now = this.#clock.now();
    const device = deviceHealth({ stats: [...stats.values()], lateMs, framerate: this.#budget.camera.maxFramerate ?? 30, cores: this.#cores });
    this.#device.update(device, now);
    for (const [id, ladder] of this.#links) ladder.update((stats.get(id)?.lossUp ?? 0) > LOSS ? "trouble" : device === "ease" ? "ease" : "busy", now);
  }

  /** How the camera is taken now. */
  get capture() {
    return captureFor([...this.#links.keys()].map((id) => this.of(id)));
  }

  /** @param {string} id @returns {Budget} */
  of(id) {
    return lowered(this.#budget, Math.max(this.#device.level, this.#links.get(id)?.level ?? 0));
  }
}

/**
 * How this device keeps up: it is in trouble when its encoders say so, when the time they take for a picture would not do for all the
 * pictures that are wanted, or when the page is late; and at ease when there is much left of all that.
 * @param {{stats: LinkStats[], lateMs: number, framerate: number, cores: number}} facts @returns {import("./ladder.js").Health}
 */
export function deviceHealth({ stats, lateMs, framerate, cores }) {
  const part = stats.reduce((sum, { encodeMs }) => sum + ((encodeMs ?? 0) * framerate) / 1000, 0) / Math.max(1, cores / 4);
  if (stats.some((one) => one.cpuLimited) || part > 1 || lateMs > LATE_MS) return "trouble";
  return part > 0.5 || lateMs > TIGHT_MS ? "busy" : "ease";
}

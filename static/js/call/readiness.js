import { Edges } from "../peers/edges.js";

/** While a path is brought up, how far it is, so often; later, when all is well, less often. */
const LOOK_MS = 200;
const LOOK_LATER_MS = 1_000;

/**
 * @typedef {object} ReadinessOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {() => import("../peers/edges.js").Sender[]} others everybody else in the room
 * @property {(id: string) => import("../peers/edges.js").Wanted} wanted what of somebody's pictures is to come
 * @property {(ready: {epoch: number, edges: string[]}) => Promise<unknown>} tell
 */

/** Watches a path that is brought up, and tells the room from whom media is decoded on it. */
export class Readiness {
  #options;
  #edges = new Edges();
  /** @type {import("./live-path.js").LivePath|null} */
  #live = null;
  /** @type {unknown} */
  #timer = null;

  /** @param {ReadinessOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {import("./live-path.js").LivePath|null} live null when none is brought up */
  follow(live) {
    if (live === this.#live) return;
    this.#live = live;
    this.#edges = new Edges();
    this.#options.clock.clearTimeout(this.#timer);
    if (live) this.#plan(live, LOOK_MS);
  }

  /** The room may have forgotten what it was told. */
  again() {
    this.#edges.told([]);
  }

  /** @param {import("./live-path.js").LivePath} live @param {number} ms */
  #plan(live, ms) {
    if (this.#live === live) this.#timer = this.#options.clock.setTimeout(() => void this.#look(live), ms);
  }

  /** @param {import("./live-path.js").LivePath} live */
  async #look(live) {
    const { others, wanted, tell } = this.#options;
    const edges = this.#edges;
    const progress = await live.path.progress();
    if (this.#live !== live) return;
    const people = others();
    const list = edges.update(people, progress, wanted);
    if (list) await tell({ epoch: live.way.epoch, edges: list }).then(() => edges.told(list), () => undefined);
    this.#plan(live, edges.holds(people.map((one) => one.id)) ? LOOK_LATER_MS : LOOK_MS);
  }
}

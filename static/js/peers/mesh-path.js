import { loudness } from "../media/level-meter.js";
import { Peers } from "./peers.js";
import { slotsOf } from "./slots.js";
import { readStats } from "./stats.js";

/** @typedef {import("./stats.js").LinkStats} LinkStats */
/** @typedef {import("./stats.js").Counters} Counters */

/** The mesh as one of the paths that a call can take. */
export class MeshPath extends Peers {
  mode = /** @type {const} */ ("mesh");

  get connections() {
    return this.ids.flatMap((id) => this.link(id)?.connection ?? []);
  }

  /** Its links begin when the room says who is here. */
  start() {}

  /** @param {string} id @param {LinkStats|null} [stats] @returns {import("../call/call-state.js").LinkState} */
  linkOf(id, stats = null) {
    return { state: this.link(id)?.state ?? "new", path: stats?.path ?? null };
  }

  /** @param {string} id @returns {import("./slots.js").Tracks} */
  received(id) {
    return this.link(id)?.received ?? { microphone: null, camera: null, screen: null, screenAudio: null };
  }

  /** How loud somebody is now, 0 to 1. @param {string} id */
  level(id) {
    const receiver = this.link(id)?.connection.getReceivers().find((one) => one.track.kind === "audio");
    return loudness(receiver?.getSynchronizationSources?.()[0]?.audioLevel ?? 0);
  }

  /** @param {Map<string, Counters>} memory @param {number} now @returns {Promise<Map<string, LinkStats>>} */
  async measure(memory, now) {
    /** @type {Map<string, LinkStats>} */
    const all = new Map();
    await Promise.all(
      this.ids.map(async (id) => {
        const report = await this.#report(id);
        if (!report) return;
        const { stats, counters } = readStats(report, memory.get(id) ?? null, now);
        memory.set(id, counters);
        all.set(id, stats);
      }),
    );
    return all;
  }

  /** How far each link has come, for the one who waits to go over to them. @returns {Promise<Map<string, import("./edges.js").Progress>>} */
  async progress() {
    const each = await Promise.all(this.ids.map(async (id) => /** @type {const} */ ([id, await this.#progressOf(id)])));
    return new Map(each);
  }

  /** @param {string} id @returns {Promise<import("./edges.js").Progress>} */
  async #progressOf(id) {
    const connection = this.link(id)?.connection;
    const report = (await this.#report(id)) ?? [];
    const slots = connection ? slotsOf(connection) : {};
    const of = (/** @type {import("./slots.js").Slot} */ slot) => report.find((one) => one.type === "inbound-rtp" && one.mid === slots[slot]?.mid);
    return {
      up: connection?.connectionState === "connected",
      audio: of("microphone")?.packetsReceived ?? 0,
      camera: of("camera")?.framesDecoded ?? 0,
      screen: of("screen")?.framesDecoded ?? 0,
    };
  }

  /** @param {string} id @returns {Promise<any[]|null>} */
  async #report(id) {
    const link = this.link(id);
    if (!link || link.state === "new") return null;
    const report = await link.connection.getStats().catch(() => null);
    return report ? [.../** @type {any} */ (report).values()] : null;
  }
}

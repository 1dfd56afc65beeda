import { RemoteStreams } from "../peers/streams.js";

/**
 * One way that media can take, as the call sees it: `peers/mesh-path.js` or `peers/sfu.js`.
 * @typedef {import("../peers/mesh-path.js").MeshPath|import("../peers/sfu.js").Sfu} Path
 * @typedef {import("../peers/streams.js").StreamKind} StreamKind
 * @typedef {import("../peers/stats.js").LinkStats} LinkStats
 * @typedef {import("../peers/stats.js").Counters} Counters
 */

/** A path that is up or comes up, and the streams that come over it: each path has its own, so that both can be on the screen at once. */
export class LivePath {
  #streams = new RemoteStreams();
  /** @type {Record<string, Map<string, Counters>>} */
  #counters = {};

  /** @param {Path} path @param {import("../peers/path-switch.js").Way} way @param {number} openedAt */
  constructor(path, way, openedAt) {
    this.path = path;
    this.openedAt = openedAt;
    this.way = way;
    /** What comes from before is of another path. */
    this.born = way.epoch;
    /** Our pictures stay on the path that plays until the room has gone over. */
    this.voicesOnly = false;
  }

  /** @param {import("../peers/slots.js").Tracks} tracks what we send */
  feed(tracks) {
    this.path.setTracks(this.voicesOnly ? { ...tracks, camera: null, screen: null } : tracks);
  }

  /** @param {string} id @param {StreamKind} kind */
  streamOf(id, kind) {
    return this.#streams.of(id, kind);
  }

  /** What somebody sends, as far as it is on. @param {{id: string, videoOn: boolean, screenSharing: boolean}} person */
  arrange(person) {
    return this.#streams.arrange(person.id, this.path.received(person.id), person);
  }

  /** @param {string} id */
  drop(id) {
    return this.#streams.drop(id);
  }

  /** @param {"short"|"long"} memory over which time rates are @param {number} now @returns {Promise<Map<string, LinkStats>>} */
  measure(memory, now) {
    const counters = (this.#counters[memory] ??= new Map());
    for (const id of counters.keys()) if (!this.path.ids.includes(id)) counters.delete(id);
    return this.path.measure(counters, now);
  }
}

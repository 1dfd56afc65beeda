import { Tap } from "../peers/tap.js";

/** A snapshot says nothing of extra copies: the word about them follows. */
const AFTER_SNAPSHOT_MS = 1_000;

/**
 * @typedef {object} TapsOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../media/media.js").LocalMedia} media
 * @property {(type: string, fields: Record<string, unknown>) => Promise<any>} request
 * @property {() => import("./call-state.js").CallState} state of the call now
 */

/** This person's extra copy to the server, while the server hears them beside a mesh. */
export class Taps {
  #options;
  /** @type {Tap|null} */
  #tap = null;
  /** @type {RTCIceServer[]} */
  #iceServers = [];
  /** @type {unknown} */
  #timer = null;

  /** @param {TapsOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {RTCIceServer[]} servers */
  setIceServers(servers) {
    this.#iceServers = servers;
  }

  /** Begins, changes or ends it, as the server says. */
  ensure() {
    const { clock, RTCPeerConnection, media, request, state } = this.#options;
    const { taps, you, phase } = state();
    clock.clearTimeout(this.#timer);
    const own = phase === "joined" ? taps.list.find((one) => one.participantId === you?.id) : undefined;
    if (!own || taps.epoch === null) return this.close();
    if (this.#tap) {
      this.#tap.epoch = taps.epoch;
      return this.#tap.setSources(own.sources);
    }
    this.#tap = new Tap({ epoch: taps.epoch, clock, RTCPeerConnection, request, iceServers: () => this.#iceServers, sources: own.sources });
    this.#tap.setTracks(media.tracks);
    this.#tap.start();
  }

  /** What is there goes on until it is known whether it should. */
  afterSnapshot() {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => this.ensure(), AFTER_SNAPSHOT_MS);
  }

  /** Our devices are others now. */
  feed() {
    this.#tap?.setTracks(this.#options.media.tracks);
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event @returns {boolean} whether it was for the extra copy alone */
  receive(event) {
    return this.#tap?.receive(event) ?? false;
  }

  /** Our signalling was away and is back. */
  resync() {
    this.#tap?.resync();
  }

  close() {
    this.#options.clock.clearTimeout(this.#timer);
    this.#tap?.close();
    this.#tap = null;
  }
}

/** TURN credentials live a few minutes only. */
export const FRESH_MS = 4 * 60_000;

/** The STUN and TURN servers of this call: asked for anew, once for all links, when the credentials are about to die. */
export class IceServers {
  #servers;
  #since;
  #clock;
  #ask;
  /** @type {Promise<RTCIceServer[]>|null} */
  #asking = null;

  /** @param {{first: RTCIceServer[], since?: number, clock: import("../browser/clock.js").Clock, ask: () => Promise<RTCIceServer[]>}} options */
  constructor({ first, clock, since = clock.now(), ask }) {
    this.#servers = first;
    this.#clock = clock;
    this.#since = since;
    this.#ask = ask;
  }

  /** The last known. */
  get last() {
    return this.#servers;
  }

  get stale() {
    return this.#clock.now() - this.#since >= FRESH_MS;
  }

  /** @param {RTCIceServer[]} servers */
  set(servers) {
    this.#servers = servers;
    this.#since = this.#clock.now();
  }

  /** Fresh enough to use now. @returns {Promise<RTCIceServer[]>} */
  fresh() {
    if (!this.stale) return Promise.resolve(this.#servers);
    this.#asking ??= this.#ask()
      .then((servers) => {
        this.set(servers);
        return servers;
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }
}

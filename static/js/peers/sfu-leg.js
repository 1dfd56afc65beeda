import { systemClock } from "../browser/clock.js";
import { Healing } from "./healing.js";
import { Steps } from "./steps.js";

/** What the server says of a silence that is known already is no news. */
const KNOWN_MS = 4_000;

/**
 * @typedef {import("../call/call-state.js").LinkState["state"]} State
 * @typedef {object} LegOptions
 * @property {number} epoch
 * @property {(type: string, fields: Record<string, unknown>) => Promise<any>} request sends a command
 * @property {() => RTCIceServer[]} iceServers
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../browser/clock.js").Clock} [clock]
 */

/** One of the two connections to the server: how it is, and when its way is looked for anew. Dispatches `state`. */
export class Leg extends EventTarget {
  /** @type {State} */
  state = "new";
  closed = false;
  /** @type {RTCPeerConnection|null} */
  pc = null;
  steps = new Steps();
  options;
  clock;
  healing;
  #silentAt = -Infinity;

  /** @param {LegOptions} options */
  constructor(options) {
    super();
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.healing = new Healing({
      clock: this.clock,
      polite: false,
      state: () => this.state,
      tell: (state) => this.setState(state),
      heal: () => this.steps.run(() => this.healNow()),
    });
  }

  get up() {
    return this.pc?.connectionState === "connected";
  }

  build() {
    const Connection = this.options.RTCPeerConnection ?? RTCPeerConnection;
    const pc = new Connection({ iceServers: this.options.iceServers(), bundlePolicy: "max-bundle" });
    this.pc = pc;
    const look = () => {
      if (this.pc === pc && !this.closed) this.healing.onConnection(pc);
    };
    pc.onconnectionstatechange = look;
    pc.oniceconnectionstatechange = look;
    this.setState("connecting");
    return pc;
  }

  /** A restart of ICE; each leg has its own way to ask for one. @returns {Promise<unknown>|void} */
  healNow() {}

  /** Looks for a new way: the connection, its tracks and its keys stay. */
  restart() {
    if (!this.closed && this.pc) this.healing.restart();
  }

  /** Nothing comes any more, though the browser does not know it yet. */
  onSilent() {
    if (!this.up) return;
    this.#silentAt = this.clock.now();
    this.setState("restarting");
    this.restart();
  }

  /** Something comes again. */
  onHeard() {
    if (this.pc && this.up) this.healing.onConnection(this.pc);
  }

  /** The server hears nothing of us. To begin anew while another way is being looked for would only throw that one away. */
  onLost() {
    if (this.clock.now() - this.#silentAt > KNOWN_MS) this.restart();
  }

  /** Packets that have come so far; null while it is not up. */
  async packets() {
    const report = this.up ? await this.pc?.getStats().catch(() => null) : null;
    if (!report) return null;
    for (const one of /** @type {any} */ (report).values()) if (one.type === "transport") return /** @type {number} */ (one.packetsReceived ?? 0);
    return null;
  }

  dismantle() {
    const { pc } = this;
    this.pc = null;
    if (!pc) return;
    pc.onconnectionstatechange = pc.oniceconnectionstatechange = pc.onnegotiationneeded = null;
    pc.close();
  }

  close() {
    this.closed = true;
    this.steps.end();
    this.healing.stop();
    this.dismantle();
  }

  /** @param {State} state */
  setState(state) {
    if (this.state === state || this.closed) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

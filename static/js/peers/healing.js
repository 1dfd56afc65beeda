import { PATIENCE_MS, RESTARTS_BEFORE_REBUILD, Restarts } from "./restarts.js";

/**
 * Watches over the path of one connection: when it breaks, decides when ICE is restarted and when that has led nowhere.
 *
 * @typedef {import("../call/call-state.js").LinkState["state"]} State
 * @typedef {object} HealingOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {boolean} polite
 * @property {() => State} state of the link now
 * @property {(state: State) => void} tell
 * @property {() => void} heal the moment for a restart has come
 */
export class Healing {
  #options;
  #clock;
  #restarts = new Restarts();
  /** @type {Record<"patience"|"restart", unknown>} */
  #timers = { patience: null, restart: null };

  /** @param {HealingOptions} options */
  constructor(options) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** So many restarts were in vain that the connection itself has to go. */
  get exhausted() {
    return this.#restarts.count > RESTARTS_BEFORE_REBUILD;
  }

  /** @param {Pick<RTCPeerConnection, "connectionState"|"iceConnectionState">} connection whose state has changed */
  onConnection({ connectionState, iceConnectionState }) {
    if (connectionState === "connected") this.#onConnected();
    else if (connectionState === "failed" || iceConnectionState === "failed") {
      this.#options.tell(this.#restarts.count >= RESTARTS_BEFORE_REBUILD ? "failed" : "restarting");
      this.restart();
    } else if (iceConnectionState === "disconnected") {
      this.#options.tell("restarting");
      // The polite one waits a little longer: two restarts at once would only collide.
      this.#timers.patience ??= this.#clock.setTimeout(() => this.#onPatience(), PATIENCE_MS + (this.#options.polite ? 1_000 : 0));
    }
  }

  /** Asks for a restart; many wishes in a short time are one. */
  restart() {
    this.#clock.clearTimeout(this.#timers.restart);
    this.#timers.restart = this.#clock.setTimeout(() => this.#options.heal(), this.#restarts.wait(this.#clock.now()));
  }

  /** A restart begins now. */
  began() {
    this.#restarts.began(this.#clock.now());
  }

  /** A restart that leads nowhere tells nobody: look again. */
  lookAgain() {
    this.#timers.patience ??= this.#clock.setTimeout(() => this.#onPatience(), this.#restarts.wait(this.#clock.now()) + PATIENCE_MS);
  }

  /** There is another connection now: nothing was in vain yet. */
  begin() {
    this.#restarts.succeeded();
  }

  stop() {
    for (const timer of Object.values(this.#timers)) this.#clock.clearTimeout(timer);
  }

  #onConnected() {
    this.stop();
    this.#timers.patience = null;
    this.#restarts.succeeded();
    this.#options.tell("connected");
  }

  #onPatience() {
    this.#timers.patience = null;
    if (this.#options.state() === "restarting") this.restart();
  }
}

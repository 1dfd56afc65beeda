import { Acks } from "./acks.js";
import { systemClock } from "../browser/clock.js";
import { bearsFewLinks } from "../browser/device.js";
import { CommandError, SUBPROTOCOL } from "./protocol.js";
import { Pulse } from "./pulse.js";
import { afterRefusal, backOff, mayResume } from "./reconnect.js";
import { DEADLINE_MS, Requests } from "./requests.js";

const OPEN_WITHIN_MS = 6_000;
const MAX_FRAME_BYTES = 64 * 1024;
/** Before there ever was a connection: more tries than this and the person should know. */
const FIRST_TRIES = 6;

/**
 * @typedef {{token: string, displayName?: string}} Hello
 * @typedef {{resumeToken: string, fresh?: boolean}} Resume
 * @typedef {{attempt: number, retryAt: number}} Retry
 * @typedef {{code: string, message: string, closeCode: number}} Closing
 * @typedef {object} SocketOptions
 * @property {string} url
 * @property {() => Promise<Hello|null>} [rejoin] a new join token once the old participant is gone; null ends it
 * @property {typeof WebSocket} [WebSocket]
 * @property {import("../browser/clock.js").Clock} [clock]
 * @property {() => number} [random]
 * @property {EventTarget|null} [network] where `online` and `offline` are dispatched
 */

/**
 * The connection `greenroom.v1`: says hello, resumes after every break, and gives each event exactly once.
 * Dispatches `event` (detail: the event), `started` (detail: `{state, participantId, snapshot, how: "hello"|"resume"}`), `status` (detail: a `Retry`
 * while the connection is away, null when it is there) and, once, `closed` (detail: a `Closing`).
 */
export class Socket extends EventTarget {
  /** @type {"idle"|"opening"|"starting"|"online"|"away"|"closed"} */
  #stage = "idle";
  /** @type {WebSocket|null} */
  #ws = null;
  /** @type {Hello|null} */
  #hello = null;
  /** @type {string|null} */
  #resumeToken = null;
  #fresh = false;
  #everStarted = false;
  #awaitsSnapshot = true;
  #attempt = 0;
  /** @type {number|null} the server's own wish for the next delay */
  #wishedDelay = null;
  /** @type {unknown} */
  #timer = null;
  /** What the end of the back-off does. */
  #next = () => {};
  #options;
  #clock;
  #requests;
  #acks;
  #pulse;
  #onOnline = () => this.retryNow();
  #onOffline = () => this.probe();

  /** @param {SocketOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.url = options.url;
    this.#clock = options.clock ?? systemClock;
    this.#requests = new Requests(this.#clock);
    this.#acks = new Acks(this.#clock, (seq) => this.#send({ type: "ack", seq }));
    this.#pulse = new Pulse({ clock: this.#clock, ask: () => this.#ping(), dead: () => this.#lost(1006) });
    const network = this.#network;
    network?.addEventListener("online", this.#onOnline);
    network?.addEventListener("offline", this.#onOffline);
  }

  get #network() {
    return this.#options.network === undefined ? globalThis.window ?? null : this.#options.network;
  }

  get lastSeq() {
    return this.#acks.lastSeq;
  }

  /** @param {Hello|Resume} opening */
  start(opening) {
    if ("token" in opening) this.#hello = opening;
    else {
      this.#resumeToken = opening.resumeToken;
      this.#fresh = opening.fresh ?? false;
    }
    this.#open();
  }

  /** @param {string} type @param {Record<string, unknown>} [fields] @returns {Promise<any>} the reply */
  request(type, fields = {}) {
    if (this.#stage === "closed") return Promise.reject(new CommandError({ code: "closed", message: "The call is over." }));
    const frame = JSON.stringify(fields);
    if (frame.length > MAX_FRAME_BYTES / 4 && new TextEncoder().encode(frame).length > MAX_FRAME_BYTES - 256) {
      return Promise.reject(new CommandError({ code: "too_long", message: "That is more than fits into one message." }));
    }
    return this.#requests.add(type, fields, this.#stage === "online" ? (f) => this.#send(f) : null);
  }

  /** Ends it for good. */
  close() {
    this.#end(1000, { code: "closed", message: "The call is over." });
  }

  /** Doesn't wait for the back-off to pass: the network is back, or the person asks. */
  retryNow() {
    if (this.#stage !== "away") return this.probe();
    this.#clock.clearTimeout(this.#timer);
    this.#next();
  }

  /** Is anybody there still? */
  probe() {
    if (this.#stage === "online") this.#pulse.probe();
  }

  #open() {
    this.#clock.clearTimeout(this.#timer);
    this.#stage = "opening";
    const WebSocketClass = this.#options.WebSocket ?? WebSocket;
    const ws = new WebSocketClass(this.url, SUBPROTOCOL);
    this.#ws = ws;
    // Handlers of a socket that was given up must not speak for its successor.
    const current = (/** @type {(event: any) => void} */ run) => (/** @type {any} */ event) => {
      if (this.#ws === ws) run(event);
    };
    ws.onopen = current(() => this.#sayHello());
    ws.onmessage = current((event) => this.#receive(event.data));
    ws.onclose = current((event) => this.#lost(event.code, event.reason));
    this.#timer = this.#clock.setTimeout(() => this.#lost(1006), OPEN_WITHIN_MS);
  }

  #sayHello() {
    this.#stage = "starting";
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#lost(1006), DEADLINE_MS);
    const resume = { type: "resume", resumeToken: this.#resumeToken, lastSeq: this.lastSeq, fresh: this.#fresh || undefined };
    const capabilities = bearsFewLinks() ? ["mesh", "few_links"] : ["mesh"];
    const hello = { type: "hello", ...this.#hello, capabilities };
    this.#send({ ...(this.#resumeToken ? resume : hello), ref: 0 });
  }

  /** @param {unknown} data */
  #receive(data) {
    const message = parse(data);
    if (!message) return this.#lost(1006);
    if (this.#stage === "online") this.#pulse.beat();
    if (message.type !== "reply") return this.#take(message);
    if (message.ref === 0) return message.ok ? this.#started(message) : this.#refused(message.error);
    this.#requests.settle(message);
  }

  /** @param {any} reply */
  #started(reply) {
    this.#clock.clearTimeout(this.#timer);
    const snapshot = !reply.replayed;
    this.#awaitsSnapshot = snapshot;
    const how = this.#resumeToken ? "resume" : "hello";
    if (how === "hello") this.#acks.restart(0);
    this.#fresh = false;
    this.#everStarted = true;
    this.#attempt = 0;
    this.#stage = "online";
    this.#pulse.beat();
    this.#tell("status", null);
    this.#tell("started", { state: reply.state, participantId: reply.participantId, snapshot, how });
    this.#requests.flush((frame) => this.#send(frame));
  }

  /** @param {import("./protocol.js").CommandFailure} error */
  #refused(error) {
    const next = afterRefusal(error.code);
    if (next === "end" || (next === "rejoin" && !this.#options.rejoin)) return this.#end(1000, error);
    this.#wishedDelay = error.retryInMs ?? null;
    this.#abandon();
    if (next === "retry") return this.#away();
    this.#resumeToken = null;
    this.#rejoin();
  }

  async #rejoin() {
    this.#stage = "away";
    this.#next = () => {};
    try {
      const hello = (await this.#options.rejoin?.()) ?? null;
      if (this.#stage !== "away") return;
      if (!hello) return this.#end(1000, { code: "resume_expired", message: "The room did not wait any longer." });
      this.#hello = hello;
      this.#open();
    } catch (error) {
      if (this.#stage !== "away") return;
      const { code = "internal", message = String(error), status = 0 } = /** @type {any} */ (error);
      if (status >= 400 && status < 500 && status !== 429) return this.#end(1000, { code, message });
      this.#away(() => this.#rejoin());
    }
  }

  /** @param {any} event */
  #take(event) {
    const isSnapshot = event.type === "welcome" || event.type === "waiting";
    if (isSnapshot && event.resumeToken) this.#resumeToken = event.resumeToken;
    if (event.type === "server_draining") this.#onDraining(event);
    if (typeof event.seq === "number") {
      if (this.#awaitsSnapshot && isSnapshot) {
        this.#awaitsSnapshot = false;
        this.#acks.restart(event.seq - 1);
      }
      if (event.seq <= this.lastSeq) return;
      // A gap can't be: better the whole truth by a resume than a part of it.
      if (event.seq > this.lastSeq + 1 && !this.#awaitsSnapshot) return this.#lost(1006);
      this.#acks.arrived(event.seq);
    }
    this.#tell("event", event);
  }

  /** @param {{reconnectTo?: string, retryInMs: number}} event */
  #onDraining({ reconnectTo, retryInMs }) {
    if (reconnectTo) this.url = reconnectTo;
    this.#wishedDelay = retryInMs;
  }

  /** @param {number} code @param {string} [reason] */
  #lost(code, reason = "") {
    if (this.#stage === "closed" || this.#stage === "away") return;
    const resumable = mayResume(code) || (code === 4401 && this.#everStarted);
    if (!resumable) return this.#end(code, { code: `close_${code}`, message: reason });
    this.#abandon();
    if (!this.#everStarted && this.#attempt + 1 >= FIRST_TRIES) return this.#end(code, { code: "offline", message: "The server can't be reached." });
    this.#away();
  }

  /** Forgets the socket without waiting for its closing handshake, which a dead network never finishes. */
  #abandon() {
    const ws = this.#ws;
    this.#ws = null;
    this.#pulse.stop();
    this.#acks.stop();
    this.#clock.clearTimeout(this.#timer);
    this.#requests.suspend();
    try {
      ws?.close();
    } catch {
      // It was never open.
    }
  }

  /** @param {() => void} [then] */
  #away(then = () => this.#open()) {
    this.#stage = "away";
    this.#attempt += 1;
    const own = backOff(this.#attempt, (this.#options.random ?? Math.random)());
    const delay = this.#wishedDelay === null ? own : Math.max(own, Math.min(this.#wishedDelay, 30_000));
    this.#wishedDelay = null;
    this.#tell("status", { attempt: this.#attempt, retryAt: this.#clock.now() + delay });
    this.#next = then;
    this.#timer = this.#clock.setTimeout(then, delay);
  }

  /** @param {number} closeCode @param {{code: string, message: string}} why */
  #end(closeCode, { code, message }) {
    if (this.#stage === "closed") return;
    this.#stage = "closed";
    this.#abandon();
    this.#requests.failAll("closed", message || "The call is over.");
    this.#network?.removeEventListener("online", this.#onOnline);
    this.#network?.removeEventListener("offline", this.#onOffline);
    this.#tell("closed", { code, message, closeCode });
  }

  #ping() {
    // Any frame is a sign of life, the reply to this one among them.
    this.request("ping").catch(() => undefined);
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#ws?.readyState === 1) this.#ws.send(JSON.stringify(frame));
  }

  /** @param {string} type @param {unknown} detail */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {unknown} data @returns {any} null when it is not a message of this protocol */
function parse(data) {
  try {
    const message = JSON.parse(String(data));
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}

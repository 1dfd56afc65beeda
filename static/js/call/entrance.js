import { guestToken, keepGuestToken } from "../browser/storage.js";
import { joinRoom, signedIn } from "../rest/api.js";
import { CommandError } from "../signalling/protocol.js";
import { Socket } from "../signalling/socket.js";

/**
 * @typedef {{displayName?: string, password?: string}} Who
 * @typedef {object} EntranceOptions
 * @property {string} roomCode
 * @property {import("../browser/clock.js").Clock} clock
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof import("../rest/api.js").joinRoom} [joinRoom]
 * @property {() => boolean} wasInside whoever was may come back under the same name
 * @property {() => boolean} settled the server has said whether we are inside or wait
 * @property {(token: string) => void} onToken a fresh token of the room
 * @property {(started: {how: "hello"|"resume", snapshot: boolean}) => void} onStarted
 * @property {(event: import("../signalling/protocol.js").ServerEvent) => void} onEvent
 * @property {(reconnect: import("../signalling/socket.js").Retry|null) => void} onStatus
 * @property {(failure: {code: string, message: string}) => void} onClosed for good
 */

/** The way into a room: the grant, the socket, and the way back in. */
export class Entrance {
  #options;
  /** @type {Socket|null} */
  #socket = null;
  /** @type {Who} */
  #who = {};

  /** @param {EntranceOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get isOpen() {
    return this.#socket !== null;
  }

  /** Resolves once inside or waiting. @param {Who} who */
  async enter(who) {
    this.#who = who;
    const grant = await this.grant();
    await this.#connect(grant.signalUrl, { token: grant.token, displayName: who.displayName });
  }

  /** Goes on where a page was that is gone. @param {string} resumeToken */
  async resume(resumeToken) {
    await this.#connect(null, { resumeToken, fresh: true });
  }

  /** The name by which the room knows us. @param {string} displayName */
  isCalled(displayName) {
    this.#who = { ...this.#who, displayName };
  }

  async grant() {
    const { joinRoom: join = joinRoom, roomCode, onToken } = this.#options;
    const grant = await join(roomCode, this.#who, { guestToken: signedIn() ? null : guestToken(roomCode) });
    if (grant.guestToken) keepGuestToken(roomCode, grant.guestToken);
    onToken(grant.token);
    return grant;
  }

  /** @param {string} type @param {Record<string, unknown>} fields */
  request(type, fields) {
    if (!this.#socket) return Promise.reject(new CommandError({ code: "not_in_room", message: "You are not in the room." }));
    return this.#socket.request(type, fields);
  }

  retryNow() {
    this.#socket?.retryNow();
  }

  close() {
    this.#socket?.close();
  }

  /** So that it can be tried again. */
  giveUp() {
    this.close();
    this.#socket = null;
  }

  /** @param {string|null} signalUrl @param {import("../signalling/socket.js").Hello|import("../signalling/socket.js").Resume} opening */
  #connect(signalUrl, opening) {
    const { clock, WebSocket, settled, onStarted, onEvent, onStatus, onClosed } = this.#options;
    const url = new URL(signalUrl ?? "/api/v1/signal", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new Socket({ url: url.href, clock, WebSocket, rejoin: () => this.#rejoin() });
    this.#socket = socket;
    const on = (/** @type {string} */ type, /** @type {(detail: any) => void} */ run) => socket.addEventListener(type, (event) => run(/** @type {CustomEvent} */ (event).detail));
    return new Promise((resolve, reject) => {
      on("started", onStarted);
      on("closed", (failure) => {
        onClosed(failure);
        reject(new CommandError(failure));
      });
      on("event", (event) => {
        onEvent(event);
        if (settled()) resolve(undefined);
      });
      on("status", onStatus);
      socket.start(opening);
    });
  }

  /** The grace time was over: a clean new join, by the same name. */
  async #rejoin() {
    const { displayName } = this.#who;
    if (!this.#options.wasInside() || !displayName) return null;
    const { token } = await this.grant();
    return { token, displayName };
  }
}

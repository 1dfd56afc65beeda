import { initialState } from "./call-state.js";
import { systemClock } from "../browser/clock.js";
import { Commands } from "./commands.js";
import { LocalMedia } from "../media/media.js";
import { expire, nextExpiry } from "../room/room.js";
import { notice } from "../room/notice.js";
import { addPending, markSending } from "../room/chat.js";
import { uploadFile } from "../rest/api.js";
import { settings } from "../browser/storage.js";

/** While somebody writes, this often. */
const TYPING_EVERY_MS = 3_000;

/**
 * @typedef {import("./call-state.js").CallState} CallState
 * @typedef {object} CallOptions
 * @property {string} roomCode
 * @property {LocalMedia} [media] from the pre-join page; the call takes it over and releases it at its end
 * @property {import("../browser/clock.js").Clock} [clock]
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {typeof import("../rest/api.js").joinRoom} [joinRoom]
 */

/** The state of a call, and what people say and show in it. */
export class CallBase extends Commands {
  #told = false;
  /** @type {unknown} */
  #expiry = null;
  #typingAt = -Infinity;
  /** @type {string|null} for files */
  joinToken = null;
  /** Aborted when the call is over. */
  ended = new AbortController();

  /** @param {CallOptions} options */
  constructor(options) {
    super();
    this.roomCode = options.roomCode;
    this.clock = options.clock ?? systemClock;
    this.media = options.media ?? new LocalMedia();
    /** @type {CallState} */
    this.state = { ...initialState(), ...this.media.state, videoMode: settings().videoMode ?? "all" };
    this.onMediaChange = () => this.change(this.media.state);
    this.onReplaced = (/** @type {Event} */ event) => this.#tellReplaced(/** @type {CustomEvent} */ (event).detail);
    this.media.addEventListener("change", this.onMediaChange);
    this.media.addEventListener("replaced", this.onReplaced);
  }

  /** Replaces a part of the state; many in one turn are told as one `change`. @param {Partial<CallState>} part */
  change(part) {
    this.replace({ ...this.state, ...part });
  }

  /** @param {CallState} next */
  replace(next) {
    if (next === this.state) return;
    this.state = next;
    this.#planExpiry();
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.dispatchEvent(new Event("change"));
    });
  }

  #planExpiry() {
    this.clock.clearTimeout(this.#expiry);
    const due = nextExpiry(this.state);
    if (due === null) return;
    this.#expiry = this.clock.setTimeout(() => this.replace(expire(this.state, this.clock.now())), Math.max(0, due - this.clock.now()));
  }

  /** @param {boolean} on */
  async setMicrophone(on) {
    await this.media.setMicrophone(on);
    await this.publish();
  }

  /** @param {boolean} on */
  async setCamera(on) {
    await this.media.setCamera(on);
    await this.publish();
  }

  /** @param {boolean} on */
  async setScreen(on) {
    await this.media.setScreen(on);
    await this.publish();
  }

  /** Tells the room what our devices do now. */
  async publish() {}

  /** @param {"microphone"|"camera"|"speaker"} kind @param {string} deviceId */
  selectDevice(kind, deviceId) {
    return this.media.select(kind, deviceId);
  }

  /** Spares this device, in this meeting and later ones. @param {boolean} on */
  setLowPower(on) {
    return this.media.setLowPower(on);
  }

  /** @param {import("../media/media.js").Replaced} replaced */
  #tellReplaced({ kind, label }) {
    this.replace(notice(this.state, "device_replaced", { kind, device: label }, this.clock.now()));
  }

  /** @param {boolean} accept */
  async answerUnmute(accept) {
    const asked = this.state.unmuteRequest;
    this.change({ unmuteRequest: null });
    if (!asked || !accept) return;
    if (asked.kind === "audio") await this.setMicrophone(true);
    else if (asked.kind === "video") await this.setCamera(true);
    else await this.setScreen(true);
  }

  /**
   * The message is in `state.chat` at once, as pending. A file goes up first.
   * @param {string} text @param {{to?: string, replyTo?: string, file?: File|import("../signalling/protocol.js").SharedFile}} [how]
   */
  async sendChat(text, { to, replyTo, file } = {}) {
    const you = this.state.you;
    const shared = file instanceof File ? await this.upload(file) : file;
    const clientId = crypto.randomUUID();
    const message = { id: `pending-${clientId}`, from: you?.id ?? "", fromName: you?.displayName ?? "", text: text || shared?.name || "", sentAt: new Date(this.clock.now()).toISOString(), to, replyTo, clientId, file: shared };
    this.replace(addPending(this.state, message));
    this.#typingAt = -Infinity;
    return this.#deliver(message);
  }

  /** @param {string} clientId of a message that failed */
  retryChat(clientId) {
    const message = this.state.chat.find((one) => one.clientId === clientId && one.failed);
    if (!message) return Promise.resolve();
    this.replace(markSending(this.state, clientId, null));
    return this.#deliver(message);
  }

  /** @param {import("./call-state.js").ChatMessage} message */
  async #deliver({ clientId, text, to, replyTo, file }) {
    try {
      return await this.request("chat", { text, to, replyTo, clientId, fileId: file?.id });
    } catch (error) {
      const { code = "internal", message = String(error) } = /** @type {{code?: string, message?: string}} */ (error);
      this.replace(markSending(this.state, clientId, { code, message }));
      throw error;
    }
  }

  /**
   * Brings a file up, to be shared by `sendChat`; the end of the call gives it up.
   * @param {File} file @param {(part: number) => void} [onProgress] 0 to 1
   * @returns {Promise<import("../signalling/protocol.js").SharedFile>}
   */
  async upload(file, onProgress) {
    return uploadFile(this.state.room?.roomId ?? this.roomCode, file, this.joinToken ?? "", { onProgress, signal: this.ended.signal });
  }

  /** May be called at every key: the room is told now and then. @param {boolean} on */
  async setTyping(on) {
    const now = this.clock.now();
    if (on && now - this.#typingAt < TYPING_EVERY_MS) return;
    if (!on && this.#typingAt === -Infinity) return;
    this.#typingAt = on ? now : -Infinity;
    await this.request("typing", { typing: on }).catch(() => undefined);
  }

  dismissWarning() {
    this.change({ warning: null });
  }

  stopExpiry() {
    this.clock.clearTimeout(this.#expiry);
  }
}

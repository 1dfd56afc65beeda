import { CallBase } from "./call-base.js";
import { Chimes } from "./chimes.js";
import { endingOf, isFinal, isTurnedAway } from "./endings.js";
import { Entrance } from "./entrance.js";
import { OwnCopy } from "./own-copy.js";
import { OwnMedia } from "./own-media.js";
import { Paths } from "./paths.js";
import { apply } from "../room/room.js";
import { end } from "../room/session.js";
import { changeSettings, keepResumeToken, rememberRoom, resumeToken, settings } from "../browser/storage.js";
import { Tally } from "./tally.js";
import { chosenCodec } from "../peers/codecs.js";
import { Taps } from "./taps.js";
import { Watch } from "../peers/watch.js";

/** Without an answer to leaving, we are gone all the same. */
const LEAVE_WITHIN_MS = 1_500;

/** @typedef {import("./call-state.js").CallState} CallState */
/** @typedef {import("../peers/streams.js").StreamKind} StreamKind */

/**
 * One person's part in one room: owns the socket, the room's state, the links to the others and the devices.
 * `change` is dispatched at most once a microtask after `state` was replaced; `stream` (detail `{participantId, kind, hold}`) when
 * a stream appears, changes or goes: who needs a moment to show the new one gives `hold` a promise, and the old one plays until then. A call is for one meeting: a new one begins with a new `Call`.
 */
export class Call extends CallBase {
  #entrance;
  #own;
  #paths;
  #taps;
  #watch;
  #copy;
  #tally = new Tally();
  #chimes = new Chimes();
  #wasInside = false;
  /** @type {"hello"|"resume"} */
  #startedBy = "hello";
  #leaving = false;
  #graceSeconds = 30;
  /** @type {unknown} */
  #graceTimer = null;
  #onTracks = () => {
    this.#paths.feed();
    this.#taps.feed();
    this.#tellOwnStreams();
    this.#own.remember(this.state);
    this.#copy.follow();
    this.publish().catch(() => undefined);
  };

  /** @param {import("./call-base.js").CallOptions} options */
  constructor(options) {
    super(options);
    const { roomCode, clock, media } = this;
    this.#entrance = new Entrance({
      roomCode,
      clock,
      WebSocket: options.WebSocket,
      joinRoom: options.joinRoom,
      wasInside: () => this.#wasInside,
      settled: () => this.state.phase !== "connecting",
      onToken: (token) => (this.joinToken = token),
      onStarted: (started) => this.#onStarted(started),
      onEvent: (event) => this.#onEvent(event),
      onStatus: (reconnect) => this.#onStatus(reconnect),
      onClosed: (failure) => {
        if (this.#wasInside) this.#finish(endingOf(failure));
      },
    });
    this.#own = new OwnMedia({ roomCode, media, request: (type, fields) => this.request(type, fields) });
    this.#paths = new Paths({
      clock: this.clock,
      RTCPeerConnection: options.RTCPeerConnection,
      media: this.media,
      request: (type, fields) => this.request(type, fields),
      state: () => this.state,
      change: (part) => this.change(part),
      statsOf: (id) => this.#watch.stats.get(id) ?? null,
      codec: () => chosenCodec(settings().codec, this.state.room?.settings.videoCodec),
      onStream: (participantId, kind, hold) => this.#tellStream(participantId, kind, hold),
    });
    this.#taps = new Taps({
      clock: this.clock,
      RTCPeerConnection: options.RTCPeerConnection,
      media: this.media,
      request: (type, fields) => this.request(type, fields),
      state: () => this.state,
    });
    this.#watch = new Watch({
      clock: this.clock,
      paths: this.#paths,
      facts: () => this.#facts(),
      onVoices: (voices) => this.#onVoices(voices),
      onStats: (stats, lateMs) => {
        this.#paths.adapt(stats, lateMs);
        this.#paths.read();
      },
      onTelemetry: (telemetry) => void this.request("telemetry", /** @type {any} */ (telemetry)).catch(() => undefined),
    });
    this.#copy = new OwnCopy({
      clock: this.clock,
      media: this.media,
      request: (type, fields) => this.request(type, fields),
      state: () => this.state,
      token: (renew) => this.#token(renew),
    });
    this.media.addEventListener("tracks", this.#onTracks);
  }

  /**
   * Resolves once inside or waiting. A wrong password and the like reject with `{code, message}` and leave the phase at
   * `idle`, so the person can try again; a room that is not there, full or locked ends the call.
   * @param {{displayName?: string, password?: string}} who
   */
  async join(who) {
    if (this.state.phase === "connecting" || this.state.phase === "joined" || this.state.phase === "waiting") return;
    this.change({ phase: "connecting", ended: null });
    try {
      await this.#entrance.enter(who);
    } catch (error) {
      const failure = /** @type {{code: string, status?: number, message?: string}} */ (error);
      if (this.#leaving || this.state.phase === "ended") throw error;
      if (isFinal(failure)) this.#finish(endingOf(failure));
      else this.#backToIdle();
      throw error;
    }
  }

  /** After a reload: goes on where the page was. Resolves to false when there is nothing to go on with. */
  async resumeIfPossible() {
    const token = resumeToken(this.roomCode);
    if (!token || this.state.phase !== "idle") return false;
    this.#own.restored = true;
    this.change({ phase: "connecting" });
    try {
      await this.#entrance.resume(token);
      return true;
    } catch (error) {
      if (this.#leaving) return false;
      keepResumeToken(this.roomCode, null);
      this.#own.restored = false;
      // Whom a host turned away meanwhile learns that before they knock again.
      const failure = /** @type {{code: string, message?: string}} */ (error);
      if (isTurnedAway(failure)) this.#finish(endingOf(failure));
      else this.#backToIdle();
      return false;
    }
  }

  async leave() {
    if (this.#leaving || this.state.phase === "ended") return;
    this.#leaving = true;
    this.ended.abort();
    const inside = this.#entrance.isOpen && (this.state.phase === "joined" || this.state.phase === "waiting") && this.state.connection === "online";
    const answered = inside ? this.request("leave_room").catch(() => undefined) : Promise.resolve();
    // Nobody sees or hears us from here on, whatever the server says.
    this.#closeMedia();
    await Promise.race([answered, new Promise((resolve) => void this.clock.setTimeout(() => resolve(null), LEAVE_WITHIN_MS))]);
    this.#finish({ reason: "left", mayRejoin: true });
  }

  /** The page goes away without leaving the room: a later `resumeIfPossible` of another call goes on where this one was. */
  abandon() {
    if (this.state.phase === "ended" || this.#leaving) return;
    this.#leaving = true;
    this.#wasInside = false;
    this.#release();
  }

  /** @param {string} type @param {Record<string, unknown>} [fields] */
  request(type, fields = {}) {
    return this.#entrance.request(type, fields);
  }

  async publish() {
    await this.#own.publish();
  }

  /** Tries now to come back, without waiting for the back-off. */
  reconnectNow() {
    this.#entrance.retryNow();
  }

  /** Your own too; the sound of others is in the camera stream. @param {string} participantId @param {StreamKind} kind @returns {MediaStream|null} */
  streamOf(participantId, kind) {
    if (participantId !== this.state.you?.id) return this.#paths.streamOf(participantId, kind);
    if (kind === "camera") return this.media.state.camera.on ? this.media.preview : null;
    return this.media.state.screen.on ? this.media.screenPreview : null;
  }

  /** How loud somebody is now, 0 to 1. @param {string} participantId */
  level(participantId) {
    return this.#watch.levels[participantId] ?? 0;
  }

  /** @param {string} participantId @returns {import("../peers/stats.js").LinkStats|null} of the last 2 s; null for yourself and before there is any */
  stats(participantId) {
    return this.#watch.stats.get(participantId) ?? null;
  }

  /** What goes out to the server, with the sizes of the camera; null in a mesh, where each link has its own. */
  get ownStats() {
    return this.#paths.own;
  }

  /** What is on the screen, and how high in device pixels: of a server no more is asked. @param {import("../peers/subscription.js").Shown[]} shown @param {boolean} hidden the whole page is */
  show(shown, hidden) {
    this.#paths.show(shown, hidden);
  }

  /** Which of the others' pictures come, in this meeting and later ones. @param {import("../peers/subscription.js").VideoMode} videoMode */
  setVideoMode(videoMode) {
    changeSettings({ videoMode });
    this.change({ videoMode });
    this.#paths.subscribe();
    for (const { id } of this.state.participants) this.#paths.arrange(id);
  }

  /** @param {File} file @param {(part: number) => void} [onProgress] 0 to 1 */
  async upload(file, onProgress) {
    // A join token lives a few minutes; the call may be older.
    await this.#token(false);
    try {
      return await super.upload(file, onProgress);
    } catch (error) {
      if (/** @type {{status?: number}} */ (error).status !== 401) throw error;
      await this.#token(true);
      return super.upload(file, onProgress);
    }
  }

  /** @param {boolean} renew the last one was refused */
  async #token(renew) {
    if (renew || !this.joinToken) await this.#entrance.grant();
    return this.joinToken ?? "";
  }

  #backToIdle() {
    this.#entrance.giveUp();
    this.change({ phase: "idle", connection: "online", reconnect: null });
  }

  /** @param {{how: "hello"|"resume", snapshot: boolean}} started */
  #onStarted({ how, snapshot }) {
    this.#wasInside = true;
    this.#startedBy = how;
    this.clock.clearTimeout(this.#graceTimer);
    // Whoever says hello is new to the others: they have closed their side of the old links.
    if (how === "hello") this.#closeMedia();
    else if (!snapshot) this.#ensurePaths();
    this.#paths.resync();
    this.#taps.resync();
  }

  /** @param {import("../signalling/socket.js").Retry|null} reconnect */
  #onStatus(reconnect) {
    const wasOnline = this.state.connection === "online";
    this.change({ connection: reconnect ? "reconnecting" : "online", reconnect });
    // Nobody is heard whose signalling is gone for longer than the room waits.
    if (reconnect && wasOnline) this.#graceTimer = this.clock.setTimeout(() => this.#closeMedia(), this.#graceSeconds * 1000);
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event */
  #onEvent(event) {
    if (this.#taps.receive(event) || this.#paths.receive(event)) return;
    const before = this.state;
    this.replace(apply(before, event, this.clock.now()));
    this.#tally.note(this.state, this.clock.now());
    this.#chimes.note(event, this.state, before);
    this.#copy.follow();
    this.#after(event, before);
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event @param {CallState} before */
  #after(event, before) {
    switch (event.type) {
      case "welcome":
        return void this.#onWelcome(event, before).catch(() => undefined);
      case "waiting":
        return this.#onWaiting(event);
      case "participant_left":
        if (event.reason === "rejoined") this.#paths.drop(event.participantId);
        return this.#ensurePaths();
      case "participant_joined":
        return this.#ensurePaths();
      case "participant_updated":
        return this.#onUpdated(event);
      case "taps_updated":
        return this.#taps.ensure();
      case "active_speaker_changed":
        return this.#paths.subscribe();
      case "room_updated":
        return this.#ensurePaths();
      case "quality_updated":
        if (event.participantId === this.state.you?.id) this.#tally.score(event.score);
        return;
      case "topology_updated":
      case "topology_switching":
      case "topology_switched":
      case "topology_rolled_back":
        this.#ensurePaths();
        return;
      default:
        if (this.state.phase === "ended") this.#finish(this.state.ended ?? { reason: "error", mayRejoin: true });
    }
  }

  /** @param {import("../signalling/protocol.js").Welcome} welcome @param {CallState} before */
  async #onWelcome(welcome, before) {
    const first = before.phase !== "joined";
    keepResumeToken(this.roomCode, welcome.resumeToken);
    rememberRoom({ code: welcome.roomCode, name: welcome.room.name, host: welcome.you.role === "host" });
    this.#graceSeconds = welcome.resumeGraceSeconds;
    this.#paths.setIceServers(welcome.iceServers);
    this.#taps.setIceServers(welcome.iceServers);
    this.#taps.afterSnapshot();
    this.#entrance.isCalled(welcome.you.displayName);
    this.#ensurePaths();
    this.#watch.start();
    this.#copy.begin();
    if (this.#own.restored) return this.#own.restore(welcome.you);
    // In the middle of a call the server may know better: a host muted us while we were away.
    if (!first && this.#startedBy === "resume") await this.#own.follow(welcome.you);
    this.#own.begin(welcome.you);
    this.#own.remember(this.state);
    if (first && welcome.room.settings.muteOnEntry && !this.state.can.moderate) await this.media.setMicrophone(false);
    await this.publish();
  }

  /** @param {import("../signalling/protocol.js").Waiting} waiting */
  #onWaiting(waiting) {
    keepResumeToken(this.roomCode, waiting.resumeToken);
    this.#graceSeconds = waiting.resumeGraceSeconds;
    this.#own.restored = false;
    this.#own.end();
    this.#copy.pause();
    this.#watch.stop();
    this.#closeMedia();
    void this.media.setScreen(false).catch(() => undefined);
  }

  /** @param {{participant: import("../signalling/protocol.js").Participant, by?: string|null}} event */
  #onUpdated({ participant, by }) {
    if (participant.id !== this.state.you?.id) return this.#paths.arrange(participant.id);
    if (by && by !== participant.id) void this.#own.follow(participant).catch(() => undefined);
  }

  /** Nobody gets anything of us any more, the server neither. */
  #closeMedia() {
    this.#paths.close();
    this.#taps.close();
  }

  #ensurePaths() {
    if (!this.#leaving) this.#paths.ensure();
  }

  /** @param {string} participantId @param {StreamKind} kind @param {(shown: Promise<unknown>) => void} [hold] */
  #tellStream(participantId, kind, hold = () => undefined) {
    this.dispatchEvent(new CustomEvent("stream", { detail: { participantId, kind, hold } }));
  }

  #tellOwnStreams() {
    const { you } = this.state;
    if (!you) return;
    this.#tellStream(you.id, "camera");
    this.#tellStream(you.id, "screen");
  }

  #facts() {
    const muted = new Set(this.state.participants.filter((one) => one.muted).map((one) => one.id));
    return { localId: this.state.you?.id ?? null, localLevel: this.media.level(), muted };
  }

  /** @param {{speaking: string[], active: string|null}} voices */
  #onVoices({ speaking, active: loudest }) {
    const { speaking: before, activeSpeaker, topology } = this.state;
    // The server hears everybody, also those whose sound it does not send us.
    const active = topology?.mode === "sfu" ? activeSpeaker : loudest;
    if (active === activeSpeaker && speaking.join() === before.join()) return;
    this.change({ speaking, activeSpeaker: active });
  }

  /** @param {import("./call-state.js").Ended} ended */
  #finish(ended) {
    const summary = this.state.summary ?? this.#tally.summary(this.state, this.clock.now());
    this.replace({ ...end(this.state, ended), summary });
    this.#leaving = true;
    keepResumeToken(this.roomCode, null);
    this.#release();
  }

  /** Nothing goes on: no packet, no device, no timer. */
  #release() {
    this.ended.abort();
    this.clock.clearTimeout(this.#graceTimer);
    this.#own.end();
    this.#watch.stop();
    this.#copy.end();
    this.#closeMedia();
    this.media.removeEventListener("tracks", this.#onTracks);
    this.media.close();
    this.#chimes.close();
    this.#entrance.close();
    this.stopExpiry();
  }
}

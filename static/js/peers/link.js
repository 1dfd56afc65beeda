import { Candidates } from "./candidates.js";
import { systemClock } from "../browser/clock.js";
import { PATIENCE_MS, RESTARTS_BEFORE_REBUILD, Restarts } from "./restarts.js";
import { readTag, withTag } from "./sdp-tag.js";
import { addSlots, limitSlots, openSlots, receivedTracks, sendTracks } from "./slots.js";

/** An offer without an answer for so long is sent again. */
const ANSWER_WITHIN_MS = 5_000;
const SENDINGS = 4;
/** The polite side waits for the other's first offer, but not forever. */
const OFFER_WITHIN_MS = 10_000;

/**
 * @typedef {import("./slots.js").Tracks} Tracks
 * @typedef {import("../call/call-state.js").LinkState["state"]} State
 * @typedef {{type: "offer"|"answer", sdp: string} | {type: "ice_candidate", candidate: RTCIceCandidateInit|null}} Relay
 * @typedef {object} LinkOptions
 * @property {string} localId
 * @property {string} remoteId
 * @property {(relay: Relay) => Promise<unknown>} send
 * @property {() => Promise<RTCIceServer[]>} iceServers fresh enough to use now
 * @property {RTCIceServer[]} firstIceServers
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../browser/clock.js").Clock} [clock]
 * @property {() => string} [makeId]
 */

/**
 * The media path to one other person: one RTCPeerConnection, perfect negotiation. Everything that touches its descriptions
 * goes through one chain, so no two steps overlap. Dispatches `state`, and `tracks` when what comes in has changed.
 */
export class Link extends EventTarget {
  /** @type {State} */
  state = "new";
  #options;
  #clock;
  #polite;
  /** @type {RTCPeerConnection} */
  #pc;
  #linkId;
  /** @type {RTCIceServer[]} */
  #servers;
  #offerNumber = 0;
  #everStable = false;
  #offerQueued = false;
  /** Something that was to be relayed was not. */
  #missed = false;
  #closed = false;
  /** @type {Promise<unknown>} */
  #chain = Promise.resolve();
  #candidates = new Candidates();
  #restarts = new Restarts();
  /** @type {Tracks} */
  #tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  /** @type {import("./bandwidth.js").Budget|null} */
  #budget = null;
  /** @type {Record<"answer"|"patience"|"restart", unknown>} */
  #timers = { answer: null, patience: null, restart: null };
  #sendings = 0;

  /** @param {LinkOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#polite = options.localId < options.remoteId;
    this.#linkId = this.#makeId();
    this.#servers = options.firstIceServers;
    this.#pc = this.#build();
  }

  get connection() {
    return this.#pc;
  }

  /** What comes in. */
  get received() {
    return receivedTracks(this.#pc);
  }

  /** @param {RTCIceServer[]} [iceServers] */
  start(iceServers) {
    if (this.#closed) return;
    if (iceServers) this.#useServers(iceServers);
    if (this.#polite) this.#timers.answer = this.#clock.setTimeout(() => this.#begin(), OFFER_WITHIN_MS);
    else this.#begin();
  }

  /** What to send from now on. Taking a track away stops its packets at once, without negotiation. @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    void sendTracks(this.#pc, tracks).then(() => this.#applyBudget());
  }

  /** @param {import("./bandwidth.js").Budget} budget */
  setBudget(budget) {
    this.#budget = budget;
    this.#applyBudget();
  }

  /** @param {import("../signalling/protocol.js").RelayEvent} event */
  receive(event) {
    if (event.type === "offer_received") this.#run(() => this.#takeOffer(event.sdp));
    else if (event.type === "answer_received") this.#run(() => this.#takeAnswer(event.sdp));
    else this.#takeCandidate(/** @type {import("../signalling/protocol.js").CandidateReceived} */ (event));
  }

  /** @param {import("../signalling/protocol.js").CandidateReceived} event */
  #takeCandidate({ candidate }) {
    this.#run(() => this.#candidates.add(this.#pc, candidate));
  }

  /** Looks for a new way to the same peer: the connection, its tracks and its keys stay. */
  restart() {
    if (this.#closed) return;
    this.#clock.clearTimeout(this.#timers.restart);
    const wait = this.#restarts.wait(this.#clock.now());
    this.#timers.restart = this.#clock.setTimeout(() => this.#run(() => this.#restartNow()), wait);
  }

  /** Our signalling is back: says again what got lost, leaves alone what works. */
  resync() {
    const missed = this.#missed;
    this.#missed = false;
    if (this.#pc.signalingState === "have-local-offer") this.#sendOffer();
    else if (missed || this.state === "restarting" || this.state === "failed") this.restart();
  }

  close() {
    this.#closed = true;
    for (const timer of Object.values(this.#timers)) this.#clock.clearTimeout(timer);
    this.#dismantle();
  }

  #build() {
    const Connection = this.#options.RTCPeerConnection ?? RTCPeerConnection;
    const pc = new Connection({ iceServers: this.#servers, bundlePolicy: "max-bundle" });
    const current = (/** @type {(event: any) => void} */ run) => (/** @type {any} */ event) => {
      if (this.#pc === pc && !this.#closed) run(event);
    };
    pc.onnegotiationneeded = current(() => this.#wantOffer());
    pc.onicecandidate = current(({ candidate }) => this.#relay({ type: "ice_candidate", candidate: candidate ? candidate.toJSON() : null }));
    pc.onconnectionstatechange = current(() => this.#onConnection());
    pc.oniceconnectionstatechange = current(() => this.#onConnection());
    return pc;
  }

  /** A new connection in the place of one that can't be healed; the other side sees by the tag that it needs one too. */
  async #rebuild(linkId = this.#makeId()) {
    this.#dismantle();
    this.#linkId = linkId;
    this.#everStable = false;
    this.#restarts.succeeded();
    this.#pc = this.#build();
    this.#setState("connecting");
    this.dispatchEvent(new Event("tracks"));
  }

  #dismantle() {
    const pc = this.#pc;
    pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.oniceconnectionstatechange = null;
    pc.close();
  }

  #begin() {
    this.#setState("connecting");
    if (this.#pc.getTransceivers().length === 0) addSlots(this.#pc);
    void sendTracks(this.#pc, this.#tracks);
    this.#wantOffer();
  }

  #wantOffer() {
    if (this.#offerQueued) return;
    this.#offerQueued = true;
    this.#run(async () => {
      this.#offerQueued = false;
      // Otherwise the browser asks again once it is stable.
      if (this.#pc.signalingState !== "stable") return;
      await this.#pc.setLocalDescription();
      if (this.#pc.localDescription?.type !== "offer") return;
      this.#offerNumber += 1;
      this.#sendings = 0;
      this.#sendOffer();
    });
  }

  #sendOffer() {
    const { localDescription: description, signalingState } = this.#pc;
    if (!description || signalingState !== "have-local-offer") return;
    this.#sendings += 1;
    this.#relay({ type: "offer", sdp: withTag(description.sdp, { link: this.#linkId, number: this.#offerNumber }) });
    this.#clock.clearTimeout(this.#timers.answer);
    this.#timers.answer = this.#clock.setTimeout(() => this.#onNoAnswer(), ANSWER_WITHIN_MS);
  }

  #onNoAnswer() {
    if (this.#pc.signalingState !== "have-local-offer") return;
    // Media that flows is not given up for the sake of an offer.
    if (this.#sendings < SENDINGS || this.#pc.connectionState === "connected") this.#sendOffer();
    else this.#run(() => this.#rebuild().then(() => this.#begin()));
  }

  /** @param {string} sdp */
  async #takeOffer(sdp) {
    const tag = readTag(sdp);
    const collides = this.#pc.signalingState !== "stable";
    if (collides && !this.#polite) return;
    const another = tag !== null && this.#everStable && tag.link !== this.#linkId;
    // Lines that we have just offered ourselves and the other did not want would stay behind beside theirs.
    if (another || (collides && !this.#everStable)) await this.#rebuild(tag?.link);
    if (tag) this.#linkId = tag.link;
    this.#clock.clearTimeout(this.#timers.answer);
    const pc = this.#pc;
    await pc.setRemoteDescription({ type: "offer", sdp });
    openSlots(pc);
    await sendTracks(pc, this.#tracks);
    await pc.setLocalDescription();
    this.#relay({ type: "answer", sdp: withTag(pc.localDescription?.sdp ?? "", tag ?? { link: this.#linkId, number: 0 }) });
    await this.#settled();
  }

  /** @param {string} sdp */
  async #takeAnswer(sdp) {
    if (this.#pc.signalingState !== "have-local-offer") return;
    const tag = readTag(sdp);
    if (tag && (tag.link !== this.#linkId || tag.number !== this.#offerNumber)) return;
    try {
      await this.#pc.setRemoteDescription({ type: "answer", sdp });
    } catch (error) {
      if (this.#closed) return;
      console.warn("An answer could not be used; the link begins anew.", error);
      await this.#rebuild();
      return this.#begin();
    }
    this.#clock.clearTimeout(this.#timers.answer);
    await this.#settled();
  }

  async #settled() {
    this.#everStable = true;
    if (this.state === "new") this.#setState("connecting");
    await this.#candidates.flush(this.#pc);
    this.#applyBudget();
    this.dispatchEvent(new Event("tracks"));
  }

  #onConnection() {
    const { connectionState, iceConnectionState } = this.#pc;
    if (connectionState === "connected") {
      this.#clock.clearTimeout(this.#timers.patience);
      this.#clock.clearTimeout(this.#timers.restart);
      this.#timers.patience = null;
      this.#restarts.succeeded();
      this.#setState("connected");
    } else if (connectionState === "failed" || iceConnectionState === "failed") {
      this.#setState(this.#restarts.count >= RESTARTS_BEFORE_REBUILD ? "failed" : "restarting");
      this.restart();
    } else if (iceConnectionState === "disconnected") {
      this.#setState("restarting");
      // The polite one waits a little longer: two restarts at once would only collide.
      this.#timers.patience ??= this.#clock.setTimeout(() => this.#onPatience(), PATIENCE_MS + (this.#polite ? 1_000 : 0));
    }
  }

  #onPatience() {
    this.#timers.patience = null;
    if (this.state === "restarting") this.restart();
  }

  async #restartNow() {
    this.#restarts.began(this.#clock.now());
    if (!this.#everStable) return this.#pc.signalingState === "have-local-offer" ? this.#sendOffer() : undefined;
    const servers = await this.#options.iceServers().catch(() => null);
    if (this.#closed) return;
    if (servers) this.#useServers(servers);
    if (this.#restarts.count > RESTARTS_BEFORE_REBUILD && this.#pc.connectionState !== "connected") {
      await this.#rebuild();
      return this.#begin();
    }
    this.#pc.restartIce();
    // A restart that leads nowhere tells nobody: look again.
    this.#timers.patience ??= this.#clock.setTimeout(() => this.#onPatience(), this.#restarts.wait(this.#clock.now()) + PATIENCE_MS);
  }

  /** @param {RTCIceServer[]} servers */
  #useServers(servers) {
    this.#servers = servers;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: servers });
  }

  #applyBudget() {
    if (this.#budget && !this.#closed) void limitSlots(this.#pc, this.#budget);
  }

  /** @param {Relay} relay */
  #relay(relay) {
    this.#options.send(relay).catch(() => {
      this.#missed = true;
    });
  }

  /** @param {() => Promise<unknown>|unknown} step */
  #run(step) {
    this.#chain = this.#chain
      .then(() => (this.#closed ? undefined : step()))
      .catch((error) => {
        if (!this.#closed) console.warn("A step of negotiation failed; the next offer heals it.", error);
      });
  }

  /** @param {State} state */
  #setState(state) {
    if (this.state === state || this.#closed) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  #makeId() {
    return (this.#options.makeId ?? (() => crypto.randomUUID()))();
  }
}

import { systemClock } from "../browser/clock.js";
import { Healing } from "./healing.js";
import { Negotiation } from "./negotiation.js";
import { addSlots, feedSlots, receivedTracks } from "./slots.js";
import { Steps } from "./steps.js";

/**
 * @typedef {import("./slots.js").Tracks} Tracks
 * @typedef {import("./negotiation.js").Relay} Relay
 * @typedef {import("../call/call-state.js").LinkState["state"]} State
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
 * The media path to one other person: one RTCPeerConnection, how it is negotiated and how it is healed. Dispatches `state`, and
 * `tracks` when what comes in has changed.
 */
export class Link extends EventTarget {
  /** @type {State} */
  state = "new";
  #options;
  #polite;
  /** @type {RTCPeerConnection} */
  #pc;
  /** @type {RTCIceServer[]} */
  #servers;
  /** Something that was to be relayed was not. */
  #missed = false;
  #closed = false;
  #steps = new Steps();
  #negotiation;
  #healing;
  /** @type {Tracks} */
  #tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  /** @type {import("./bandwidth.js").Budget|null} */
  #budget = null;

  /** @param {LinkOptions} options */
  constructor(options) {
    super();
    const { clock = systemClock, makeId = () => crypto.randomUUID(), localId, remoteId, firstIceServers } = options;
    this.#options = options;
    this.#polite = localId < remoteId;
    this.#servers = firstIceServers;
    this.#negotiation = new Negotiation({
      clock,
      makeId,
      steps: this.#steps,
      polite: this.#polite,
      pc: () => this.#pc,
      relay: (relay) => this.#relay(relay),
      feed: () => this.#feed(),
      begin: () => this.#begin(),
      rebuild: () => this.#rebuild(),
      settled: () => this.#settled(),
    });
    this.#healing = new Healing({
      clock,
      polite: this.#polite,
      state: () => this.state,
      tell: (state) => this.#setState(state),
      heal: () => this.#steps.run(() => this.#restartNow()),
    });
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
    if (this.#polite) this.#negotiation.awaitOffer();
    else this.#begin();
  }

  /** What to send from now on. Taking a track away stops its packets at once, without negotiation. @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#feed();
  }

  /** @param {import("./bandwidth.js").Budget} budget */
  setBudget(budget) {
    this.#budget = budget;
    this.#feed();
  }

  /** @param {import("../signalling/protocol.js").RelayEvent} event */
  receive(event) {
    this.#negotiation.receive(event);
  }

  /** Looks for a new way to the same peer: the connection, its tracks and its keys stay. */
  restart() {
    if (!this.#closed) this.#healing.restart();
  }

  /** Our signalling is back: says again what got lost, leaves alone what works. */
  resync() {
    const missed = this.#missed;
    this.#missed = false;
    if (this.#pc.signalingState === "have-local-offer") this.#negotiation.sendOffer();
    else if (missed || this.state === "restarting" || this.state === "failed") this.restart();
  }

  close() {
    this.#closed = true;
    this.#steps.end();
    this.#negotiation.stop();
    this.#healing.stop();
    this.#dismantle();
  }

  #build() {
    const Connection = this.#options.RTCPeerConnection ?? RTCPeerConnection;
    const pc = new Connection({ iceServers: this.#servers, bundlePolicy: "max-bundle" });
    const current = (/** @type {(event: any) => void} */ run) => (/** @type {any} */ event) => {
      if (this.#pc === pc && !this.#closed) run(event);
    };
    pc.onnegotiationneeded = current(() => this.#negotiation.wantOffer());
    pc.onicecandidate = current(({ candidate }) => this.#relay({ type: "ice_candidate", candidate: candidate ? candidate.toJSON() : null }));
    pc.onconnectionstatechange = current(() => this.#healing.onConnection(pc));
    pc.oniceconnectionstatechange = current(() => this.#healing.onConnection(pc));
    return pc;
  }

  /** A new connection in the place of one that can't be healed. */
  #rebuild() {
    this.#dismantle();
    this.#healing.begin();
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
    if (this.#pc.getTransceivers().length === 0) addSlots(this.#pc, this.#budget);
    this.#feed();
    this.#negotiation.wantOffer();
  }

  #settled() {
    if (this.state === "new") this.#setState("connecting");
    this.#feed();
    this.dispatchEvent(new Event("tracks"));
  }

  async #restartNow() {
    this.#healing.began();
    if (!this.#negotiation.everStable) return this.#negotiation.sendOffer();
    const servers = await this.#options.iceServers().catch(() => null);
    if (this.#closed) return;
    if (servers) this.#useServers(servers);
    if (this.#healing.exhausted && this.#pc.connectionState !== "connected") {
      this.#negotiation.renew();
      this.#rebuild();
      return this.#begin();
    }
    this.#pc.restartIce();
    this.#healing.lookAgain();
  }

  /** @param {RTCIceServer[]} servers */
  #useServers(servers) {
    this.#servers = servers;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: servers });
  }

  /** The senders get their tracks and their limits. */
  #feed() {
    if (!this.#closed) void feedSlots(this.#pc, this.#tracks, this.#budget);
  }

  /** @param {Relay} relay */
  #relay(relay) {
    this.#options.send(relay).catch(() => {
      this.#missed = true;
    });
  }

  /** @param {State} state */
  #setState(state) {
    if (this.state === state || this.#closed) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

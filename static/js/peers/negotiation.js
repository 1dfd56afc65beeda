import { Candidates } from "./candidates.js";
import { withSilenceSaved } from "./codecs.js";
import { readTag, withTag } from "./sdp-tag.js";
import { openSlots } from "./slots.js";

/** An offer without an answer for so long is sent again. */
const ANSWER_WITHIN_MS = 5_000;
const SENDINGS = 4;
/** The polite side waits for the other's first offer, but not forever. */
const OFFER_WITHIN_MS = 10_000;

/**
 * @typedef {{type: "offer"|"answer", sdp: string} | {type: "ice_candidate", candidate: RTCIceCandidateInit|null}} Relay
 * @typedef {object} NegotiationOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {import("./steps.js").Steps} steps
 * @property {boolean} polite
 * @property {() => string} makeId
 * @property {() => RTCPeerConnection} pc the connection of now
 * @property {(relay: Relay) => void} relay
 * @property {() => void} feed gives the senders what is to be sent, before a description says so
 * @property {() => void} begin adds the lines to a new connection and asks for an offer
 * @property {() => void} rebuild puts a new connection in the place of this one
 * @property {() => void} settled both sides agree
 */

/**
 * The offers and answers between two people: perfect negotiation, and what it leaves open: which offer an answer belongs to,
 * what gets lost on the way, and a page at the other end that was reloaded. Its steps never overlap.
 */
export class Negotiation {
  #options;
  #clock;
  #linkId;
  #offerNumber = 0;
  #everStable = false;
  #offerQueued = false;
  #sendings = 0;
  #candidates = new Candidates();
  /** @type {unknown} */
  #timer = null;

  /** @param {NegotiationOptions} options */
  constructor(options) {
    this.#options = options;
    this.#clock = options.clock;
    this.#linkId = options.makeId();
  }

  /** Whether the connection of now was ever agreed on. */
  get everStable() {
    return this.#everStable;
  }

  /** The other side's offer comes first, unless it does not come. */
  awaitOffer() {
    this.#timer = this.#clock.setTimeout(this.#options.begin, OFFER_WITHIN_MS);
  }

  /** A new connection: the other side sees by another tag that it needs one too. @param {string} [linkId] the other's, when it was first */
  renew(linkId = this.#options.makeId()) {
    this.#linkId = linkId;
    this.#everStable = false;
  }

  wantOffer() {
    if (this.#offerQueued) return;
    this.#offerQueued = true;
    this.#options.steps.run(async () => {
      this.#offerQueued = false;
      const pc = this.#options.pc();
      // Otherwise the browser asks again once it is stable.
      if (pc.signalingState !== "stable") return;
      await pc.setLocalDescription();
      if (pc.localDescription?.type !== "offer") return;
      this.#offerNumber += 1;
      this.#sendings = 0;
      this.sendOffer();
    });
  }

  /** Also once more, when it may have got lost. */
  sendOffer() {
    const { localDescription: description, signalingState } = this.#options.pc();
    if (!description || signalingState !== "have-local-offer") return;
    this.#sendings += 1;
    this.#options.relay({ type: "offer", sdp: withTag(description.sdp, { link: this.#linkId, number: this.#offerNumber }) });
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => this.#onNoAnswer(), ANSWER_WITHIN_MS);
  }

  /** @param {import("../signalling/protocol.js").RelayEvent} event */
  receive(event) {
    const { steps, pc } = this.#options;
    if (event.type === "offer_received") steps.run(() => this.#takeOffer(event.sdp));
    else if (event.type === "answer_received") steps.run(() => this.#takeAnswer(event.sdp));
    else steps.run(() => this.#candidates.add(pc(), event.candidate));
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
  }

  #onNoAnswer() {
    const pc = this.#options.pc();
    if (pc.signalingState !== "have-local-offer") return;
    // Media that flows is not given up for the sake of an offer.
    if (this.#sendings < SENDINGS || pc.connectionState === "connected") this.sendOffer();
    else this.#options.steps.run(() => this.#startOver());
  }

  #startOver() {
    this.renew();
    this.#options.rebuild();
    this.#options.begin();
  }

  /** @param {string} sdp */
  async #takeOffer(sdp) {
    const tag = readTag(sdp);
    const collides = this.#options.pc().signalingState !== "stable";
    if (collides && !this.#options.polite) return;
    const another = tag !== null && this.#everStable && tag.link !== this.#linkId;
    // Lines that we have just offered ourselves and the other did not want would stay behind beside theirs.
    if (another || (collides && !this.#everStable)) {
      this.renew(tag?.link);
      this.#options.rebuild();
    }
    if (tag) this.#linkId = tag.link;
    this.#clock.clearTimeout(this.#timer);
    const pc = this.#options.pc();
    await pc.setRemoteDescription({ type: "offer", sdp: withSilenceSaved(sdp) });
    openSlots(pc);
    this.#options.feed();
    await pc.setLocalDescription();
    this.#options.relay({ type: "answer", sdp: withTag(pc.localDescription?.sdp ?? "", tag ?? { link: this.#linkId, number: 0 }) });
    this.#settle(pc);
  }

  /** @param {string} sdp */
  async #takeAnswer(sdp) {
    const pc = this.#options.pc();
    if (pc.signalingState !== "have-local-offer") return;
    const tag = readTag(sdp);
    if (tag && (tag.link !== this.#linkId || tag.number !== this.#offerNumber)) return;
    try {
      await pc.setRemoteDescription({ type: "answer", sdp: withSilenceSaved(sdp) });
    } catch (error) {
      if (isClosed(pc)) return;
      console.warn("An answer could not be used; the link begins anew.", error);
      return this.#startOver();
    }
    this.#clock.clearTimeout(this.#timer);
    this.#settle(pc);
  }

  /** @param {RTCPeerConnection} pc */
  #settle(pc) {
    this.#everStable = true;
    this.#candidates.flush(pc);
    this.#options.settled();
  }
}

/** @param {RTCPeerConnection} pc */
const isClosed = (pc) => pc.signalingState === "closed";

import { loudness } from "../media/level-meter.js";
import { Leg } from "./sfu-leg.js";

/** The server's first offer comes by itself; after so long it is asked for. */
const OFFER_WITHIN_MS = 5_000;
/** What was heard longer ago is silence. */
const HEARD_MS = 600;

/** @typedef {{mid: string, participantId: string, source: "microphone"|"camera"|"screen"|"screen_audio"}} Slot */

/** @type {Record<Slot["source"], import("./slots.js").Slot>} */
const NAMES = { microphone: "microphone", camera: "camera", screen: "screen", screen_audio: "screenAudio" };

/**
 * What the server sends to this person: the server offers, the client answers, one after the other. Who is in which of its lines changes
 * without a description. Dispatches `state`, and `tracks` (detail: the ids whose tracks may be others now).
 */
export class SfuReceive extends Leg {
  /** @type {Map<string, Slot>} by mid */
  #slots = new Map();
  /** The server's connection, as its descriptions name it. @type {string|null} */
  #session = null;
  #offered = false;
  #unanswered = false;
  /** @type {unknown} */
  #timer = null;

  start() {
    this.setState("connecting");
    this.#timer = this.clock.setTimeout(() => this.#ask(), OFFER_WITHIN_MS);
  }

  /** @param {string} sdp */
  takeOffer(sdp) {
    this.#offered = true;
    this.clock.clearTimeout(this.#timer);
    this.steps.run(async () => {
      if (this.closed) return;
      const session = sessionOf(sdp);
      // The server has begun a connection of its own anew: nothing of the old one would fit.
      const begun = this.pc !== null && session !== null && this.#session !== null && session !== this.#session;
      this.#session = session;
      try {
        await this.#answer(begun ? this.#another() : (this.pc ?? this.build()), sdp);
      } catch (error) {
        if (this.closed) return;
        console.warn("An offer of the server could not be used; the connection begins anew.", error);
        await this.#answer(this.#another(), sdp);
      }
    });
  }

  /** @param {Slot[]} slots the whole map */
  setSlots(slots) {
    const before = [...this.#slots.values()];
    this.#slots = new Map(slots.map((one) => [one.mid, one]));
    this.#tell(new Set([...before, ...slots].map((one) => one.participantId)));
  }

  /** @param {string} id @returns {import("./slots.js").Tracks} */
  received(id) {
    /** @type {import("./slots.js").Tracks} */
    const tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
    for (const { mid, source } of this.slotsOf(id)) tracks[NAMES[source]] = this.#transceiver(mid)?.receiver.track ?? null;
    return tracks;
  }

  /** @param {string} id @returns {Slot[]} */
  slotsOf(id) {
    return [...this.#slots.values()].filter((one) => one.participantId === id);
  }

  /** How loud somebody is now, 0 to 1. @param {string} id @param {number} now milliseconds since 1970 */
  level(id, now) {
    const slot = this.slotsOf(id).find((one) => one.source === "microphone");
    const heard = slot && this.#transceiver(slot.mid)?.receiver.getSynchronizationSources?.()[0];
    return heard && now - heard.timestamp < HEARD_MS ? loudness(heard.audioLevel ?? 0) : 0;
  }

  /** Our signalling is back. */
  resync() {
    if (this.#unanswered || !this.#offered || this.state === "restarting" || this.state === "failed") void this.#ask();
  }

  close() {
    this.clock.clearTimeout(this.#timer);
    super.close();
  }

  healNow() {
    this.healing.began();
    this.healing.lookAgain();
    return this.#ask();
  }

  async #ask() {
    if (this.closed) return;
    this.#unanswered = false;
    await this.options.request("restart_receive", { epoch: this.options.epoch }).catch(() => {
      this.#unanswered = true;
    });
  }

  #another() {
    this.dismantle();
    this.healing.begin();
    return this.build();
  }

  /** @param {RTCPeerConnection} pc @param {string} sdp */
  async #answer(pc, sdp) {
    await pc.setRemoteDescription({ type: "offer", sdp });
    await pc.setLocalDescription();
    this.#unanswered = false;
    const answered = this.options.request("answer", { to: "sfu", sdp: pc.localDescription?.sdp ?? "", epoch: this.options.epoch });
    answered.catch(() => {
      this.#unanswered = true;
    });
    this.#tell(new Set([...this.#slots.values()].map((one) => one.participantId)));
  }

  /** @param {string} mid */
  #transceiver(mid) {
    return this.pc?.getTransceivers().find((one) => one.mid === mid);
  }

  /** @param {Set<string>} ids */
  #tell(ids) {
    this.dispatchEvent(new CustomEvent("tracks", { detail: [...ids] }));
  }
}

/** The number that a description gives its connection, the same as long as it lives (RFC 8866, section 5.2). @param {string} sdp */
function sessionOf(sdp) {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? null;
}

import { preferred, preferredSound, withSilenceSaved } from "./codecs.js";
import { cameraEncodings, linesOf } from "./layers.js";
import { Leg } from "./sfu-leg.js";

/** An offer without an answer for so long is sent again. */
const ANSWER_WITHIN_MS = 5_000;
/** After so many in vain the connection itself is made anew. */
const SENDINGS = 4;

/** @type {Record<import("./slots.js").Slot, {source: string, kind: "audio"|"video"}>} */
const LINES = {
  microphone: { source: "microphone", kind: "audio" },
  camera: { source: "camera", kind: "video" },
  screen: { source: "screen", kind: "video" },
  screenAudio: { source: "screen_audio", kind: "audio" },
};
const SLOTS = /** @type {import("./slots.js").Slot[]} */ (Object.keys(LINES));
const SCREEN = { maxBitrate: 2_500_000, maxFramerate: 15 };
const FIRST = { priority: /** @type {RTCPriorityType} */ ("high"), networkPriority: /** @type {RTCPriorityType} */ ("high") };

/**
 * What this person sends to the server: the client offers, the server answers. The lines are made once; a camera that goes off takes its
 * track away, without negotiation. The screen's lines come with the first screen.
 */
export class SfuPublish extends Leg {
  /** @type {import("./slots.js").Tracks} */
  #tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  /** @type {Partial<Record<import("./slots.js").Slot, RTCRtpTransceiver>>} */
  #lines = {};
  /** By source; null before the server has said. @type {Map<string, string[]>} */
  #wanted = new Map();
  #lowPower = false;
  #level = 0;
  #codec;
  #sendings = 0;
  #queued = false;
  #missed = false;
  /** @type {unknown} */
  #timer = null;
  /** What each sender was last asked for: asking twice would start its encoder anew. @type {WeakMap<RTCRtpSender, string>} */
  #asked = new WeakMap();
  #first;
  #fixed;

  /**
   * @param {import("./sfu-leg.js").LegOptions & {codec?: string, first?: import("./slots.js").Slot[], encodings?: (slot: import("./slots.js").Slot, tracks: import("./slots.js").Tracks) => RTCRtpEncodingParameters[]}} options
   * `first`: the lines that are there from the beginning; `encodings`: what is sent of each, whatever anybody watches
   */
  constructor(options) {
    super(options);
    this.#first = options.first ?? ["microphone", "camera"];
    this.#fixed = options.encodings ?? null;
    this.#codec = options.codec ?? "VP8";
  }

  start() {
    if (this.closed) return;
    const pc = this.build();
    pc.onnegotiationneeded = () => this.#wantOffer();
    this.#lines = {};
    this.#sendings = 0;
    for (const slot of this.#first) this.#line(slot);
    this.#feed();
    this.#wantOffer();
  }

  /** @param {import("./slots.js").Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#feed();
  }

  /** @param {boolean} on */
  setLowPower(on) {
    this.#lowPower = on;
    this.#feed();
  }

  /** Another codec may have another number of streams: the connection is made anew. @param {string} codec */
  setCodec(codec) {
    if (codec === this.#codec) return;
    this.#codec = codec;
    if (this.pc) this.#startOver();
  }

  /** How far the camera has given way to the device's troubles. @param {number} level */
  setLevel(level) {
    if (level === this.#level) return;
    this.#level = level;
    this.#feed();
  }

  /** What somebody watches; the rest is not even encoded. @param {{source: string, layers: string[]}[]} tracks */
  setWanted(tracks) {
    this.#wanted = new Map(tracks.map(({ source, layers }) => [source, layers]));
    this.#feed();
  }

  /** @param {string} sdp */
  takeAnswer(sdp) {
    this.steps.run(async () => {
      if (this.pc?.signalingState !== "have-local-offer") return;
      await this.pc.setRemoteDescription({ type: "answer", sdp: withSilenceSaved(sdp) });
      this.clock.clearTimeout(this.#timer);
      this.#feed();
    });
  }

  /** The server could not take our offer: a fresh connection is the one thing left to try. */
  refused() {
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(() => this.#startOver(), ANSWER_WITHIN_MS);
  }

  /** Our signalling is back. */
  resync() {
    const missed = this.#missed;
    this.#missed = false;
    if (this.pc?.signalingState === "have-local-offer") this.#send();
    else if (missed || this.state === "restarting" || this.state === "failed") this.restart();
  }

  close() {
    this.clock.clearTimeout(this.#timer);
    super.close();
  }

  healNow() {
    if (this.healing.exhausted && !this.up) return this.#startOver();
    this.healing.began();
    this.pc?.restartIce();
    this.healing.lookAgain();
  }

  #startOver() {
    if (this.closed) return;
    this.dismantle();
    this.healing.begin();
    this.start();
  }

  #wantOffer() {
    if (this.#queued) return;
    this.#queued = true;
    this.steps.run(async () => {
      this.#queued = false;
      // Otherwise the browser asks again once it is stable.
      if (this.pc?.signalingState !== "stable") return;
      await this.pc.setLocalDescription();
      this.#sendings = 0;
      this.#send();
    });
  }

  #send() {
    const description = this.pc?.localDescription;
    if (!description || this.pc?.signalingState !== "have-local-offer") return;
    this.#sendings += 1;
    const tracks = SLOTS.flatMap((slot) => (this.#lines[slot]?.mid ? [{ mid: this.#lines[slot].mid, source: LINES[slot].source }] : []));
    this.options.request("offer", { to: "sfu", sdp: description.sdp, epoch: this.options.epoch, tracks }).catch(() => {
      this.#missed = true;
    });
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(() => this.#onNoAnswer(), ANSWER_WITHIN_MS);
  }

  #onNoAnswer() {
    if (this.pc?.signalingState !== "have-local-offer") return;
    if (this.#sendings < SENDINGS || this.up) this.#send();
    else this.#startOver();
  }

  /** @param {import("./slots.js").Slot} slot */
  #line(slot) {
    const { pc } = this;
    if (!pc || this.#lines[slot]) return;
    const { kind } = LINES[slot];
    const line = this.#addLine(pc, slot);
    this.#lines[slot] = line;
    this.#prefer(line, kind);
  }

  /** @param {RTCPeerConnection} pc @param {import("./slots.js").Slot} slot */
  #addLine(pc, slot) {
    const { kind } = LINES[slot];
    const sendEncodings = this.#encodings(slot);
    try {
      return pc.addTransceiver(kind, { direction: "sendonly", sendEncodings });
    } catch {
      // A way to make layers that this browser doesn't know; its own will do.
      return pc.addTransceiver(kind, { direction: "sendonly", sendEncodings: sendEncodings.map(withoutLayers) });
    }
  }

  /** @param {RTCRtpTransceiver} line @param {"audio"|"video"} kind */
  #prefer(line, kind) {
    const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.(kind)?.codecs;
    if (!codecs) return;
    try {
      line.setCodecPreferences(kind === "audio" ? preferredSound(codecs) : preferred(codecs, this.#codec));
    } catch {
      // The browser's own order will do.
    }
  }

  #feed() {
    if (this.closed || !this.pc) return;
    for (const slot of SLOTS) {
      if (this.#tracks[slot]) this.#line(slot);
      const sender = this.#lines[slot]?.sender;
      if (!sender) continue;
      const track = this.#tracks[slot];
      if (track) void this.#limit(sender, slot);
      if (sender.track !== track) void sender.replaceTrack(track).catch(() => undefined);
    }
  }

  /** @param {import("./slots.js").Slot} slot @returns {RTCRtpEncodingParameters[]} */
  #encodings(slot) {
    if (this.#fixed) return this.#fixed(slot, this.#tracks);
    const wanted = this.#wanted.get(LINES[slot].source) ?? null;
    if (slot === "microphone") return [{ maxBitrate: 40_000, ...FIRST }];
    if (slot === "screenAudio") return [{ maxBitrate: 64_000, ...FIRST }];
    if (slot === "screen") return [{ ...SCREEN, active: wanted === null || wanted.length > 0 }];
    return cameraEncodings({ lines: linesOf(this.#tracks.camera), wanted, lowPower: this.#lowPower, level: this.#level, codec: this.#codec });
  }

  /** @param {RTCRtpSender} sender @param {import("./slots.js").Slot} slot */
  async #limit(sender, slot) {
    const wanted = this.#encodings(slot);
    const key = JSON.stringify(wanted);
    if (this.#asked.get(sender) === key) return;
    if (sender.getParameters().encodings?.length !== wanted.length) return;
    this.#asked.set(sender, key);
    await this.#ask(sender, slot, wanted)
      .catch(() => this.#ask(sender, slot, wanted.map(withoutLayers)))
      .catch(() => this.#asked.delete(sender));
  }

  /** @param {RTCRtpSender} sender @param {import("./slots.js").Slot} slot @param {RTCRtpEncodingParameters[]} wanted */
  async #ask(sender, slot, wanted) {
    const parameters = sender.getParameters();
    parameters.encodings.forEach((encoding, at) => {
      const { rid } = encoding;
      Object.assign(encoding, wanted[at]);
      if (rid) encoding.rid = rid;
    });
    Object.assign(parameters, { degradationPreference: slot === "screen" ? "maintain-resolution" : "maintain-framerate" });
    await sender.setParameters(parameters);
  }
}

/** @param {RTCRtpEncodingParameters & {scalabilityMode?: string}} encoding @returns {RTCRtpEncodingParameters} */
function withoutLayers({ scalabilityMode: _, ...encoding }) {
  return encoding;
}

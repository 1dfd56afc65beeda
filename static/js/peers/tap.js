import { linesOf } from "./layers.js";
import { SfuPublish } from "./sfu-publish.js";

/** @typedef {import("./slots.js").Slot} Slot @typedef {import("./slots.js").Tracks} Tracks */

/** The shorter side of the one picture that the server gets, and how often. */
const LINES = 180;
const FRAMERATE = 15;

/** @type {Record<string, Slot>} */
const SLOTS = { microphone: "microphone", camera: "camera", screen: "screen", screen_audio: "screenAudio" };
/** @type {Tracks} */
const NOTHING = { microphone: null, camera: null, screen: null, screenAudio: null };

/**
 * The extra copy beside a mesh, for what runs on the server: sound, and of each picture one small encoding. What is muted or off for the others is
 * so for the server, for these are the same tracks.
 */
export class Tap {
  #options;
  #leg;
  /** @type {Set<Slot>} */
  #slots = new Set();
  #tracks = NOTHING;

  /** @param {import("./sfu-leg.js").LegOptions & {sources: string[]}} options */
  constructor(options) {
    this.#options = { ...options, first: slotsOf(options.sources).filter((slot) => slot === "microphone" || slot === "camera"), encodings: encodingsOf };
    this.#leg = new SfuPublish(this.#options);
    this.setSources(options.sources);
  }

  get epoch() {
    return this.#options.epoch;
  }

  set epoch(epoch) {
    this.#options.epoch = epoch;
  }

  get state() {
    return this.#leg.state;
  }

  start() {
    this.#leg.start();
  }

  /** @param {string[]} sources */
  setSources(sources) {
    this.#slots = new Set(slotsOf(sources));
    this.#feed();
  }

  /** @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    this.#feed();
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event @returns {boolean} whether it was for the extra copy */
  receive(event) {
    if (event.type === "answer_received" && event.from === "sfu" && event.epoch === this.epoch) this.#leg.takeAnswer(event.sdp);
    else if (event.type === "description_refused" && event.leg === "tap") this.#leg.refused();
    else if (event.type === "path_lost" && event.leg === "tap") this.#leg.restart();
    else return false;
    return true;
  }

  /** Our signalling is back. */
  resync() {
    this.#leg.resync();
  }

  /** The network is another one. */
  restart() {
    this.#leg.restart();
  }

  close() {
    this.#leg.close();
  }

  #feed() {
    const { microphone, camera, screen, screenAudio } = this.#tracks;
    const only = (/** @type {Slot} */ slot, /** @type {MediaStreamTrack|null} */ track) => (this.#slots.has(slot) ? track : null);
    this.#leg.setTracks({ microphone: only("microphone", microphone), camera: only("camera", camera), screen: only("screen", screen), screenAudio: only("screenAudio", screenAudio) });
  }
}

/** @param {string[]} sources @returns {Slot[]} */
function slotsOf(sources) {
  return sources.flatMap((source) => SLOTS[source] ?? []);
}

/** One of each, and a small one. @param {Slot} slot @param {Tracks} tracks @returns {RTCRtpEncodingParameters[]} */
export function encodingsOf(slot, tracks) {
  if (slot === "microphone") return [{ maxBitrate: 40_000 }];
  if (slot === "screenAudio") return [{ maxBitrate: 64_000 }];
  // A shared screen is read: fewer pictures, but whole ones.
  if (slot === "screen") return [{ maxBitrate: 600_000, maxFramerate: 5 }];
  return [{ maxBitrate: 180_000, maxFramerate: FRAMERATE, scaleResolutionDownBy: Math.max(1, linesOf(tracks.camera) / LINES) }];
}

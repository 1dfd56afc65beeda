import { systemClock } from "../browser/clock.js";
import { WHOLE } from "./bandwidth.js";
import { Ladder } from "./ladder.js";
import { NetworkWatch, browserNetwork } from "./network-watch.js";
import { SfuPublish } from "./sfu-publish.js";
import { SfuReceive } from "./sfu-receive.js";
import { deviceHealth } from "./shares.js";
import { Silence } from "./silence.js";
import { readStats } from "./stats.js";

/** Of three sizes of a camera, so many can be left out. */
const LOWEST = 2;
/** Enough for the smallest of them. */
const SMALL = { ...WHOLE, lines: 360 };

/**
 * @typedef {import("./sfu-leg.js").LegOptions & {codec?: string, gently?: boolean, outside?: {network: EventTarget|null, radio: import("./network-watch.js").Radio|null}}} SfuOptions
 * @typedef {import("./stats.js").LinkStats} LinkStats
 * @typedef {import("./stats.js").Counters} Counters
 */

/** The path through the server: one connection to send on, one to receive on, whoever is in the room. Dispatches `state` and `tracks` (detail: a participant's id). */
export class Sfu extends EventTarget {
  mode = /** @type {const} */ ("sfu");
  epoch;
  /** What of the own sending goes wrong. @type {LinkStats|null} */
  own = null;
  /** @type {string[]} */
  ids = [];
  #clock;
  #publish;
  #receive;
  #networkWatch;
  #silence;
  #device;
  /** @type {Counters|null} */
  #ownCounters = null;
  /** What had come over a line when somebody got it. @type {Map<string, number>} by line and person */
  #since = new Map();

  /** @param {SfuOptions} options `gently`: it begins with the smallest size, and goes up once this device is seen to bear it */
  constructor(options) {
    super();
    this.epoch = options.epoch;
    this.#clock = options.clock ?? systemClock;
    this.#publish = new SfuPublish(options);
    this.#receive = new SfuReceive(options);
    this.#device = new Ladder({ lowest: LOWEST, level: options.gently ? LOWEST : 0, now: this.#clock.now() });
    this.#publish.setLevel(this.#device.level);
    this.#networkWatch = new NetworkWatch({ ...(options.outside ?? browserNetwork()), clock: this.#clock, onChange: () => this.#restart() });
    this.#silence = new Silence({
      clock: this.#clock,
      received: this.#legs.map((leg) => () => leg.packets()),
      onSilent: () => this.#legs.forEach((leg) => leg.onSilent()),
      onHeard: () => this.#legs.forEach((leg) => leg.onHeard()),
    });
    for (const leg of this.#legs) leg.addEventListener("state", () => this.ids.forEach((id) => this.#tell("state", id)));
    this.#receive.addEventListener("tracks", (event) => {
      for (const id of /** @type {CustomEvent<string[]>} */ (event).detail) this.#tell("tracks", id);
    });
  }

  /** How the camera is taken now: of three sizes that go out, the largest is the whole. */
  get capture() {
    return this.#device.level === LOWEST ? SMALL : WHOLE;
  }

  get #legs() {
    return [this.#publish, this.#receive];
  }

  get connections() {
    return [this.#publish.pc, this.#receive.pc].filter((one) => one !== null);
  }

  start() {
    this.#publish.start();
    this.#receive.start();
    this.#silence.start();
  }

  /** Who else is here; the server knows by itself. @param {string[]} ids */
  sync(ids) {
    const added = ids.filter((id) => !this.ids.includes(id));
    const gone = this.ids.filter((id) => !ids.includes(id));
    this.ids = ids;
    for (const id of [...added, ...gone]) this.#tell("state", id);
    for (const id of added) this.#tell("tracks", id);
  }

  /** @param {string} id */
  drop(id) {
    this.sync(this.ids.filter((one) => one !== id));
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event */
  receive(event) {
    switch (event.type) {
      case "answer_received":
        if (event.epoch === this.epoch) this.#publish.takeAnswer(event.sdp);
        return;
      case "offer_received":
        if (event.epoch === this.epoch) this.#receive.takeOffer(event.sdp);
        return;
      case "slots_updated":
        if (event.epoch === this.epoch) this.#receive.setSlots(event.slots);
        return;
      case "layers_wanted":
        return this.#publish.setWanted(event.tracks);
      case "description_refused":
        if (event.epoch === this.epoch && event.leg === "publish") this.#publish.refused();
        return;
      case "path_lost":
        return event.leg === "publish" ? this.#publish.onLost() : this.#receive.onLost();
      default:
    }
  }

  /** @param {import("./slots.js").Tracks} tracks */
  setTracks(tracks) {
    this.#publish.setTracks(tracks);
  }

  /** @param {string} codec of the own pictures from now on */
  setCodec(codec) {
    this.#publish.setCodec(codec);
  }

  /** @param {boolean} on */
  setLowPower(on) {
    this.#publish.setLowPower(on);
  }

  /**
   * The largest sizes of the camera give way while the device falls behind. The network's troubles the browser answers by itself.
   * @param {unknown} _stats what of the others comes is no measure of this device @param {number} [lateMs] how late the page did what was due
   */
  adapt(_stats, lateMs = 0) {
    const cores = globalThis.navigator?.hardwareConcurrency ?? 4;
    const health = deviceHealth({ stats: this.own ? [this.own] : [], lateMs, framerate: WHOLE.framerate, cores });
    const before = this.#device.level;
    const level = this.#device.update(health, this.#clock.now());
    if (level === before) return;
    this.#publish.setLevel(level);
    this.dispatchEvent(new Event("capture"));
  }

  resync() {
    this.#publish.resync();
    this.#receive.resync();
  }

  close() {
    this.#networkWatch.stop();
    this.#silence.stop();
    this.#publish.close();
    this.#receive.close();
  }

  /** @returns {import("../call/call-state.js").LinkState} */
  linkOf() {
    return { state: this.#receive.state, path: "server" };
  }

  /** @param {string} id */
  received(id) {
    return this.#receive.received(id);
  }

  /** @param {string} id */
  level(id) {
    return this.#receive.level(id, this.#clock.now());
  }

  /** What comes of each, and what goes out, which is one stream for all. @param {Map<string, Counters>} memory @param {number} now @returns {Promise<Map<string, LinkStats>>} */
  async measure(memory, now) {
    await this.#measureOwn(now);
    const report = await this.#report();
    /** @type {Map<string, LinkStats>} */
    const all = new Map();
    if (!report) return all;
    for (const id of this.ids) {
      const mids = this.#receive.slotsOf(id).map((one) => one.mid);
      const theirs = report.filter((one) => one.type !== "inbound-rtp" || mids.includes(one.mid));
      const { stats, counters } = readStats(theirs, memory.get(id) ?? null, now);
      memory.set(id, counters);
      const { lossUp = 0, cpuLimited = false } = this.own ?? {};
      all.set(id, { ...stats, lossUp, cpuLimited });
    }
    return all;
  }

  /** How far the new path has come, for the one who waits to go over to it. @returns {Promise<Map<string, import("./edges.js").Progress>>} */
  async progress() {
    const report = await this.#report();
    const up = this.#receive.up && this.#publish.up;
    return new Map(this.ids.map((id) => [id, { up, ...this.#grown(id, report ?? []) }]));
  }

  /** A line may have served somebody else before: what counts is what has come since. @param {string} id @param {any[]} report */
  #grown(id, report) {
    const grown = { audio: 0, camera: 0, screen: 0 };
    for (const { mid, source } of this.#receive.slotsOf(id)) {
      if (source === "screen_audio") continue;
      const inbound = report.find((one) => one.type === "inbound-rtp" && one.mid === mid);
      const now = (source === "microphone" ? inbound?.packetsReceived : inbound?.framesDecoded) ?? 0;
      const key = `${mid} ${id} ${source}`;
      if (!this.#since.has(key)) this.#since.set(key, now);
      grown[source === "microphone" ? "audio" : source] = now - (this.#since.get(key) ?? 0);
    }
    return grown;
  }

  async #report() {
    const report = await this.#receive.pc?.getStats().catch(() => null);
    return report ? [.../** @type {any} */ (report).values()] : null;
  }

  /** @param {number} now */
  async #measureOwn(now) {
    const report = await this.#publish.pc?.getStats().catch(() => null);
    if (!report) return;
    const { stats, counters } = readStats(/** @type {any} */ (report).values(), this.#ownCounters, now);
    this.own = { ...stats, ...sentPicture([.../** @type {any} */ (report).values()]) };
    this.#ownCounters = counters;
  }

  #restart() {
    this.#publish.restart();
    this.#receive.restart();
  }

  /** @param {string} type @param {string} id */
  #tell(type, id) {
    this.dispatchEvent(new CustomEvent(type, { detail: id }));
  }
}

/** The sizes of the camera that go out now. @param {any[]} report @returns {Pick<LinkStats, "codec"|"width"|"height"|"fps"> & {layers: import("./stats.js").SentLayer[]}} */
function sentPicture(report) {
  const layers = report
    .filter((one) => one.type === "outbound-rtp" && one.kind === "video" && one.contentType !== "screenshare" && one.active !== false && one.frameHeight)
    .map((one) => ({ rid: one.rid ?? one.scalabilityMode ?? "", width: one.frameWidth, height: one.frameHeight, fps: Math.round(one.framesPerSecond ?? 0) }))
    .sort((a, b) => a.height - b.height);
  const best = layers[layers.length - 1];
  const stream = report.find((one) => one.type === "outbound-rtp" && one.kind === "video" && one.codecId);
  const mime = stream && report.find((one) => one.id === stream.codecId)?.mimeType;
  return { codec: mime ? mime.split("/")[1] : null, width: best?.width ?? null, height: best?.height ?? null, fps: best?.fps ?? null, layers };
}

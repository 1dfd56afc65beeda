import { systemClock } from "../browser/clock.js";
import { captureFor } from "./bandwidth.js";
import { IceServers } from "./ice-servers.js";
import { Link } from "./link.js";
import { NetworkWatch, browserNetwork } from "./network-watch.js";
import { Shares } from "./shares.js";

/**
 * @typedef {import("./slots.js").Tracks} Tracks
 * @typedef {object} PeersOptions
 * @property {string} localId
 * @property {(type: string, fields: Record<string, unknown>) => Promise<any>} request sends a command
 * @property {RTCIceServer[]} iceServers
 * @property {number} [iceServersAt] when they were given; now without it
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../browser/clock.js").Clock} [clock]
 * @property {{network: EventTarget|null, radio: import("./network-watch.js").Radio|null}} [outside] the browser's own without it
 */

/**
 * The mesh: a link to everybody else in the room. Dispatches `state` and `tracks` (detail: a participant's id), and `capture` when the camera
 * is to be taken in another size or less often.
 */
export class Peers extends EventTarget {
  /** @type {Map<string, Link>} */
  #links = new Map();
  /** @type {Tracks} */
  #tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  #options;
  #clock;
  #shares;
  #lowPower = false;
  #iceServers;
  #networkWatch;
  /** @type {import("./bandwidth.js").Capture} */
  #capture = captureFor([]);
  epoch = 0;

  /** @param {PeersOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#shares = new Shares({ clock: this.#clock });
    this.#iceServers = new IceServers({
      first: options.iceServers,
      since: options.iceServersAt,
      clock: this.#clock,
      ask: async () => (await options.request("get_ice_servers", {})).iceServers,
    });
    this.#networkWatch = new NetworkWatch({ ...(options.outside ?? browserNetwork()), clock: this.#clock, onChange: () => this.restartAll() });
  }

  get ids() {
    return [...this.#links.keys()];
  }

  /** @param {string} id */
  link(id) {
    return this.#links.get(id) ?? null;
  }

  /** Makes the links what the room says: those that are there stay untouched. @param {string[]} ids everybody else */
  sync(ids) {
    const wanted = new Set(ids);
    for (const id of this.ids) if (!wanted.has(id)) this.drop(id);
    const added = [...wanted].filter((id) => !this.#links.has(id)).map((id) => this.#add(id));
    // Each knows its share before it begins, so that none starts at full size.
    this.#share();
    for (const link of added) this.#start(link);
  }

  /** @param {string} id */
  drop(id) {
    this.#links.get(id)?.close();
    if (this.#links.delete(id)) this.#tell("state", id);
  }

  /** @param {import("../signalling/protocol.js").RelayEvent} event */
  receive(event) {
    this.#links.get(event.from)?.receive(event);
  }

  /** @param {Tracks} tracks */
  setTracks(tracks) {
    this.#tracks = tracks;
    for (const link of this.#links.values()) link.setTracks(tracks);
    this.#share();
  }

  /** @param {RTCIceServer[]} iceServers */
  setIceServers(iceServers) {
    this.#iceServers.set(iceServers);
  }

  /** Spares this device. @param {boolean} on */
  setLowPower(on) {
    this.#lowPower = on;
    this.#share();
  }

  /** How the camera is best taken now. */
  get capture() {
    return this.#capture;
  }

  /**
   * Sends less where there is trouble, and more again later.
   * @param {Map<string, import("./stats.js").LinkStats>} stats of the last seconds @param {number} [lateMs] how late the page did what was due
   */
  adapt(stats, lateMs) {
    this.#shares.adapt(stats, lateMs);
    this.#limit();
  }

  /** The network is another one: every link looks for a new way. */
  restartAll() {
    for (const link of this.#links.values()) link.restart();
  }

  /** Our signalling was away and is back. */
  resync() {
    for (const link of this.#links.values()) link.resync();
  }

  close() {
    this.#networkWatch.stop();
    for (const id of this.ids) this.drop(id);
  }

  /** @param {string} id */
  #add(id) {
    const { localId, request, RTCPeerConnection } = this.#options;
    const link = new Link({
      localId,
      remoteId: id,
      clock: this.#clock,
      RTCPeerConnection,
      firstIceServers: this.#iceServers.last,
      iceServers: () => this.#iceServers.fresh(),
      send: ({ type, ...fields }) => request(type, { ...fields, to: id, epoch: this.epoch }),
    });
    this.#links.set(id, link);
    link.addEventListener("state", () => this.#tell("state", id));
    link.addEventListener("tracks", () => this.#tell("tracks", id));
    link.setTracks(this.#tracks);
    this.#tell("state", id);
    return link;
  }

  /** @param {Link} link */
  #start(link) {
    // Credentials that are about to die would leave a relayed path with a short life.
    if (this.#iceServers.stale) this.#iceServers.fresh().then((servers) => link.start(servers), () => link.start());
    else link.start();
  }

  #share() {
    this.#shares.plan({ ids: this.ids, sharing: this.#tracks.screen !== null, lowPower: this.#lowPower });
    this.#limit();
  }

  #limit() {
    const { capture } = this.#shares;
    if (capture.lines !== this.#capture.lines || capture.framerate !== this.#capture.framerate) {
      this.#capture = capture;
      this.dispatchEvent(new Event("capture"));
    }
    for (const [id, link] of this.#links) link.setBudget(this.#shares.of(id));
  }

  /** @param {string} type @param {string} id */
  #tell(type, id) {
    this.dispatchEvent(new CustomEvent(type, { detail: id }));
  }
}

import { Peers } from "../peers/peers.js";
import { RemoteStreams } from "../peers/streams.js";

/**
 * @typedef {import("./call-state.js").CallState} CallState
 * @typedef {import("../peers/streams.js").StreamKind} StreamKind
 * @typedef {object} MeshOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../media/media.js").LocalMedia} media
 * @property {(type: string, fields: Record<string, unknown>) => Promise<any>} request
 * @property {() => CallState} state of the call now
 * @property {(part: Partial<CallState>) => void} change
 * @property {(participantId: string) => "direct"|"relayed"|null} pathOf as the statistics say
 * @property {(participantId: string, kind: StreamKind) => void} onStream
 */

/** The links of a call to everybody else in the room, and the streams that come over them. */
export class Mesh {
  /** @type {Peers|null} */
  peers = null;
  #options;
  #streams = new RemoteStreams();
  /** @type {RTCIceServer[]} */
  #iceServers = [];

  /** @param {MeshOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {RTCIceServer[]} servers */
  setIceServers(servers) {
    this.#iceServers = servers;
    this.peers?.setIceServers(servers);
  }

  /** Links to everybody else who is here, and to nobody more. */
  ensure() {
    const { you, participants, phase, topology } = this.#options.state();
    if (phase !== "joined" || !you) return;
    this.peers ??= this.#begin(you.id);
    this.peers.epoch = topology?.epoch ?? 0;
    this.peers.sync(participants.filter((one) => one.id !== you.id).map((one) => one.id));
  }

  /** Our devices are others now. */
  feed() {
    const { tracks, state } = this.#options.media;
    this.peers?.setTracks(tracks);
    this.peers?.setLowPower(state.lowPower);
  }

  close() {
    const ids = this.peers?.ids ?? [];
    this.peers?.close();
    this.peers = null;
    for (const id of ids) this.#tell(id, this.#streams.drop(id));
    this.#options.change({ links: {}, speaking: [], activeSpeaker: null });
  }

  /** How the links are, into the state. */
  read() {
    const { state, change, pathOf } = this.#options;
    const before = state().links;
    /** @type {CallState["links"]} */
    const links = {};
    for (const id of this.peers?.ids ?? []) links[id] = { state: this.peers?.link(id)?.state ?? "new", path: pathOf(id) };
    for (const id of Object.keys(before)) if (!links[id]) this.#tell(id, this.#streams.drop(id));
    if (JSON.stringify(links) !== JSON.stringify(before)) change({ links });
  }

  /** What somebody sends, as far as it is on. @param {string} id */
  arrange(id) {
    const person = this.#options.state().participants.find((one) => one.id === id);
    const link = this.peers?.link(id);
    if (person && link) this.#tell(id, this.#streams.arrange(id, link.received, person));
  }

  /** @param {string} id @param {StreamKind} kind */
  streamOf(id, kind) {
    return this.#streams.of(id, kind);
  }

  /** @param {string} localId */
  #begin(localId) {
    const { clock, RTCPeerConnection, media, request } = this.#options;
    const peers = new Peers({ localId, request, iceServers: this.#iceServers, clock, RTCPeerConnection });
    peers.addEventListener("state", () => this.read());
    peers.addEventListener("tracks", (event) => this.arrange(/** @type {CustomEvent<string>} */ (event).detail));
    void media.setCapture(peers.capture);
    peers.addEventListener("capture", () => void media.setCapture(peers.capture));
    peers.setLowPower(media.state.lowPower);
    peers.setTracks(media.tracks);
    return peers;
  }

  /** @param {string} participantId @param {StreamKind[]} kinds */
  #tell(participantId, kinds) {
    for (const kind of kinds) this.#options.onStream(participantId, kind);
  }
}

import { bearsFewLinks } from "../browser/device.js";
import { awaitedOf } from "../peers/awaited.js";
import { mostOf } from "../peers/bandwidth.js";
import { MeshPath } from "../peers/mesh-path.js";
import { NOWHERE, follow, retired, same } from "../peers/path-switch.js";
import { Sfu } from "../peers/sfu.js";
import { LATE_MS } from "../peers/shares.js";
import { Subscriber, wantsOf } from "../peers/subscription.js";
import { LivePath } from "./live-path.js";
import { Readiness } from "./readiness.js";

/** The others' screens may be slower than ours: for so long the old path goes on at least, and at most. */
const LINGER_MS = 1_500;
const LONGEST_MS = 5_000;
const SPREAD_MS = 200;

/**
 * @typedef {import("./call-state.js").CallState} CallState
 * @typedef {import("./live-path.js").StreamKind} StreamKind
 * @typedef {import("../peers/path-switch.js").Way} Way
 * @typedef {import("../peers/stats.js").LinkStats} LinkStats
 * @typedef {"current"|"next"|"old"} Part
 * @typedef {object} PathsOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {typeof RTCPeerConnection} [RTCPeerConnection]
 * @property {import("../media/media.js").LocalMedia} media
 * @property {(type: string, fields: Record<string, unknown>) => Promise<any>} request
 * @property {() => CallState} state of the call now
 * @property {(part: Partial<CallState>) => void} change
 * @property {(participantId: string) => LinkStats|null} statsOf
 * @property {() => string} codec of the own pictures on the server's path
 * @property {(participantId: string, kind: StreamKind, hold: (shown: Promise<unknown>) => void) => void} onStream `hold` keeps the old path until the new one's is shown
 */

/** @type {Part[]} */
const PARTS = ["current", "next", "old"];

/** The ways that media takes in a call: one of them, and two while the room goes over from one to the other. */
export class Paths {
  #options;
  #ways = NOWHERE;
  /** @type {Record<Part, LivePath|null>} */
  #live = { current: null, next: null, old: null };
  #readiness;
  #subscriber;
  /** Who was there before the switch began: the others come over the next path only. @type {Set<string>} */
  #before = new Set();
  /** @type {Promise<unknown>[]} */
  #holds = [];
  /** Null before anything was shown. @type {import("../peers/subscription.js").Shown[]|null} */
  #shown = null;
  #hidden = false;
  /** The page is late with everything: its device has no time left. */
  #late = false;
  /** Of the others, who spoke last. @type {string|null} */
  #speaker = null;
  /** @type {{servers: RTCIceServer[], at: number}} */
  #ice;

  /** @param {PathsOptions} options */
  constructor(options) {
    this.#options = options;
    this.#ice = { servers: [], at: options.clock.now() };
    this.#readiness = new Readiness({
      clock: options.clock,
      others: () => options.state().participants.filter((one) => one.id !== options.state().you?.id),
      wanted: (id) => this.#wantedOf(id),
      tell: (ready) => options.request("topology_ready", ready),
    });
    this.#subscriber = new Subscriber({ clock: options.clock, send: (tracks) => options.request("subscribe", { tracks }) });
  }

  /** @param {RTCIceServer[]} servers */
  setIceServers(servers) {
    this.#ice = { servers, at: this.#options.clock.now() };
    for (const { path } of this.#all) if (path.mode === "mesh") path.setIceServers(servers);
  }

  /** The paths that the room's topology asks for, each with everybody who is on it. */
  ensure() {
    const { you, participants, phase, topology } = this.#options.state();
    if (phase !== "joined" || !you || !topology) return;
    this.#go(follow(this.#ways, topology), you.id);
    const others = participants.filter((one) => one.id !== you.id).map((one) => one.id);
    for (const id of this.#before) if (!others.includes(id)) this.#before.delete(id);
    for (const part of PARTS) this.#live[part]?.path.sync(this.#membersOf(part, others));
    for (const { path } of this.#all) if (path.mode === "sfu") path.setCodec(this.#options.codec());
    this.subscribe();
  }

  /** Our devices are others now. */
  feed() {
    const { tracks, state } = this.#options.media;
    for (const live of this.#all) {
      live.feed(tracks);
      live.path.setLowPower(state.lowPower);
    }
  }

  /** @param {import("../signalling/protocol.js").ServerEvent} event @returns {boolean} whether it was for a path alone */
  receive(event) {
    switch (event.type) {
      case "offer_received":
      case "answer_received":
      case "ice_candidate_received":
        this.#relay(event);
        return true;
      case "slots_updated":
      case "layers_wanted":
      case "path_lost":
      case "description_refused":
        for (const { path } of this.#all) if (path.mode === "sfu") path.receive(event);
        return true;
      default:
        return false;
    }
  }

  /** Their page was reloaded: what led there leads nowhere. @param {string} id */
  drop(id) {
    this.#before.delete(id);
    for (const { path } of this.#all) path.drop(id);
  }

  /** @param {Map<string, LinkStats>} stats @param {number} [lateMs] how late the page did what was due */
  adapt(stats, lateMs = 0) {
    this.#late = lateMs > LATE_MS;
    this.#live.current?.path.adapt(stats, lateMs);
  }

  /** Our signalling was away and is back. */
  resync() {
    for (const { path } of this.#all) path.resync();
    this.#readiness.again();
    if (this.#all.some(({ path }) => path.mode === "sfu")) this.#subscriber.open();
  }

  close() {
    const ids = this.#ids;
    this.#readiness.follow(null);
    this.#subscriber.close();
    for (const { path } of this.#all) path.close();
    this.#live = { current: null, next: null, old: null };
    this.#ways = NOWHERE;
    this.#before.clear();
    for (const id of ids) this.#tellBoth(id);
    this.#options.change({ links: {}, speaking: [], activeSpeaker: null, limited: {} });
  }

  /** How the links are, into the state. */
  read() {
    const { state, change, statsOf } = this.#options;
    const before = state().links;
    /** @type {CallState["links"]} */
    const links = {};
    for (const id of this.#ids) {
      const live = this.#playing(id);
      if (live) links[id] = live.path.linkOf(id, statsOf(id));
    }
    for (const id of Object.keys(before)) if (!links[id]) this.#forget(id);
    if (JSON.stringify(links) !== JSON.stringify(before)) change({ links });
  }

  /** What somebody sends, as far as it is on and the person wants pictures. @param {string} id */
  arrange(id) {
    const { participants, videoMode } = this.#options.state();
    const person = participants.find((one) => one.id === id);
    if (!person) return;
    const seen = videoMode === "none" ? { ...person, videoOn: false } : person;
    const kinds = new Set(this.#all.filter((live) => live.path.ids.includes(id)).flatMap((live) => live.arrange(seen)));
    for (const kind of kinds) this.#tell(id, kind);
  }

  /** @param {string} id @param {StreamKind} kind */
  streamOf(id, kind) {
    for (const live of this.#all) {
      const stream = live.streamOf(id, kind);
      if (stream) return stream;
    }
    return null;
  }

  /** @param {string} id */
  level(id) {
    return this.#playing(id)?.path.level(id) ?? 0;
  }

  /** Everybody whom a path leads to. */
  get ids() {
    return this.#ids;
  }

  /** @param {"short"|"long"} memory @param {number} now */
  async measure(memory, now) {
    const { current, next } = this.#live;
    const playing = await current?.measure(memory, now);
    // Who came in the middle of a switch is on the next one only.
    const rest = next && this.#ids.some((id) => !playing?.has(id)) ? await next.measure(memory, now) : null;
    return new Map([...(rest ?? []), ...(playing ?? [])]);
  }

  /** What goes out to the server, where it does. @returns {LinkStats|null} */
  get own() {
    const path = this.#live.current?.path;
    return path?.mode === "sfu" ? path.own : null;
  }

  /** What is on the screen now. @param {import("../peers/subscription.js").Shown[]} shown @param {boolean} hidden the whole page is */
  show(shown, hidden) {
    this.#shown = shown;
    this.#hidden = hidden;
    this.subscribe();
  }

  subscribe() {
    if (this.#shown) this.#subscriber.set(this.#wants());
  }

  #wants() {
    const { you, activeSpeaker, room, videoMode } = this.#options.state();
    // Our own words change nothing about whom we want to see best.
    if (activeSpeaker !== null && activeSpeaker !== you?.id) this.#speaker = activeSpeaker;
    return wantsOf({ shown: this.#shown ?? [], localId: you?.id ?? null, mode: videoMode, hidden: this.#hidden, speaker: this.#speaker, spotlight: room?.spotlight ?? null });
  }

  get #all() {
    return PARTS.flatMap((part) => this.#live[part] ?? []);
  }

  get #ids() {
    return [...new Set(this.#all.flatMap(({ path }) => path.ids))];
  }

  /** The path whose state is what the person notices of somebody. @param {string} id */
  #playing(id) {
    return this.#all.find(({ path }) => path.ids.includes(id)) ?? null;
  }

  /** @param {Part} part @param {string[]} others */
  #membersOf(part, others) {
    const live = this.#live[part];
    if (part === "next" || live?.path.mode === "sfu") return others;
    if (part === "old") return others.filter((id) => live?.path.ids.includes(id));
    return this.#live.next ? others.filter((id) => this.#before.has(id)) : others;
  }

  /** @param {import("../peers/path-switch.js").Ways} ways @param {string} localId */
  #go(ways, localId) {
    if (ways === this.#ways) return;
    const before = this.#live;
    const had = Object.values(before).flatMap((live) => live ?? []);
    const switches = before.next !== null && same(before.next.way, ways.current);
    const begins = ways.next !== null && !same(before.next?.way ?? null, ways.next);
    if (begins) this.#before = new Set(before.current?.path.ids ?? []);
    this.#ways = ways;
    this.#live = /** @type {Record<Part, LivePath|null>} */ (Object.fromEntries(PARTS.map((part) => [part, this.#take(ways[part], had, localId)])));
    const ids = [...new Set(had.flatMap(({ path }) => path.ids))];
    const gone = had.filter((live) => !this.#all.includes(live));
    for (const live of gone) live.path.close();
    if (switches) this.#arrive(ids);
    else if (gone.length) for (const id of ids) this.#tellBoth(id);
    if (this.#live.old && this.#live.old !== before.old) void this.#retire(this.#live.old);
    if (this.#all.some(({ path }) => path.mode === "sfu") && !had.some(({ path }) => path.mode === "sfu")) this.#subscriber.open();
    if (!this.#all.some(({ path }) => path.mode === "sfu")) this.#subscriber.close();
    this.#readiness.follow(this.#live.next);
    this.#fitCapture();
    this.read();
  }

  /** The room went over: pictures that waited for it go out now, and what comes is shown. @param {string[]} ids */
  #arrive(ids) {
    const { current } = this.#live;
    if (current?.voicesOnly) {
      current.voicesOnly = false;
      current.feed(this.#options.media.tracks);
    }
    this.#spread(ids);
  }

  /** The camera is taken as large and as often as the most demanding path has a use for. */
  #fitCapture() {
    const wishes = this.#all.map(({ path }) => path.capture);
    if (wishes.length) void this.#options.media.setCapture(mostOf(wishes));
  }

  /** The one that is there already, or a new one. @param {Way|null} way @param {LivePath[]} had @param {string} localId @returns {LivePath|null} */
  #take(way, had, localId) {
    if (!way) return null;
    const live = had.find((one) => same(one.way, way)) ?? (way.mode === "mesh" ? had.find((one) => one.way.mode === "mesh" && one !== this.#live.old) : undefined);
    if (!live) return this.#open(way, localId);
    live.way = way;
    live.path.epoch = way.epoch;
    return live;
  }

  /** @param {Way} way @param {string} localId */
  #open(way, localId) {
    const { clock, RTCPeerConnection, media, request, codec } = this.#options;
    const shared = { clock, RTCPeerConnection, request };
    const beside = same(way, this.#ways.next) && this.#ways.current !== null;
    const path =
      way.mode === "mesh"
        ? new MeshPath({ ...shared, localId, iceServers: this.#ice.servers, iceServersAt: this.#ice.at })
        : new Sfu({ ...shared, epoch: way.epoch, iceServers: () => this.#ice.servers, codec: codec(), gently: beside && bearsFewLinks() });
    path.epoch = way.epoch;
    path.addEventListener("state", () => this.read());
    path.addEventListener("tracks", (event) => this.arrange(/** @type {CustomEvent<string>} */ (event).detail));
    path.addEventListener("capture", () => this.#fitCapture());
    path.setLowPower(media.state.lowPower);
    const live = new LivePath(path, way, clock.now());
    // Twice the pictures would be too much for a device without time left: the voices go ahead.
    live.voicesOnly = this.#late && beside;
    live.feed(media.tracks);
    path.start();
    return live;
  }

  /** @param {import("../signalling/protocol.js").RelayEvent} event */
  #relay(event) {
    const mode = event.from === "sfu" ? "sfu" : "mesh";
    for (const { path, born } of this.#all) {
      if (path.mode === mode && (event.epoch ?? born) >= born) path.receive(/** @type {any} */ (event));
    }
  }

  /** One tile after the other: all at once, a busy page would stand still for a moment. @param {string[]} ids */
  #spread(ids) {
    const ways = this.#ways;
    ids.forEach((id, at) => {
      this.#options.clock.setTimeout(() => {
        if (this.#ways === ways) this.#tellBoth(id);
      }, at * Math.min(SPREAD_MS, LINGER_MS / 2 / ids.length));
    });
  }

  /** Closes it once what took its place is on the screen, here and very likely at the others'. @param {LivePath} live */
  async #retire(live) {
    const wait = (/** @type {number} */ ms) => new Promise((resolve) => void this.#options.clock.setTimeout(() => resolve(null), ms));
    await wait(LINGER_MS);
    await Promise.race([Promise.allSettled(this.#holds.splice(0)), wait(LONGEST_MS - LINGER_MS)]);
    const { ids } = live.path;
    // The browser stands still while a connection closes: not for all of them at once.
    for (const id of live.path.mode === "mesh" ? ids : []) {
      if (this.#live.old !== live) return;
      live.path.drop(id);
      await wait(SPREAD_MS);
    }
    if (this.#live.old !== live) return;
    this.#ways = retired(this.#ways);
    this.#live.old = null;
    live.path.close();
    for (const id of ids) this.#tellBoth(id);
    this.read();
  }

  /** @param {string} id */
  #wantedOf(id) {
    const { next } = this.#live;
    const wants = this.#wants().filter((one) => one.participantId === id).map((one) => one.source);
    const openedMs = this.#options.clock.now() - (next?.openedAt ?? 0);
    return awaitedOf({ mode: next?.path.mode ?? "mesh", openedMs, late: this.#late, limited: this.#options.state().limited[id] ?? {}, wants });
  }

  /** @param {string} id */
  #forget(id) {
    const kinds = new Set(this.#all.flatMap((live) => live.drop(id)));
    for (const kind of kinds) this.#tell(id, kind);
  }

  /** @param {string} id */
  #tellBoth(id) {
    this.#tell(id, "camera");
    this.#tell(id, "screen");
  }

  /** @param {string} id @param {StreamKind} kind */
  #tell(id, kind) {
    this.#options.onStream(id, kind, (shown) => {
      if (this.#live.old) this.#holds.push(shown);
    });
  }
}

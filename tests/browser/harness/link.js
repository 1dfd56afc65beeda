import { createSocket } from "node:dgram";
import { once } from "node:events";
import { FINE, Lane } from "./lane.js";

/** @typedef {import("node:dgram").Socket} Socket */
/** @typedef {import("./lane.js").Conditions} Conditions */

/**
 * The line between one page and the server's media ports: a relay in this process that loses, delays, narrows and blocks datagrams, and lets
 * them come from another address. The page is led to it by `throughLink`, which runs in the page. TCP is not relayed: it is there, or it isn't.
 */
export class Link {
  up = new Lane(1);
  down = new Lane(2);
  /** Looks at what is sent to the page. @type {((datagram: Buffer) => void)|null} */
  tap = null;
  /** @type {Map<number, Promise<Relay>>} by the server's port */
  #relays = new Map();

  /** @param {import("playwright-core").Page} page that has not gone anywhere yet @param {{tcp?: boolean}} [how] whether the page learns of the server's TCP ports */
  async lead(page, { tcp = true } = {}) {
    await page.exposeBinding("portOfLink", (_source, /** @type {number} */ port) => this.#portFor(port));
    await page.addInitScript(throughLink, { tcp });
    return this;
  }

  /** @param {Partial<Conditions>} conditions of both directions from now on; what is not named is fine */
  becomes(conditions) {
    this.up.conditions = this.down.conditions = { ...FINE, ...conditions };
  }

  /** Only what comes to the page. @param {Partial<Conditions>} conditions */
  downBecomes(conditions) {
    this.down.conditions = { ...FINE, ...conditions };
  }

  /** Another network: from now on what the page sends comes from other ports, and what is sent to the old ones reaches nobody. */
  async moves() {
    for (const relay of this.#relays.values()) (await relay).move();
  }

  async close() {
    for (const relay of this.#relays.values()) (await relay).close();
    this.up.close();
    this.down.close();
  }

  /** @param {number} port */
  async #portFor(port) {
    const known = this.#relays.get(port) ?? new Relay(port, this).open();
    this.#relays.set(port, known);
    return (await known).port;
  }
}

/** One port of the server: each of the page's own ports reaches it by a socket of its own. */
class Relay {
  #target;
  #link;
  #near = createSocket("udp4");
  /** @type {Map<string, {port: number, address: string, far: Socket}>} */
  #sources = new Map();

  /** @param {number} target @param {Link} link */
  constructor(target, link) {
    this.#target = target;
    this.#link = link;
  }

  async open() {
    this.#near.on("message", (bytes, from) => this.#rise(bytes, from));
    this.#near.bind(0, "127.0.0.1");
    await once(this.#near, "listening");
    return this;
  }

  get port() {
    return this.#near.address().port;
  }

  move() {
    for (const source of this.#sources.values()) {
      source.far.close();
      source.far = this.#reach(source);
    }
  }

  close() {
    for (const { far } of this.#sources.values()) far.close();
    this.#sources.clear();
    this.#near.close();
  }

  /** @param {Buffer} bytes @param {{port: number, address: string}} from */
  #rise(bytes, from) {
    const key = `${from.address}:${from.port}`;
    let source = this.#sources.get(key);
    if (!source) {
      source = { port: from.port, address: from.address, far: this.#reach(from) };
      this.#sources.set(key, source);
    }
    const { far } = source;
    this.#link.up.take(bytes.length, () => attempt(() => far.send(bytes, this.#target, "127.0.0.1")));
  }

  /** @param {{port: number, address: string}} source */
  #reach({ port, address }) {
    const far = createSocket("udp4");
    far.on("message", (bytes) => {
      this.#link.tap?.(bytes);
      this.#link.down.take(bytes.length, () => attempt(() => this.#near.send(bytes, port, address)));
    });
    far.on("error", () => undefined);
    return far;
  }
}

/** What was underway when its socket closed is lost. @param {() => void} send */
function attempt(send) {
  try {
    send();
  } catch (error) {
    if (/** @type {{code?: string}} */ (error).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw error;
  }
}

/**
 * Runs in the page before its own scripts, and is sent as text: in the server's descriptions (they are ICE-lite) the UDP ports become those of
 * the link.
 * @param {{tcp: boolean}} how
 */
export function throughLink({ tcp }) {
  const ports = /** @type {Map<string, Promise<number>>} */ (new Map());
  const portOf = (/** @type {string} */ port) => {
    const known = ports.get(port) ?? /** @type {any} */ (window).portOfLink(Number(port));
    ports.set(port, known);
    return known;
  };
  const led = async (/** @type {string} */ sdp) => {
    const lines = [];
    for (const line of sdp.split("\r\n")) {
      const [, before, protocol, middle, port, after] = /^(a=candidate:\S+ \d+ )(udp|tcp)( \d+ \S+ )(\d+)( .*)$/i.exec(line) ?? [];
      if (!protocol) lines.push(line);
      else if (protocol.toLowerCase() === "udp") lines.push(`${before}${protocol}${middle}${await portOf(port)}${after}`);
      else if (tcp) lines.push(line);
    }
    return lines.join("\r\n");
  };
  const set = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
    const served = /^a=ice-lite/m.test(description.sdp ?? "");
    return set.call(this, served ? { type: description.type, sdp: await led(description.sdp ?? "") } : description);
  };
}

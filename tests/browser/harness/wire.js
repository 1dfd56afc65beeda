import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * @typedef {import("node:net").Socket} Socket
 * @typedef {{near: Socket, far: Socket|null, toFar: Buffer[], toNear: Buffer[]}} Line
 */

/**
 * The network between one person and the server. `cut()` is a cable pulled out: nothing passes, nobody is told, what is sent waits, new
 * connections hang. `restore()` plugs it in again: what waited passes, and who has given up meanwhile is noticed.
 */
export class Wire {
  #cut = false;
  /** @type {Set<Line>} */
  #lines = new Set();
  #target;
  #server = createServer((near) => this.#accept(near));

  /** @param {number} target a port of this machine */
  constructor(target) {
    this.#target = target;
  }

  async open() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get origin() {
    return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (this.#server.address()).port}`;
  }

  cut() {
    this.#cut = true;
  }

  restore() {
    this.#cut = false;
    for (const line of this.#lines) {
      if (line.near.destroyed || line.far?.destroyed) this.#drop(line);
      else if (line.far) this.#flush(line);
      else this.#connect(line);
    }
  }

  async close() {
    for (const line of this.#lines) this.#drop(line);
    this.#server.close();
    await once(this.#server, "close");
  }

  /** @param {Socket} near */
  #accept(near) {
    /** @type {Line} */
    const line = { near, far: null, toFar: [], toNear: [] };
    this.#lines.add(line);
    near.setNoDelay(true);
    near.on("data", (bytes) => this.#pass(line, line.toFar, bytes));
    this.#watch(line, near);
    if (!this.#cut) this.#connect(line);
  }

  /** @param {Line} line */
  #connect(line) {
    const far = connect(this.#target, "127.0.0.1");
    far.setNoDelay(true);
    line.far = far;
    far.on("data", (bytes) => this.#pass(line, line.toNear, bytes));
    this.#watch(line, far);
    this.#flush(line);
  }

  /** @param {Line} line @param {Socket} end */
  #watch(line, end) {
    end.on("error", () => end.destroy());
    end.on("end", () => end.destroy());
    end.on("close", () => {
      if (!this.#cut) this.#drop(line);
    });
  }

  /** @param {Line} line @param {Buffer[]} queue @param {Buffer} bytes */
  #pass(line, queue, bytes) {
    queue.push(bytes);
    if (!this.#cut) this.#flush(line);
  }

  /** @param {Line} line */
  #flush({ near, far, toFar, toNear }) {
    if (!far) return;
    for (const bytes of toFar.splice(0)) far.write(bytes);
    for (const bytes of toNear.splice(0)) near.write(bytes);
  }

  /** What was on its way still arrives. @param {Line} line */
  #drop(line) {
    this.#flush(line);
    this.#lines.delete(line);
    line.near.destroySoon();
    line.far?.destroySoon();
  }
}

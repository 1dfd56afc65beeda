/**
 * Pure: a stream of bytes that comes in pieces goes out in chunks of one size, each with the stretch of time it covers.
 * @typedef {{n: number, bytes: Uint8Array<ArrayBuffer>, fromMs: number, toMs: number}} Chunk times count from the backup's beginning, and never go back
 */

export class Cutter {
  #size;
  /** @type {Uint8Array<ArrayBuffer>} what is not a whole chunk yet */
  #rest = new Uint8Array(0);
  #next = 0;
  /** Up to where whole chunks reach. */
  #cutMs = 0;
  /** Up to where pieces have come. */
  #endMs = 0;

  /** @param {number} size of a chunk, in bytes */
  constructor(size) {
    this.#size = size;
  }

  /** @param {Uint8Array} piece @param {number} toMs when it ended @returns {Chunk[]} those that are whole now */
  push(piece, toMs) {
    const end = Math.max(this.#endMs, toMs);
    const all = new Uint8Array(this.#rest.length + piece.length);
    all.set(this.#rest);
    all.set(piece, this.#rest.length);
    /** @type {Chunk[]} */
    const chunks = [];
    let at = 0;
    for (; all.length - at >= this.#size; at += this.#size) {
      const used = at + this.#size - this.#rest.length;
      const until = Math.round(this.#endMs + ((end - this.#endMs) * used) / piece.length);
      chunks.push(this.#take(all.slice(at, at + this.#size), until));
    }
    this.#rest = all.slice(at);
    this.#endMs = end;
    return chunks;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @param {number} until */
  #take(bytes, until) {
    const chunk = { n: this.#next, bytes, fromMs: this.#cutMs, toMs: Math.max(this.#cutMs, until) };
    this.#next += 1;
    this.#cutMs = chunk.toMs;
    return chunk;
  }

  /** Of whole chunks so far. */
  get count() {
    return this.#next;
  }

  /** What would be the last chunk if nothing more came. @returns {Chunk|null} */
  get tail() {
    if (!this.#rest.length) return null;
    return { n: this.#next, bytes: this.#rest, fromMs: this.#cutMs, toMs: Math.max(this.#cutMs, Math.round(this.#endMs)) };
  }
}

import * as rest from "../rest/backups.js";

/** After a failure that may pass: soon, then less and less often. */
const AGAIN_MS = [2_000, 5_000, 15_000, 60_000];
/** What was not brought up within a day is of no use any more, and nobody expects it to lie around here. */
const LIFE_MS = 24 * 3_600_000;
/** A page that is there writes every few seconds: of one that is gone nothing more comes. */
const GONE_MS = 30_000;
/** Answers that will not be others next time: not allowed any more, gone, over, or not as it should be. */
const HOPELESS = new Set([400, 403, 404, 409, 410, 413, 415, 422]);

/**
 * @typedef {import("./shelf.js").Entry} Entry
 * @typedef {object} UploaderOptions
 * @property {import("./shelf.js").Shelf} shelf
 * @property {import("../browser/clock.js").Clock} clock
 * @property {(renew: boolean) => Promise<string>} token a join token; a fresh one when the last was refused
 * @property {(key: string) => void} [onHopeless] the server will never take this one, and it was forgotten
 * @property {Pick<typeof rest, "openBackup"|"putChunk"|"completeBackup">} [server]
 */

/** Brings what is on the shelf to the server, one chunk at a time, and forgets what is there. */
export class Uploader {
  #options;
  #server;
  #running = false;
  #again = false;
  #closed = false;
  #failures = 0;
  /** @type {unknown} */
  #timer = null;

  /** @param {UploaderOptions} options */
  constructor(options) {
    this.#options = options;
    this.#server = options.server ?? rest;
  }

  /** There is something to do. */
  async poke() {
    this.#again = true;
    if (this.#running || this.#closed) return;
    this.#running = true;
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#all();
      }
      this.#failures = 0;
    } catch {
      const wait = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length - 1)];
      this.#failures += 1;
      if (!this.#closed) this.#timer = clock.setTimeout(() => void this.poke(), wait);
    } finally {
      this.#running = false;
    }
  }

  close() {
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #all() {
    const { shelf, clock } = this.#options;
    let waiting = false;
    for (const entry of await shelf.entries()) {
      const gone = !entry.done && clock.now() - entry.touchedAt >= GONE_MS;
      if (gone) await shelf.change(entry.key, { done: true });
      if (clock.now() - entry.keptAt > LIFE_MS) await shelf.forget(entry.key);
      else await this.#one({ ...entry, done: entry.done || gone });
      waiting ||= !entry.done && !gone;
    }
    // Perhaps of a page that is gone already.
    if (waiting && !this.#closed) this.#timer = clock.setTimeout(() => void this.poke(), GONE_MS);
  }

  /** Rejects when it may go better later. @param {Entry} entry */
  async #one(entry) {
    const { shelf } = this.#options;
    try {
      await this.#bring(entry);
    } catch (error) {
      if (!HOPELESS.has(/** @type {{status?: number}} */ (error).status ?? 0)) throw error;
      await shelf.forget(entry.key);
      this.#options.onHopeless?.(entry.key);
    }
  }

  /** @param {Entry} entry */
  async #bring(entry) {
    const { shelf } = this.#options;
    let { sent } = entry;
    for (let chunk = await shelf.first(entry.key); chunk && !this.#closed; chunk = await shelf.first(entry.key)) {
      // The last one grows until it is whole, or nothing more comes.
      if (chunk.bytes.length < entry.chunkBytes && !entry.done) return;
      const ready = chunk;
      const backupId = await this.#open(entry);
      await this.#with((token) => this.#server.putChunk({ ...entry, backupId }, ready, token));
      sent = ready.n + 1;
      await shelf.change(entry.key, { sent });
      await shelf.drop(entry.key, ready.n);
    }
    if (!entry.done || this.#closed) return;
    const { backupId } = entry;
    if (backupId) await this.#with((token) => this.#server.completeBackup({ ...entry, backupId }, entry.chunks ?? sent, token));
    await shelf.forget(entry.key);
  }

  /** The server's name of it. @param {Entry} entry */
  async #open(entry) {
    if (entry.backupId) return entry.backupId;
    const { backupId } = await this.#with((token) => this.#server.openBackup(entry, token));
    await this.#options.shelf.change(entry.key, { backupId });
    entry.backupId = backupId;
    return backupId;
  }

  /** @template T @param {(token: string) => Promise<T>} run @returns {Promise<T>} */
  async #with(run) {
    try {
      return await run(await this.#token(false));
    } catch (error) {
      if (/** @type {{status?: number}} */ (error).status !== 401) throw error;
      return run(await this.#token(true));
    }
  }

  /** A room that lets nobody in just now, or asks for its password again, says nothing about what lies here. @param {boolean} renew */
  async #token(renew) {
    try {
      return await this.#options.token(renew);
    } catch (cause) {
      throw new Error("there is no token for it now", { cause });
    }
  }
}

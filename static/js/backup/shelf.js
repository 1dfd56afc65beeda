/**
 * What this browser keeps of its own sound until the server has it: in IndexedDB, so that a reload loses nothing.
 *
 * @typedef {import("./cutter.js").Chunk} Chunk
 * @typedef {object} Entry one stretch of sound
 * @property {string} key
 * @property {string} roomId
 * @property {string} recordingId
 * @property {string} participantId
 * @property {string} mime
 * @property {number} chunkBytes
 * @property {number} startedAtMs milliseconds from the recording's beginning
 * @property {number} keptAt when it was begun, in milliseconds of `Date.now()`
 * @property {string|null} backupId the server's name of it, once it has one
 * @property {number} touchedAt when something of it last came: a page that is gone touches nothing
 * @property {number} sent how many chunks the server has
 * @property {boolean} done nothing more comes
 * @property {number|null} chunks how many there are, once it is done
 *
 * @typedef {object} Shelf
 * @property {() => Promise<Entry[]>} entries in the order in which they were begun
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(key: string, part: Partial<Entry>) => Promise<void>} change nothing where there is none of this key
 * @property {() => Promise<number>} count of all chunks
 * @property {(key: string, chunk: Chunk) => Promise<void>} keep also a later state of the same chunk
 * @property {(key: string) => Promise<Chunk|null>} first of those that are there
 * @property {(key: string, n: number) => Promise<void>} drop
 * @property {(key: string) => Promise<void>} forget the entry and all its chunks
 */

const NAME = "greenroom-backup";

/** @returns {Promise<Shelf>} rejects where the browser keeps nothing (some private windows) */
export async function openShelf() {
  const open = indexedDB.open(NAME, 1);
  open.onupgradeneeded = () => {
    open.result.createObjectStore("entries", { keyPath: "key" });
    open.result.createObjectStore("chunks", { keyPath: ["key", "n"] });
  };
  const base = await settled(open);
  const store = (/** @type {"entries"|"chunks"} */ name, /** @type {IDBTransactionMode} */ mode) => base.transaction(name, mode).objectStore(name);
  const all = (/** @type {string} */ key) => IDBKeyRange.bound([key, 0], [key, Number.MAX_SAFE_INTEGER]);
  return {
    async entries() {
      /** @type {Entry[]} */
      const entries = await settled(store("entries", "readonly").getAll());
      return entries.sort((a, b) => a.keptAt - b.keptAt);
    },
    async put(entry) {
      await settled(store("entries", "readwrite").put(entry));
    },
    async change(key, part) {
      const entries = store("entries", "readwrite");
      const entry = await settled(entries.get(key));
      if (entry) await settled(entries.put({ ...entry, ...part }));
    },
    count() {
      return settled(store("chunks", "readonly").count());
    },
    async keep(key, chunk) {
      await settled(store("chunks", "readwrite").put({ key, ...chunk }));
    },
    async first(key) {
      const cursor = await settled(store("chunks", "readonly").openCursor(all(key)));
      return cursor ? cursor.value : null;
    },
    async drop(key, n) {
      await settled(store("chunks", "readwrite").delete([key, n]));
    },
    async forget(key) {
      const change = base.transaction(["entries", "chunks"], "readwrite");
      change.objectStore("chunks").delete(all(key));
      await settled(change.objectStore("entries").delete(key));
    },
  };
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

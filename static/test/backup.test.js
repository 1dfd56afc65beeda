import assert from "node:assert/strict";
import { test } from "node:test";
import { Backup } from "../js/backup/backup.js";
import { Cutter } from "../js/backup/cutter.js";
import { Uploader } from "../js/backup/uploader.js";
import { FakeClock } from "./fake-clock.js";

/** What IndexedDB does, in memory. */
function memoryShelf() {
  const entries = new Map();
  const chunks = new Map();
  const at = (key, n) => `${key}/${String(n).padStart(6, "0")}`;
  return {
    kept: chunks,
    known: entries,
    entries: async () => [...entries.values()].sort((a, b) => a.keptAt - b.keptAt).map((one) => ({ ...one })),
    put: async (entry) => void entries.set(entry.key, { ...entry }),
    change: async (key, part) => void (entries.has(key) && entries.set(key, { ...entries.get(key), ...part })),
    count: async () => chunks.size,
    keep: async (key, chunk) => void chunks.set(at(key, chunk.n), { key, ...chunk }),
    first: async (key) => [...chunks.entries()].filter(([name]) => name.startsWith(`${key}/`)).sort(([a], [b]) => a.localeCompare(b))[0]?.[1] ?? null,
    drop: async (key, n) => void chunks.delete(at(key, n)),
    forget: async (key) => {
      entries.delete(key);
      for (const name of chunks.keys()) if (name.startsWith(`${key}/`)) chunks.delete(name);
    },
  };
}

/** Keeps what is brought to it; `fail` is thrown as often as it says. */
function fakeServer() {
  const server = {
    opened: [],
    chunks: [],
    completed: [],
    failures: [],
    async openBackup(of, token) {
      server.check(token);
      server.opened.push(of);
      return { backupId: `b${server.opened.length}`, nextChunk: 0 };
    },
    async putChunk(of, chunk, token) {
      server.check(token);
      server.chunks.push({ backupId: of.backupId, n: chunk.n, size: chunk.bytes.length, fromMs: chunk.fromMs, toMs: chunk.toMs });
    },
    async completeBackup(of, chunks, token) {
      server.check(token);
      server.completed.push({ backupId: of.backupId, chunks });
    },
    check() {
      const status = server.failures.shift();
      if (status !== undefined) throw Object.assign(new Error(String(status)), { status });
    },
  };
  return server;
}

class FakeRecorder {
  static all = [];
  static isTypeSupported = () => true;
  state = "inactive";
  constructor(stream, options) {
    Object.assign(this, { stream, options });
    FakeRecorder.all.push(this);
  }
  start() {
    this.state = "recording";
  }
  stop() {
    this.state = "inactive";
    this.onstop?.();
  }
  say(bytes) {
    this.ondataavailable?.({ data: new Blob([new Uint8Array(bytes)]) });
  }
}

const settle = async () => {
  for (let i = 0; i < 60; i += 1) await new Promise((resolve) => setImmediate(resolve));
};
const CHUNK = 64 * 1024;
const microphone = () => ({ readyState: "live" });
const RECORDING = { id: "rec1", startedAt: "1970-01-01T00:00:00.000Z" };
const meeting = (more = {}) => ({ recording: RECORDING, granted: true, roomId: "r", participantId: "me", track: microphone(), ...more });

function scene() {
  FakeRecorder.all = [];
  const clock = new FakeClock();
  const shelf = memoryShelf();
  const server = fakeServer();
  const backup = new Backup({ clock, serverNow: async () => clock.now(), token: async () => "t", openShelf: async () => shelf, MediaRecorder: FakeRecorder, server, streamOf: (track) => ({ track }) });
  return { clock, shelf, server, backup };
}

test("pieces become chunks of one size, whose times follow on each other", () => {
  const cutter = new Cutter(10);
  assert.deepEqual(cutter.push(new Uint8Array(7), 1_000), []);
  assert.deepEqual({ ...cutter.tail, bytes: cutter.tail.bytes.length }, { n: 0, bytes: 7, fromMs: 0, toMs: 1_000 });
  const chunks = cutter.push(new Uint8Array(18), 2_000);
  assert.deepEqual(chunks.map(({ n, bytes, fromMs, toMs }) => [n, bytes.length, fromMs, toMs]), [[0, 10, 0, 1_167], [1, 10, 1_167, 1_722]]);
  assert.deepEqual([cutter.count, cutter.tail.bytes.length, cutter.tail.toMs], [2, 5, 2_000]);
  const [last] = cutter.push(new Uint8Array(5), 1_500);
  assert.deepEqual([last.n, last.fromMs, last.toMs], [2, 1_722, 2_000], "a clock that went back");
  assert.equal(cutter.tail, null);
});

test("what is cut is what came, byte for byte", () => {
  const cutter = new Cutter(97);
  const all = Uint8Array.from({ length: 1_000 }, (_, at) => at % 251);
  const out = [];
  for (let at = 0, step = 1; at < all.length; at += step, step = (step * 7) % 131) out.push(...cutter.push(all.slice(at, at + step), at));
  const bytes = [...out, cutter.tail].flatMap((chunk) => [...chunk.bytes]);
  assert.deepEqual(bytes, [...all]);
  assert.ok(out.every((chunk, at) => chunk.bytes.length === 97 && chunk.n === at && chunk.fromMs <= chunk.toMs));
});

test("while I am recorded and agreed, my sound is kept, brought up and completed", async () => {
  const { clock, shelf, server, backup } = scene();
  await clock.advance(2_000);
  backup.sync(meeting());
  await settle();
  const [recorder] = FakeRecorder.all;
  recorder.say(CHUNK + 100);
  await settle();
  assert.deepEqual(server.chunks.map(({ n, size }) => [n, size]), [[0, CHUNK]]);
  assert.equal(server.opened[0].chunkBytes, CHUNK);
  assert.equal(shelf.kept.size, 1, "the rest waits here until it is whole");
  backup.sync(meeting({ recording: null }));
  await settle();
  assert.deepEqual(server.chunks.map(({ n, size }) => [n, size]), [[0, CHUNK], [1, 100]]);
  assert.deepEqual(server.completed, [{ backupId: "b1", chunks: 2 }]);
  assert.deepEqual([shelf.kept.size, shelf.known.size], [0, 0]);
});

test("nothing is taken without consent, and nothing of it is left when it is taken back", async () => {
  const { shelf, server, backup } = scene();
  backup.sync(meeting({ granted: false }));
  await settle();
  assert.equal(FakeRecorder.all.length, 0);
  backup.sync(meeting());
  await settle();
  const [recorder] = FakeRecorder.all;
  recorder.say(500);
  await settle();
  assert.equal(shelf.kept.size, 1);
  backup.sync(meeting({ granted: false }));
  recorder.say(500);
  await settle();
  assert.equal(recorder.state, "inactive");
  assert.deepEqual([shelf.kept.size, shelf.known.size, server.chunks.length, server.completed.length], [0, 0, 0, 0]);
});

test("consent taken back while it begins: nothing begins", async () => {
  const { backup } = scene();
  backup.sync(meeting());
  backup.sync(meeting({ granted: false }));
  await settle();
  assert.ok(FakeRecorder.all.every((one) => one.state === "inactive"));
});

test("a muted microphone goes on as the same stretch; another microphone is another one", async () => {
  const { server, backup } = scene();
  const track = microphone();
  backup.sync(meeting({ track }));
  await settle();
  FakeRecorder.all[0].say(10);
  backup.sync(meeting({ track: null }));
  backup.sync(meeting({ track }));
  await settle();
  assert.equal(FakeRecorder.all.length, 1);
  backup.sync(meeting({ track: microphone() }));
  await settle();
  assert.equal(FakeRecorder.all.length, 2);
  assert.equal(server.completed.length, 1);
});

test("where the server takes no copies, none is kept on, and none is begun again in this recording", async () => {
  const { shelf, server, backup } = scene();
  server.failures = [404];
  backup.sync(meeting());
  await settle();
  const [recorder] = FakeRecorder.all;
  recorder.say(CHUNK + 5);
  await settle();
  recorder.say(100);
  await settle();
  assert.equal(recorder.state, "inactive");
  assert.deepEqual([shelf.kept.size, shelf.known.size], [0, 0]);
  backup.sync(meeting());
  await settle();
  assert.equal(FakeRecorder.all.length, 1);
});

/** @param {Partial<import("../js/backup/shelf.js").Entry>} [more] */
async function left(shelf, more = {}) {
  await shelf.put({ key: "k", roomId: "r", recordingId: "rec1", participantId: "me", mime: "audio/webm", chunkBytes: 10, startedAtMs: 0, keptAt: 0, touchedAt: 0, sent: 0, backupId: null, done: true, chunks: 2, ...more });
  await shelf.keep("k", { n: 0, bytes: new Uint8Array(10), fromMs: 0, toMs: 5 });
  await shelf.keep("k", { n: 1, bytes: new Uint8Array(4), fromMs: 5, toMs: 9 });
}

function uploading({ token = async () => "t", ...more } = {}) {
  const clock = new FakeClock();
  const shelf = memoryShelf();
  const server = fakeServer();
  return { clock, shelf, server, uploader: new Uploader({ shelf, clock, token, server, ...more }) };
}

test("a failure that may pass is tried again, from where it was", async () => {
  const { clock, shelf, server, uploader } = uploading();
  await left(shelf);
  server.failures = [undefined, undefined, 503];
  await uploader.poke();
  assert.deepEqual([server.chunks.length, server.completed.length], [1, 0]);
  await clock.advance(2_000);
  await settle();
  assert.deepEqual([server.opened.length, server.chunks.map(({ n }) => n), server.completed], [1, [0, 1], [{ backupId: "b1", chunks: 2 }]]);
});

test("what the server will never take is not kept", async () => {
  const { shelf, server, uploader } = uploading();
  await left(shelf);
  server.failures = [403];
  await uploader.poke();
  assert.deepEqual([shelf.kept.size, shelf.known.size], [0, 0]);
});

test("a token that is over is fetched anew", async () => {
  const asked = [];
  const { shelf, server, uploader } = uploading({ token: async (renew) => (asked.push(renew), "t") });
  await left(shelf);
  server.failures = [401];
  await uploader.poke();
  assert.equal(server.completed.length, 1);
  assert.deepEqual(asked.slice(0, 2), [false, true]);
});

test("a room that gives out no token is asked again, and nothing is thrown away", async () => {
  let full = true;
  const token = async () => (full ? Promise.reject(Object.assign(new Error(), { status: 409 })) : "t");
  const { clock, shelf, server, uploader } = uploading({ token });
  await left(shelf);
  await uploader.poke();
  assert.equal(shelf.kept.size, 2);
  full = false;
  await clock.advance(2_000);
  await settle();
  assert.equal(server.completed.length, 1);
});

test("what a page that is gone left is finished by the next one, and after a day forgotten", async () => {
  const { clock, shelf, server, uploader } = uploading();
  await left(shelf, { done: false, chunks: null, keptAt: clock.now(), touchedAt: clock.now() });
  await uploader.poke();
  assert.deepEqual([server.chunks.length, server.completed.length], [1, 0], "it may still be there");
  await clock.advance(31_000);
  await settle();
  assert.deepEqual(server.completed, [{ backupId: "b1", chunks: 2 }]);
  await left(shelf, { keptAt: clock.now() - 25 * 3_600_000 });
  await uploader.poke();
  assert.deepEqual([server.completed.length, shelf.known.size], [1, 0]);
  uploader.close();
});

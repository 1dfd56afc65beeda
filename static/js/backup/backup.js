import { Cutter } from "./cutter.js";
import { openShelf } from "./shelf.js";
import { Uploader } from "./uploader.js";

/** What a chunk has: at this bitrate a third of a minute of sound. */
const CHUNK_BYTES = 64 * 1024;
const BITS_PER_SECOND = 24_000;
const MIME = "audio/webm;codecs=opus";
/** As much is lost with a page that dies. */
const PIECE_MS = 5_000;
/** As much is kept at most of what cannot be brought up (64 MiB, some six hours): beyond it nothing new is taken. */
const CHUNKS_AT_MOST = 1_024;

/**
 * @typedef {object} Wanted what is so in the meeting now
 * @property {{id: string, startedAt: string}|null} recording that runs
 * @property {boolean} granted whether I agreed to be recorded
 * @property {string} roomId
 * @property {string} participantId
 * @property {MediaStreamTrack|null} track my microphone; null while it is off
 *
 * @typedef {object} BackupOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {() => Promise<number>} serverNow in milliseconds of the server's clock
 * @property {(renew: boolean) => Promise<string>} token
 * @property {() => Promise<import("./shelf.js").Shelf>} [openShelf]
 * @property {typeof MediaRecorder} [MediaRecorder]
 * @property {import("./uploader.js").UploaderOptions["server"]} [server]
 * @property {(track: MediaStreamTrack) => MediaStream} [streamOf]
 *
 * @typedef {{key: string, recordingId: string, track: MediaStreamTrack, recorder: MediaRecorder, cutter: Cutter, begunAt: number, written: Promise<unknown>, dropped: boolean}} Run
 */

/**
 * A copy of my own microphone while I am recorded, for what the way to the server loses: kept in this browser until the server has it. Only by
 * consent: without it nothing is taken, and what was not brought up yet is thrown away. A muted microphone is silence here too.
 */
export class Backup {
  #options;
  /** @type {Promise<import("./shelf.js").Shelf|null>|null} */
  #shelf = null;
  /** @type {Uploader|null} */
  #uploader = null;
  /** @type {Run|null} */
  #run = null;
  /** Counts the beginnings, so that one that was overtaken stops. */
  #turn = 0;
  #starting = false;
  /** @type {string|null} the recording of which nothing more fits */
  #full = null;
  /** What was said last: null before anything was. @type {boolean|null} */
  #granted = null;
  #closed = false;

  /** @param {BackupOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** What a page before this one left is brought up too. */
  async resume() {
    await this.#open();
    void this.#uploader?.poke();
  }

  /** Begins, goes on or ends, as the meeting is now. May be called at every change. @param {Wanted} wanted */
  sync(wanted) {
    if (this.#closed) return;
    const { recording, granted, track } = wanted;
    const withdrawn = !granted && this.#granted !== false;
    this.#granted = granted;
    if (withdrawn) void this.#withdraw(wanted);
    if (!granted) return;
    const run = this.#run;
    if (run && (!recording || run.recordingId !== recording.id || (track && track !== run.track))) this.finish();
    if (recording && track && !this.#run && !this.#starting && this.#full !== recording.id) void this.#begin({ ...wanted, recording, track });
  }

  /** Nothing more is taken; what there is, is brought up. */
  finish() {
    this.#turn += 1;
    const run = this.#run;
    this.#run = null;
    if (run && run.recorder.state !== "inactive") run.recorder.stop();
  }

  /** The call is over. What is on its way goes on as long as the page is there. */
  end() {
    this.finish();
    this.#closed = true;
  }

  /** @param {Wanted} wanted */
  async #withdraw({ participantId, recording }) {
    const run = this.#run;
    if (run) run.dropped = true;
    this.finish();
    await run?.written;
    const shelf = await this.#open();
    for (const entry of (await shelf?.entries()) ?? []) {
      const mine = entry.participantId === participantId && (!recording || entry.recordingId === recording.id);
      if (mine) await shelf?.forget(entry.key);
    }
  }

  /** @param {Wanted & {recording: {id: string, startedAt: string}, track: MediaStreamTrack}} wanted */
  async #begin({ recording, roomId, participantId, track }) {
    const { clock, serverNow, MediaRecorder: Recorder = globalThis.MediaRecorder, streamOf = (one) => new MediaStream([one]) } = this.#options;
    if (!Recorder?.isTypeSupported(MIME)) return;
    const turn = ++this.#turn;
    this.#starting = true;
    const [shelf, now] = await Promise.all([this.#open(), serverNow().catch(() => clock.now())]).finally(() => (this.#starting = false));
    if (!shelf || turn !== this.#turn || this.#closed || track.readyState === "ended") return;
    const recorder = new Recorder(streamOf(track), { mimeType: MIME, audioBitsPerSecond: BITS_PER_SECOND });
    const key = `${recording.id} ${participantId} ${clock.now()}`;
    const startedAtMs = Math.max(0, Math.round(now - Date.parse(recording.startedAt)));
    /** @type {import("./shelf.js").Entry} */
    const entry = { key, roomId, recordingId: recording.id, participantId, mime: MIME, chunkBytes: CHUNK_BYTES, startedAtMs, keptAt: clock.now(), touchedAt: clock.now(), backupId: null, sent: 0, done: false, chunks: null };
    /** @type {Run} */
    const run = { key, recordingId: recording.id, track, recorder, cutter: new Cutter(CHUNK_BYTES), begunAt: clock.now(), written: shelf.put(entry), dropped: false };
    this.#run = run;
    recorder.ondataavailable = ({ data }) => this.#after(run, () => this.#piece(run, shelf, data));
    recorder.onstop = () => this.#after(run, () => this.#close(run, shelf));
    recorder.onerror = () => this.finish();
    recorder.start(PIECE_MS);
  }

  /** One after the other, in the order in which they came. What this browser cannot keep is given up: the server's own copy is the recording. @param {Run} run @param {() => Promise<unknown>} work */
  #after(run, work) {
    run.written = run.written.then(() => (run.dropped ? undefined : work())).catch((error) => {
      console.warn("the copy of the microphone ends", error);
      run.dropped = true;
      if (this.#run === run) this.finish();
    });
  }

  /** @param {Run} run @param {import("./shelf.js").Shelf} shelf @param {Blob} data */
  async #piece(run, shelf, data) {
    const bytes = new Uint8Array(await data.arrayBuffer());
    if (!bytes.length) return;
    const now = this.#options.clock.now();
    const whole = run.cutter.push(bytes, now - run.begunAt);
    for (const chunk of whole) await shelf.keep(run.key, chunk);
    if (run.cutter.tail) await shelf.keep(run.key, run.cutter.tail);
    await shelf.change(run.key, { touchedAt: now });
    if (run.dropped) return shelf.forget(run.key);
    if (!whole.length) return;
    void this.#uploader?.poke();
    if ((await shelf.count()) >= CHUNKS_AT_MOST && this.#run === run) {
      this.#full = run.recordingId;
      this.finish();
    }
  }

  /** The server does not want it: no more of it is taken in this recording. @param {string} key @param {import("./shelf.js").Shelf} shelf */
  #giveUp(key, shelf) {
    const run = this.#run;
    if (run?.key !== key) return;
    run.dropped = true;
    this.#full = run.recordingId;
    this.finish();
    void run.written.then(() => shelf.forget(key));
  }

  /** @param {Run} run @param {import("./shelf.js").Shelf} shelf */
  async #close(run, shelf) {
    // A device that was pulled out ends it by itself.
    if (this.#run === run) this.#run = null;
    const { tail, count } = run.cutter;
    await shelf.change(run.key, { done: true, chunks: count + (tail ? 1 : 0) });
    void this.#uploader?.poke();
  }

  /** Where the browser keeps nothing, there is no copy. */
  #open() {
    const { openShelf: open = openShelf, clock, token, server } = this.#options;
    this.#shelf ??= open().then(
      (shelf) => {
        this.#uploader = new Uploader({ shelf, clock, token, server, onHopeless: (key) => this.#giveUp(key, shelf) });
        return shelf;
      },
      () => null,
    );
    return this.#shelf;
  }
}

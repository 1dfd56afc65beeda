import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "./until.js";

const run = promisify(execFile);

/**
 * @typedef {{name: string, number: number, atMs: number, done: {durationMs: number, frames: number}}} Segment
 * @typedef {{participant: string, source: string, segments: Segment[], ledgers: {gaps: {fromMs: number, toMs: number, reason: string}[]}[]}} Track
 */

/** The one recording of a server, as it lies in its folder once it has ended. */
export class Recorded {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
    this.manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    this.report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
  }

  /** @param {import("./server.js").Server} server */
  static async ended(server) {
    const all = join(server.dataDir, "recordings");
    const folder = await until("a recording is closed and signed", () => readdirSync(all).map((id) => join(all, id)).find((one) => existsSync(join(one, "report.json.jws"))), { within: 120_000 });
    return new Recorded(folder);
  }

  /** @returns {Track[]} */
  get tracks() {
    return this.manifest.tracks;
  }

  /** @param {string} name @returns {string} the participant's id */
  idOf(name) {
    return this.manifest.people.find((/** @type {{displayName: string}} */ one) => one.displayName === name).id;
  }

  /** @param {string} who participant's id @param {string} source @returns {Track} */
  track(who, source) {
    const track = this.tracks.find((one) => one.participant === who && one.source === source);
    if (!track) throw new Error(`no ${source} of ${who}: ${JSON.stringify(this.tracks.map(({ participant, source }) => [participant, source]))}`);
    return track;
  }

  /** @param {string} name */
  path(name) {
    return join(this.folder, name);
  }

  /** The file in which people are seen and heard together. */
  async film() {
    const file = this.path("composite.mp4");
    await until("the film is made", () => existsSync(file), { within: 300_000 });
    return file;
  }

  /** All of a track's sound, from the recording's beginning on. @param {Track} track @returns {Promise<Float32Array>} one channel of 16,000 samples a second */
  async sound(track) {
    const parts = await Promise.all(track.segments.map(async ({ name, atMs }) => ({ at: Math.round(atMs * 16), part: await sound(this.path(name)) })));
    const all = new Float32Array(Math.max(0, ...parts.map(({ at, part }) => at + part.length)));
    for (const { at, part } of parts) all.set(part, at);
    return all;
  }

  /** How bright its pictures are, and when, from the recording's beginning on. @param {Track} track @returns {Promise<[second: number, brightness: number][]>} */
  async brightness(track) {
    const parts = await Promise.all(track.segments.map(async ({ name, atMs }) => (await brightness(this.path(name))).map(([second, light]) => /** @type {[number, number]} */ ([second + atMs / 1_000, light]))));
    return parts.flat();
  }
}

/** A file's sound. @param {string} file @returns {Promise<Float32Array>} one channel of 16,000 samples a second */
export async function sound(file) {
  const { stdout } = await run("ffmpeg", ["-v", "error", "-i", file, "-f", "f32le", "-ac", "1", "-ar", "16000", "-"], { encoding: "buffer", maxBuffer: 1 << 28 });
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
}

/** @param {string} file @returns {Promise<[second: number, brightness: number][]>} of each picture, 0 to 255 */
export async function brightness(file) {
  const source = `movie=${file.replaceAll(":", "\\:")},signalstats`;
  const { stdout } = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", source, "-show_entries", "frame=pts_time:frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"], { maxBuffer: 1 << 26 });
  return stdout.trim().split("\n").map((line) => /** @type {[number, number]} */ (line.split(",").map(Number)));
}

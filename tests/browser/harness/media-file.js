import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What a player makes of a file.
 * @typedef {{codec: string, kind: string, width: number|null, height: number|null, packets: number, seconds: number}} Probed
 * @param {string} file @returns {Promise<Probed>} of its one stream
 */
export async function probe(file) {
  const { stdout } = await run("ffprobe", ["-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", file]);
  const { streams, format } = JSON.parse(stdout);
  if (streams.length !== 1) throw new Error(`${file} has ${streams.length} streams`);
  const [{ codec_name: codec, codec_type: kind, width = null, height = null, nb_read_packets: packets }] = streams;
  return { codec, kind, width, height, packets: Number(packets), seconds: Number(format.duration) };
}

/** What its decoder complains of; nothing is right. @param {string} file @returns {Promise<string>} */
export async function complaints(file) {
  const { stderr } = await run("ffmpeg", ["-v", "warning", "-i", file, "-f", "null", "-"], { maxBuffer: 1 << 24 });
  return stderr.trim();
}

/** Its sound, one channel of 48,000 samples a second. @param {string} file @returns {Promise<Int16Array>} */
export async function samples(file) {
  const { stdout } = await run("ffmpeg", ["-v", "error", "-i", file, "-f", "s16le", "-ac", "1", "-ar", "48000", "-"], { encoding: "buffer", maxBuffer: 1 << 28 });
  return new Int16Array(stdout.buffer, stdout.byteOffset, stdout.byteLength >> 1);
}

/** Root mean square of a stretch, 0 to 1. @param {Int16Array} all @param {number} fromSecond @param {number} toSecond */
export function loudnessOf(all, fromSecond, toSecond) {
  const part = all.subarray(fromSecond * 48_000, toSecond * 48_000);
  return Math.sqrt(part.reduce((sum, one) => sum + (one / 32_768) ** 2, 0) / Math.max(1, part.length));
}

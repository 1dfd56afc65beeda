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

/** What its decoder complains of; nothing is right. Times are its own: pictures of a call come when they like, not at a rate. @param {string} file @returns {Promise<string>} */
export async function complaints(file) {
  const { stderr } = await run("ffmpeg", ["-v", "warning", "-i", file, "-enc_time_base", "-1", "-f", "null", "-"], { maxBuffer: 1 << 24 });
  return stderr.trim();
}

/**
 * The encodings of a camera that is sent to the server: a quarter, a half and the full size; pure. VP8 and H.264 send each as a stream of its own, VP9 and
 * AV1 all of them as layers of one.
 * @typedef {{rid?: string, active: boolean, scaleResolutionDownBy: number, maxBitrate: number, maxFramerate: number, scalabilityMode?: string}} Encoding
 * @typedef {{lines: number, wanted: readonly string[]|null, lowPower?: boolean, level?: number, codec?: string}} Facts `lines` of the camera's shorter side; `wanted` by
 * anybody, null for all; `level` of a ladder, 0 for the top: so many of the largest are left out
 */

export const RIDS = /** @type {const} */ (["q", "h", "f"]);

/** Shorter side of a picture, and what it may cost. @type {[lines: number, bits: number][]} */
const COSTS = [
  [90, 100_000],
  [180, 180_000],
  [270, 350_000],
  [360, 600_000],
  [540, 1_200_000],
  [720, 1_800_000],
  [1080, 3_000_000],
];
const FRAMERATE = 30;
const SPARING = 15;

/** From so many lines on a browser encodes so many sizes; below, it drops the largest, so the smaller ones have to be the larger. */
const SIZES = [
  { lines: 540, scales: [4, 2, 1] },
  { lines: 270, scales: [2, 1] },
  { lines: 0, scales: [1] },
];

/** How so many sizes in one stream are called; the larger ones are drawn from the smaller in keyframes only, and half of the pictures can be left out. @type {Record<string, string[]>} */
const LAYERS = {
  VP9: ["L1T3", "L2T3_KEY", "L3T3_KEY"],
  AV1: ["L1T3", "L2T2_KEY", "L3T3_KEY"],
};
/** Each size of VP8 with every second picture on its own, so that a narrow line can do without. */
const HALVABLE = "L1T2";

/** @param {Facts} facts @returns {Encoding[]} */
export function cameraEncodings(facts) {
  const { scales } = SIZES.find((one) => facts.lines >= one.lines) ?? SIZES[SIZES.length - 1];
  const modes = LAYERS[facts.codec ?? ""];
  return modes ? [layered(facts, scales, modes)] : separate(facts, scales);
}

/** The sizes up to the largest that is watched, as one stream. @param {Facts} facts @param {number[]} scales @param {string[]} modes @returns {Encoding} */
function layered({ lines, wanted, lowPower = false, level = 0 }, scales, modes) {
  const most = Math.max(1, scales.length - level);
  const watched = wanted === null ? scales.length : Math.max(0, ...wanted.map((rid) => RIDS.indexOf(/** @type {"q"} */ (rid)) + 1));
  const count = Math.max(1, Math.min(most, watched));
  return {
    active: watched > 0,
    scaleResolutionDownBy: scales[count - 1],
    maxBitrate: scales.slice(0, count).reduce((sum, scale) => sum + costOf(lines / scale), 0),
    maxFramerate: lowPower ? SPARING : FRAMERATE,
    scalabilityMode: modes[count - 1],
  };
}

/** @param {Facts} facts @param {number[]} scales @returns {Encoding[]} */
function separate({ lines, wanted, lowPower = false, level = 0, codec }, scales) {
  const most = Math.max(1, scales.length - level);
  return RIDS.map((rid, at) => {
    const scale = scales[at] ?? 1;
    return {
      rid,
      active: at < most && isWanted(rid, wanted, scales.length),
      scaleResolutionDownBy: scale,
      maxBitrate: costOf(lines / scale),
      maxFramerate: lowPower ? SPARING : FRAMERATE,
      ...(codec === "VP8" ? { scalabilityMode: HALVABLE } : {}),
    };
  });
}

/** Of fewer sizes, the largest there is stands for those above it. @param {string} rid @param {readonly string[]|null} wanted @param {number} sizes */
function isWanted(rid, wanted, sizes) {
  if (wanted === null || wanted.includes(rid)) return true;
  const at = RIDS.indexOf(/** @type {"q"} */ (rid));
  return at === sizes - 1 && RIDS.slice(sizes).some((larger) => wanted.includes(larger));
}

/** @param {number} lines */
function costOf(lines) {
  const found = COSTS.find(([most]) => lines <= most) ?? COSTS[COSTS.length - 1];
  return found[1];
}

/** @param {MediaStreamTrack|null} track whose picture's shorter side is asked for */
export function linesOf(track) {
  const { width = Infinity, height = 720 } = track?.getSettings?.() ?? {};
  return Math.min(width, height);
}

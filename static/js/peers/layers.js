/**
 * The encodings of a camera that is sent to the server: a quarter, a half and the full size; pure.
 * @typedef {{rid: string, active: boolean, scaleResolutionDownBy: number, maxBitrate: number, maxFramerate: number}} Encoding
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

/**
 * @param {{lines: number, wanted: readonly string[]|null, lowPower?: boolean, level?: number}} facts `lines` of the camera's shorter side; `wanted` by anybody, null for all;
 * `level` of a ladder, 0 for the top: so many of the largest are left out
 * @returns {Encoding[]}
 */
export function cameraEncodings({ lines, wanted, lowPower = false, level = 0 }) {
  const { scales } = SIZES.find((one) => lines >= one.lines) ?? SIZES[SIZES.length - 1];
  const most = Math.max(1, scales.length - level);
  return RIDS.map((rid, at) => {
    const scale = scales[at] ?? 1;
    return {
      rid,
      active: at < most && isWanted(rid, wanted, scales.length),
      scaleResolutionDownBy: scale,
      maxBitrate: costOf(lines / scale),
      maxFramerate: lowPower ? SPARING : FRAMERATE,
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

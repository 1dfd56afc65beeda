/**
 * How the uplink is shared. In a mesh everything is sent once a peer, so each gets less as they grow more.
 * @typedef {{maxBitrate: number, maxFramerate?: number, scaleResolutionDownBy?: number}} Limit bits a second
 * @typedef {Record<"microphone"|"camera"|"screen"|"screenAudio", Limit>} Budget
 */

/** By the number of peers: up to how many, and then each one's camera. @type {[peers: number, camera: Limit][]} */
const CAMERA = [
  [1, { maxBitrate: 1_700_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  [2, { maxBitrate: 1_000_000, maxFramerate: 30, scaleResolutionDownBy: 1 }],
  [3, { maxBitrate: 700_000, maxFramerate: 30, scaleResolutionDownBy: 4 / 3 }],
  [4, { maxBitrate: 500_000, maxFramerate: 25, scaleResolutionDownBy: 2 }],
  [6, { maxBitrate: 350_000, maxFramerate: 24, scaleResolutionDownBy: 2 }],
  [8, { maxBitrate: 220_000, maxFramerate: 20, scaleResolutionDownBy: 3 }],
  [Infinity, { maxBitrate: 150_000, maxFramerate: 15, scaleResolutionDownBy: 4 }],
];
/** Beside a screen a face is small. */
const BESIDE_SCREEN = { maxBitrate: 250_000, maxFramerate: 20, scaleResolutionDownBy: 3 };
const SCREEN_TOTAL = 5_000_000;
const SCREEN_MOST = 2_500_000;
const SCREEN_LEAST = 400_000;

/** @param {{peers: number, sharing: boolean}} facts @returns {Budget} */
export function shareBandwidth({ peers, sharing }) {
  const alone = /** @type {Limit} */ (CAMERA.find(([most]) => Math.max(1, peers) <= most)?.[1]);
  const screen = Math.min(SCREEN_MOST, Math.max(SCREEN_LEAST, Math.round(SCREEN_TOTAL / Math.max(1, peers))));
  return {
    microphone: { maxBitrate: peers > 6 ? 24_000 : 40_000 },
    camera: sharing ? lesser(alone, BESIDE_SCREEN) : alone,
    screen: { maxBitrate: screen, maxFramerate: peers > 4 ? 8 : 15 },
    screenAudio: { maxBitrate: 64_000 },
  };
}

/** @param {Limit} a @param {Required<Limit>} b @returns {Limit} */
function lesser(a, b) {
  return {
    maxBitrate: Math.min(a.maxBitrate, b.maxBitrate),
    maxFramerate: Math.min(a.maxFramerate ?? Infinity, b.maxFramerate),
    scaleResolutionDownBy: Math.max(a.scaleResolutionDownBy ?? 1, b.scaleResolutionDownBy),
  };
}

/**
 * How the uplink is shared; pure. In a mesh everything is sent once a peer, so each gets less as they grow more.
 * @typedef {{maxBitrate: number, maxFramerate?: number, lines?: number}} Limit bits a second; `lines` of the shorter side of a picture
 * @typedef {Record<"microphone"|"camera"|"screen"|"screenAudio", Limit>} Budget
 */

/** By the number of peers: up to how many, and then each one's camera. @type {[peers: number, camera: Required<Limit>][]} */
const CAMERA = [
  [1, { maxBitrate: 2_500_000, maxFramerate: 30, lines: 720 }],
  [2, { maxBitrate: 1_200_000, maxFramerate: 30, lines: 540 }],
  [3, { maxBitrate: 800_000, maxFramerate: 30, lines: 540 }],
  [4, { maxBitrate: 600_000, maxFramerate: 25, lines: 360 }],
  [6, { maxBitrate: 400_000, maxFramerate: 24, lines: 360 }],
  [8, { maxBitrate: 250_000, maxFramerate: 20, lines: 270 }],
  [Infinity, { maxBitrate: 150_000, maxFramerate: 15, lines: 180 }],
];
/** Beside a screen a face is small. */
const BESIDE_SCREEN = { maxBitrate: 250_000, maxFramerate: 20, lines: 240 };
/** For a device that has to be spared. */
const LOW_POWER = { maxBitrate: 300_000, maxFramerate: 15, lines: 360 };

/** By the number of peers: how often a shared screen is sent in a second. @type {[peers: number, framerate: number][]} */
const SCREEN_RATE = [[2, 15], [4, 10], [Infinity, 5]];
const SCREEN_TOTAL = 4_500_000;
const SCREEN_MOST = 1_500_000;
const SCREEN_LEAST = 300_000;

/** @param {{peers: number, sharing: boolean, lowPower?: boolean}} facts @returns {Budget} */
export function shareBandwidth({ peers, sharing, lowPower = false }) {
  const among = Math.max(1, peers);
  let camera = upTo(CAMERA, among);
  if (sharing) camera = lesser(camera, BESIDE_SCREEN);
  if (lowPower) camera = lesser(camera, LOW_POWER);
  const framerate = upTo(SCREEN_RATE, among);
  return {
    microphone: { maxBitrate: among > 6 ? 32_000 : 40_000 },
    camera,
    screen: { maxBitrate: Math.min(SCREEN_MOST, Math.max(SCREEN_LEAST, Math.round(SCREEN_TOTAL / among))), maxFramerate: lowPower ? 5 : framerate },
    screenAudio: { maxBitrate: 48_000 },
  };
}

/** By the level of a ladder: what is left of the camera, as a share of its bit rate, a framerate and a share of its lines. @type {Required<Limit>[]} */
const STEPS = [
  { maxBitrate: 1, maxFramerate: Infinity, lines: 1 },
  { maxBitrate: 0.6, maxFramerate: 20, lines: 1 },
  { maxBitrate: 0.4, maxFramerate: 18, lines: 2 / 3 },
  { maxBitrate: 0.25, maxFramerate: 15, lines: 1 / 2 },
  { maxBitrate: 0.15, maxFramerate: 8, lines: 1 / 3 },
];
export const LOWEST = STEPS.length - 1;
/** A smaller picture shows nobody. */
const LEAST = { maxBitrate: 80_000, lines: 120 };

/** What is sent while the device or the network has trouble: the sound stays, the camera gives way. @param {Budget} budget @param {number} level 0 for none @returns {Budget} */
export function lowered(budget, level) {
  if (level === 0) return budget;
  const step = STEPS[Math.min(level, LOWEST)];
  const { maxBitrate, maxFramerate = Infinity, lines = 720 } = budget.camera;
  const camera = {
    maxBitrate: Math.max(LEAST.maxBitrate, Math.round(maxBitrate * step.maxBitrate)),
    maxFramerate: Math.min(maxFramerate, step.maxFramerate),
    lines: Math.max(LEAST.lines, Math.round(lines * step.lines)),
  };
  return { ...budget, camera };
}

/** The sizes in which a camera is taken, by their lines: few, so that a small change of a limit does not change the picture that everybody gets. */
const CAPTURE_LINES = [180, 270, 360, 540, 720];

/** As a camera is opened. @type {Capture} */
export const WHOLE = { lines: 720, framerate: 30 };

/**
 * How the camera is taken when this is all that is sent of it: nothing is scaled, copied and drawn that nobody gets.
 * @typedef {{lines: number, framerate: number}} Capture
 * @param {Budget[]} budgets one a link @returns {Capture} the whole picture while there is nobody
 */
export function captureFor(budgets) {
  if (budgets.length === 0) return WHOLE;
  const lines = Math.max(...budgets.map(({ camera }) => camera.lines ?? WHOLE.lines));
  const framerate = Math.max(...budgets.map(({ camera }) => camera.maxFramerate ?? WHOLE.framerate));
  return { lines: CAPTURE_LINES.find((one) => one >= lines) ?? WHOLE.lines, framerate: Math.min(WHOLE.framerate, framerate) };
}

/** Enough for each of several uses of the one camera. @param {Capture[]} captures @returns {Capture} */
export function mostOf(captures) {
  return {
    lines: Math.max(...captures.map(({ lines }) => lines)),
    framerate: Math.max(...captures.map(({ framerate }) => framerate)),
  };
}

/** @template T @param {[most: number, value: T][]} table @param {number} peers @returns {T} */
function upTo(table, peers) {
  const found = table.find(([most]) => peers <= most) ?? table[table.length - 1];
  return found[1];
}

/** @param {Required<Limit>} a @param {Required<Limit>} b @returns {Required<Limit>} */
function lesser(a, b) {
  return {
    maxBitrate: Math.min(a.maxBitrate, b.maxBitrate),
    maxFramerate: Math.min(a.maxFramerate, b.maxFramerate),
    lines: Math.min(a.lines, b.lines),
  };
}

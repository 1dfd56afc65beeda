/**
 * From one stream to another without a gap: both play for a moment, and one takes the other's place when it really shows, or sounds.
 */

/** Longer than this nothing is waited for: a picture that may not come must not keep a dead one on the screen. */
const LONGEST_MS = 4_000;
/** Too short to hear as an echo, too long to hear as a click. */
export const FADE_MS = 20;
const FADE_STEPS = 5;

/** Whether there is a picture that a gap would be seen in. @param {HTMLVideoElement} video */
export function isLive(video) {
  const stream = /** @type {MediaStream|null} */ (video.srcObject);
  return Boolean(stream?.getVideoTracks().some((track) => track.readyState === "live")) && video.videoWidth > 0 && !document.hidden;
}

/**
 * Resolves in the animation frame in which the first picture of the video is about to be put on the screen.
 * @param {HTMLVideoElement} video already in the document, under the one that it replaces
 * @param {AbortSignal} signal @returns {Promise<boolean>} false when it was given up
 */
export function firstFrame(video, signal) {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(true), LONGEST_MS);
    const done = (/** @type {boolean} */ shown) => {
      clearTimeout(late);
      resolve(shown);
    };
    signal.addEventListener("abort", () => done(false), { once: true });
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(() => done(true));
    else /** @type {HTMLVideoElement} */ (video).addEventListener("loadeddata", () => done(true), { once: true });
  });
}

/** Resolves when it plays. @param {HTMLMediaElement} player @param {AbortSignal} signal @returns {Promise<boolean>} false when it was given up or may not play */
export function sounds(player, signal) {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(true), LONGEST_MS);
    const done = (/** @type {boolean} */ plays) => {
      clearTimeout(late);
      resolve(plays);
    };
    signal.addEventListener("abort", () => done(false), { once: true });
    player.addEventListener("playing", () => done(true), { once: true });
    player.play().catch(() => done(false));
  });
}

/** One gets louder as the other gets softer, together always one. @param {HTMLMediaElement} from @param {HTMLMediaElement} to */
export async function crossFade(from, to) {
  for (let step = 1; step <= FADE_STEPS; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, FADE_MS / FADE_STEPS));
    to.volume = step / FADE_STEPS;
    from.volume = 1 - step / FADE_STEPS;
  }
}

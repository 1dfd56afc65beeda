/** So long somebody's first packet to the server may take. */
const BEGINS_MS = 6_000;
/** So long a page that is late with everything waits for pictures on the next path: then for sound alone. */
const PATIENCE_MS = 6_000;

/**
 * What has to come of somebody over the next path before the edge from them is ready; pure.
 *
 * Over the server that is what is asked for, as far as the server can send it. Who has just begun to send to it does not send yet; who still
 * doesn't later never will. A device without time left would never get all pictures on both paths: it goes over with its voices, and each
 * tile keeps its old picture until the new one is there.
 * @param {object} facts
 * @param {"mesh"|"sfu"} facts.mode of the next path
 * @param {number} facts.openedMs for how long it has been coming up
 * @param {boolean} facts.late the page is late with everything
 * @param {Partial<Record<string, string>>} facts.limited why the server does not send a source
 * @param {string[]} facts.wants sources that are asked for
 * @returns {import("./edges.js").Wanted}
 */
export function awaitedOf({ mode, openedMs, late, limited, wants }) {
  if (late && openedMs > PATIENCE_MS) return { camera: false, screen: false };
  if (mode === "mesh") return { camera: true, screen: true };
  const comes = (/** @type {string} */ source) => !limited[source] || (limited[source] === "not_sent" && openedMs < BEGINS_MS);
  const awaits = (/** @type {string} */ source) => wants.includes(source) && comes(source);
  return { camera: awaits("camera"), screen: awaits("screen") };
}

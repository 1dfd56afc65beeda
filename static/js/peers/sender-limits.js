/**
 * A budget's limits on the senders of a connection.
 * @typedef {import("./bandwidth.js").Limit} Limit
 * @typedef {import("./slots.js").Slot} Slot
 */

/** Sound goes first: a broken picture is a pity, a broken word a question. */
const FIRST = { priority: /** @type {RTCPriorityType} */ ("high"), networkPriority: /** @type {RTCPriorityType} */ ("high") };

/** What gives way first when even that is too much: of a face the sharpness, of a screen the motion. @type {Partial<Record<Slot, string>>} */
const GIVES_WAY = { camera: "maintain-framerate", screen: "maintain-resolution" };

/** What each sender was last asked for: asking twice would start its encoder anew. @type {WeakMap<RTCRtpSender, string>} */
const asked = new WeakMap();

/** What a camera gives when nobody has asked it. */
const USUAL_LINES = 720;

/** @param {Slot} slot @param {Limit} limit @param {MediaStreamTrack|null} [track] whose picture is made smaller @returns {RTCRtpEncodingParameters} */
export function encodingOf(slot, { lines, ...limit }, track) {
  if (slot === "microphone" || slot === "screenAudio") return { ...limit, ...FIRST };
  if (lines === undefined) return limit;
  const { width = Infinity, height = USUAL_LINES } = track?.getSettings?.() ?? {};
  return { ...limit, scaleResolutionDownBy: Math.max(1, Math.min(width, height) / lines) };
}

/** @param {RTCRtpSender} sender @param {Slot} slot @param {Limit} limit @param {MediaStreamTrack} track that it sends or will send */
export async function limitSender(sender, slot, limit, track) {
  const wanted = encodingOf(slot, limit, track);
  const key = JSON.stringify(wanted);
  if (asked.get(sender) === key) return;
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  if (!encoding) return;
  asked.set(sender, key);
  const known = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (encoding));
  if (Object.entries(wanted).every(([name, value]) => known[name] === value)) return;
  Object.assign(encoding, wanted);
  if (GIVES_WAY[slot]) Object.assign(parameters, { degradationPreference: GIVES_WAY[slot] });
  await sender.setParameters(parameters).catch(() => limitPlainly(sender, limit));
}

/** Not every browser knows every field: the bit rate alone is what matters. @param {RTCRtpSender} sender @param {Limit} limit */
async function limitPlainly(sender, { maxBitrate }) {
  const parameters = sender.getParameters();
  if (!parameters.encodings?.[0]) return;
  parameters.encodings[0].maxBitrate = maxBitrate;
  await sender.setParameters(parameters).catch(() => asked.delete(sender));
}

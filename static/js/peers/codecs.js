/**
 * Which codecs are offered first, and what of Opus is asked for; pure but for the browser's list of what it can.
 * @typedef {"VP8"|"VP9"|"AV1"|"H264"} VideoCodec
 * @typedef {{mimeType: string, clockRate?: number, channels?: number, sdpFmtpLine?: string}} Codec
 */

/** @type {VideoCodec[]} */
export const VIDEO_CODECS = ["VP8", "VP9", "H264", "AV1"];

/** What mends a stream whatever it is encoded with. */
const MENDING = ["rtx", "red", "ulpfec", "flexfec-03"];

/** The usual one first; another one alone, because the other side's order counts, and it may prefer the usual one. @template {Codec} T @param {T[]} codecs @param {string} chosen @returns {T[]} */
export function preferred(codecs, chosen) {
  const is = (/** @type {string} */ name) => codecs.filter(({ mimeType }) => nameOf(mimeType) === name);
  const first = is(chosen);
  if (first.length === 0 || chosen === "VP8") return [...is("VP8"), ...codecs.filter((one) => !is("VP8").includes(one))];
  return [...first, ...codecs.filter(({ mimeType }) => MENDING.includes(nameOf(mimeType)))];
}

/** With redundancy first: a lost packet's sound is in the next one. @template {Codec} T @param {T[]} codecs @returns {T[]} */
export function preferredSound(codecs) {
  const rank = (/** @type {Codec} */ { mimeType }) => ["red", "opus"].indexOf(nameOf(mimeType).toLowerCase());
  return codecs.filter((one) => rank(one) >= 0).sort((a, b) => rank(a) - rank(b)).concat(codecs.filter((one) => rank(one) < 0));
}

/** What a browser can send of those. @param {typeof RTCRtpSender} [Sender] @returns {VideoCodec[]} */
export function sendable(Sender = globalThis.RTCRtpSender) {
  const codecs = Sender?.getCapabilities?.("video")?.codecs ?? [];
  return VIDEO_CODECS.filter((name) => codecs.some((one) => nameOf(one.mimeType) === name));
}

/**
 * What the pictures are encoded with on the way through the server: the person's own choice, else the room's, else the usual one; that too where the browser can't.
 * @param {string|undefined} own @param {string|undefined} room as its settings name it @param {VideoCodec[]} [can] @returns {VideoCodec}
 */
export function chosenCodec(own, room, can = sendable()) {
  const named = (/** @type {string|undefined} */ name) => can.find((one) => one === name?.toUpperCase());
  return named(own) ?? named(room) ?? "VP8";
}

/** Silence costs nothing (RFC 7587, 7.1): what a description says of Opus is what its author wants to get. @param {string} sdp of the other side */
export function withSilenceSaved(sdp) {
  const lines = sdp.split("\r\n");
  const known = lines.find((line) => /^a=rtpmap:\d+ opus\/48000/i.test(line));
  const payload = known && /^a=rtpmap:(\d+)/.exec(known)?.[1];
  if (!payload) return sdp;
  const format = `a=fmtp:${payload} `;
  if (!lines.some((line) => line.startsWith(format))) return lines.flatMap((line) => (line === known ? [line, `${format}usedtx=1`] : [line])).join("\r\n");
  return lines.map((line) => (line.startsWith(format) && !line.includes("usedtx=") ? `${line};usedtx=1` : line)).join("\r\n");
}

/** @param {string} mimeType */
const nameOf = (mimeType) => mimeType.split("/")[1] ?? "";

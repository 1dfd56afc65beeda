/**
 * `getStats` of one link in our words. Rates are over the time since `previous`.
 * @typedef {object} LinkStats
 * @property {string|null} codec of the video that comes in
 * @property {number|null} width
 * @property {number|null} height
 * @property {number|null} fps
 * @property {number} bitrateUp bits a second
 * @property {number} bitrateDown
 * @property {number} lossUp fraction 0 to 1
 * @property {number} lossDown
 * @property {number} jitterMs
 * @property {number} rttMs
 * @property {"direct"|"relayed"|"server"|null} path
 * @property {"udp"|"tcp"|"relay-udp"|"relay-tcp"|null} transport
 * @property {number} freezes since `previous`
 * @property {boolean} cpuLimited
 * @property {number|null} encodeMs for one picture of the camera or the screen; null when none was sent
 * @property {SentLayer[]} [layers] of the own camera, the smallest first, where it is sent in several sizes
 *
 * @typedef {{rid: string, width: number, height: number, fps: number}} SentLayer
 *
 * @typedef {{at: number, bytesUp: number, bytesDown: number, sent: number, lostUp: number, received: number, lostDown: number, freezes: number, encoded: number, encodeSeconds: number}} Counters
 */

/** @param {Iterable<any>} report @param {Counters|null} previous @param {number} now @returns {{stats: LinkStats, counters: Counters}} */
export function readStats(report, previous, now) {
  const all = [...report];
  const of = (/** @type {string} */ type) => all.filter((one) => one.type === type);
  const inbound = of("inbound-rtp");
  const outbound = of("outbound-rtp");
  const remote = of("remote-inbound-rtp");
  const counters = {
    at: now,
    bytesUp: sum(outbound, "bytesSent"),
    bytesDown: sum(inbound, "bytesReceived"),
    sent: sum(outbound, "packetsSent"),
    lostUp: sum(remote, "packetsLost"),
    received: sum(inbound, "packetsReceived"),
    lostDown: sum(inbound, "packetsLost"),
    freezes: sum(inbound, "freezeCount"),
    encoded: sum(outbound, "framesEncoded"),
    encodeSeconds: sum(outbound, "totalEncodeTime"),
  };
  const before = previous ?? { ...counters, at: now - 1 };
  const seconds = Math.max(0.001, (now - before.at) / 1000);
  const since = (/** @type {Exclude<keyof Counters, "at">} */ key) => Math.max(0, counters[key] - before[key]);
  const video = inbound.filter((one) => one.kind === "video" && one.frameHeight).sort((a, b) => (b.framesPerSecond ?? 0) - (a.framesPerSecond ?? 0))[0];
  const pair = selectedPair(all);
  const rtt = pair?.currentRoundTripTime ?? remote.find((one) => one.roundTripTime > 0)?.roundTripTime ?? 0;
  return {
    counters,
    stats: {
      codec: video ? codecOf(all, video) : null,
      width: video?.frameWidth ?? null,
      height: video?.frameHeight ?? null,
      fps: video?.framesPerSecond ?? null,
      bitrateUp: Math.round((since("bytesUp") * 8) / seconds),
      bitrateDown: Math.round((since("bytesDown") * 8) / seconds),
      lossUp: share(since("lostUp"), since("sent")),
      lossDown: share(since("lostDown"), since("received") + since("lostDown")),
      jitterMs: round(Math.max(0, ...inbound.filter((one) => one.kind === "audio").map((one) => one.jitter ?? 0)) * 1000),
      rttMs: round(rtt * 1000),
      freezes: since("freezes"),
      encodeMs: since("encoded") > 0 ? round((since("encodeSeconds") * 1000) / since("encoded")) : null,
      cpuLimited: outbound.some((one) => one.qualityLimitationReason === "cpu"),
      ...pathOf(all, pair),
    },
  };
}

/** @param {any[]} all */
function selectedPair(all) {
  const id = all.find((one) => one.type === "transport" && one.selectedCandidatePairId)?.selectedCandidatePairId;
  return all.find((one) => one.type === "candidate-pair" && (id ? one.id === id : one.nominated && one.state === "succeeded"));
}

/** @param {any[]} all @param {any} pair @returns {Pick<LinkStats, "path"|"transport">} */
function pathOf(all, pair) {
  const local = pair && all.find((one) => one.id === pair.localCandidateId);
  const remote = pair && all.find((one) => one.id === pair.remoteCandidateId);
  if (!local) return { path: null, transport: null };
  if (local.candidateType === "relay") return { path: "relayed", transport: local.relayProtocol === "udp" || !local.relayProtocol ? "relay-udp" : "relay-tcp" };
  return { path: remote?.candidateType === "relay" ? "relayed" : "direct", transport: local.protocol === "tcp" ? "tcp" : "udp" };
}

/** @param {any[]} all @param {any} stream */
function codecOf(all, stream) {
  const mime = all.find((one) => one.id === stream.codecId)?.mimeType;
  return mime ? mime.split("/")[1] : null;
}

/** @param {any[]} list @param {string} key */
const sum = (list, key) => list.reduce((total, one) => total + (one[key] ?? 0), 0);
/** @param {number} part @param {number} whole */
const share = (part, whole) => (whole > 0 ? Math.min(1, part / whole) : 0);
/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** One peer of a `telemetry` command. @param {string} participantId @param {LinkStats} stats */
export function peerTelemetry(participantId, stats) {
  const { rttMs, lossUp, lossDown, jitterMs, bitrateUp, bitrateDown, fps, height, freezes, path, transport } = stats;
  return {
    participantId,
    rttMs,
    lossUp,
    lossDown,
    jitterMs,
    bitrateUp,
    bitrateDown,
    framesPerSecond: fps ?? undefined,
    frameHeight: height ?? undefined,
    freezes,
    relayed: path === "relayed",
    transport: transport ?? undefined,
  };
}

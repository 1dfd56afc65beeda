/**
 * What arrives at a page, by person, noted ten times a second. These functions run inside the page and are sent as text, so they use nothing from
 * outside themselves.
 *
 * @typedef {object} Note
 * @property {number} at milliseconds of `performance.now()`
 * @property {string} who
 * @property {"audio"|"video"} kind
 * @property {number} packets
 * @property {number} frames decoded
 * @property {number} height of the newest frame, 0 for none
 * @property {number} concealed made-up samples that were not silence
 * @property {number} samples all that were played
 */

/** From now on `window.arrivals` grows. */
export function watchArrivals() {
  const notes = /** @type {Note[]} */ ([]);
  Object.defineProperty(window, "arrivals", { value: notes, configurable: true });
  const all = (/** @type {Document|ShadowRoot} */ root, /** @type {string} */ name) => {
    const found = /** @type {any[]} */ ([]);
    for (const element of root.querySelectorAll("*")) {
      if (element.matches(name)) found.push(element);
      if (element.shadowRoot) found.push(...all(element.shadowRoot, name));
    }
    return found;
  };
  /** Who sends a track, by what it is played with. @returns {Map<MediaStreamTrack, string>} */
  const senders = () => {
    const players = all(document, 'audio[data-kind="camera"]').map((one) => [one.srcObject?.getAudioTracks()[0], one.dataset.who]);
    const videos = all(document, 'gr-tile[kind="camera"]').flatMap((tile) => all(tile.shadowRoot, "video").map((one) => [one.srcObject?.getVideoTracks()[0], tile.who]));
    return new Map(/** @type {any} */ ([...players, ...videos].filter(([track]) => track)));
  };
  const look = async () => {
    const who = senders();
    for (const connection of /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections)) {
      if (connection.connectionState === "closed" || !connection.getReceivers().some(({ track }) => who.has(track))) continue;
      const report = [...(await connection.getStats()).values()];
      for (const one of report) {
        const sender = one.type === "inbound-rtp" && [...who].find(([track]) => track.id === one.trackIdentifier)?.[1];
        if (!sender) continue;
        const { packetsReceived = 0, framesDecoded = 0, frameHeight = 0, concealedSamples = 0, silentConcealedSamples = 0, totalSamplesReceived = 0 } = one;
        notes.push({ at: performance.now(), who: sender, kind: one.kind, packets: packetsReceived, frames: framesDecoded, height: frameHeight, concealed: concealedSamples - silentConcealedSamples, samples: totalSamplesReceived });
      }
    }
    setTimeout(look, 100);
  };
  void look();
}

/** The notes of one person and kind since a moment. @param {{who: string, kind: "audio"|"video", since?: number}} wanted @returns {Note[]} */
export function arrivalsOf({ who, kind, since = 0 }) {
  return /** @type {Note[]} */ (/** @type {any} */ (window).arrivals).filter((one) => one.who === who && one.kind === kind && one.at >= since);
}

const LIMIT = 100;

/** Remote candidates that came before the description they belong to; they wait for it. */
export class Candidates {
  /** @type {(RTCIceCandidateInit|null)[]} */
  #early = [];

  /** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
  async add(pc, candidate) {
    if (belongs(pc, candidate)) return apply(pc, candidate);
    this.#early.push(candidate);
    if (this.#early.length > LIMIT) this.#early.shift();
  }

  /** A description was set: those that belong to it go in. @param {RTCPeerConnection} pc */
  async flush(pc) {
    const waiting = this.#early.splice(0);
    for (const candidate of waiting) await this.add(pc, candidate);
  }
}

/** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
function belongs(pc, candidate) {
  if (!pc.remoteDescription) return false;
  const fragment = candidate?.usernameFragment;
  return !fragment || pc.remoteDescription.sdp.includes(`a=ice-ufrag:${fragment}`);
}

/** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
async function apply(pc, candidate) {
  // Of a generation that is over, or of a kind this browser doesn't know: the others will do.
  await pc.addIceCandidate(candidate ?? undefined).catch(() => undefined);
}

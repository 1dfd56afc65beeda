const LIMIT = 100;

/**
 * Remote candidates that came before the description they belong to; they wait for it. Nobody waits for the others: the
 * browser takes them in their order, and on a busy machine each would cost a round trip to its network thread.
 */
export class Candidates {
  /** @type {(RTCIceCandidateInit|null)[]} */
  #early = [];

  /** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
  add(pc, candidate) {
    if (belongs(pc, candidate)) return apply(pc, candidate);
    this.#early.push(candidate);
    if (this.#early.length > LIMIT) this.#early.shift();
  }

  /** A description was set: those that belong to it go in. @param {RTCPeerConnection} pc */
  flush(pc) {
    for (const candidate of this.#early.splice(0)) this.add(pc, candidate);
  }
}

/** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
function belongs(pc, candidate) {
  if (!pc.remoteDescription) return false;
  const fragment = candidate?.usernameFragment;
  return !fragment || pc.remoteDescription.sdp.includes(`a=ice-ufrag:${fragment}`);
}

/** @param {RTCPeerConnection} pc @param {RTCIceCandidateInit|null} candidate */
function apply(pc, candidate) {
  // Of a generation that is over, or of a kind this browser doesn't know: the others will do.
  pc.addIceCandidate(candidate ?? undefined).catch(() => undefined);
}

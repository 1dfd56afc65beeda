/**
 * What others send, as streams that keep their identity: a video element takes one once and then follows its tracks.
 * @typedef {"camera"|"screen"} StreamKind
 */

/** @type {StreamKind[]} */
const KINDS = ["camera", "screen"];

export class RemoteStreams {
  /** @type {Map<string, Record<StreamKind, MediaStream>>} */
  #streams = new Map();
  #makeStream;

  constructor(makeStream = () => new MediaStream()) {
    this.#makeStream = makeStream;
  }

  /** @param {string} id @param {StreamKind} kind @returns {MediaStream|null} null when there is nothing to see or hear */
  of(id, kind) {
    const stream = this.#streams.get(id)?.[kind];
    return stream && stream.getTracks().length > 0 ? stream : null;
  }

  /**
   * A video that is off is taken out, so that no element waits for its frames or shows its last one.
   * @param {string} id @param {import("./slots.js").Tracks} tracks @param {{videoOn: boolean, screenSharing: boolean}} person
   * @returns {StreamKind[]} which have changed
   */
  arrange(id, tracks, { videoOn, screenSharing }) {
    const streams = this.#streams.get(id) ?? { camera: this.#makeStream(), screen: this.#makeStream() };
    this.#streams.set(id, streams);
    const wanted = {
      camera: [tracks.microphone, videoOn ? tracks.camera : null],
      screen: screenSharing ? [tracks.screen, tracks.screenAudio] : [],
    };
    return KINDS.filter((kind) => fill(streams[kind], wanted[kind]));
  }

  /** @param {string} id @returns {StreamKind[]} */
  drop(id) {
    const streams = this.#streams.get(id);
    this.#streams.delete(id);
    return streams ? KINDS.filter((kind) => fill(streams[kind], [])) : [];
  }
}

/** @param {MediaStream} stream @param {(MediaStreamTrack|null)[]} wanted @returns {boolean} whether anything changed */
function fill(stream, wanted) {
  const has = stream.getTracks();
  const gone = has.filter((track) => !wanted.includes(track));
  const come = wanted.filter((track) => track !== null && !has.includes(track));
  for (const track of gone) stream.removeTrack(track);
  for (const track of come) stream.addTrack(/** @type {MediaStreamTrack} */ (track));
  return gone.length + come.length > 0;
}

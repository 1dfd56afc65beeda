import { LevelMeter } from "./level-meter.js";

/**
 * @typedef {"microphone"|"camera"|"screen"|"screenAudio"} TrackKind
 * @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks
 */

/** The tracks of this person's devices while they are open, how they look and how loud they are. */
export class OwnTracks {
  /** The own camera, one object for the whole life: video elements may keep it. */
  preview = new MediaStream();
  /** The own screen, the same way. */
  screenPreview = new MediaStream();
  /** @type {Tracks} */
  #tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  /**
   * Holds the camera open as it was opened: changing the size of the only track of a device may start the device anew, which freezes the picture.
   * @type {MediaStreamTrack|null}
   */
  #anchor = null;
  #makeContext;
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {LevelMeter|null} */
  #meter = null;

  /** @param {() => AudioContext} makeContext */
  constructor(makeContext) {
    this.#makeContext = makeContext;
  }

  /** @param {TrackKind} kind */
  get(kind) {
    return this.#tracks[kind];
  }

  /** Takes the place of the one before. @param {"microphone"|"camera"} kind @param {MediaStreamTrack} track */
  put(kind, track) {
    this.drop(kind);
    this.#tracks[kind] = track;
    track.contentHint = kind === "camera" ? "motion" : "speech";
    if (kind === "microphone") return this.#startMeter(track);
    this.#anchor = track.clone?.() ?? null;
    this.preview.addTrack(track);
  }

  /** @param {MediaStream} stream @returns {MediaStreamTrack} the picture */
  putScreen(stream) {
    this.dropScreen();
    const [video] = stream.getVideoTracks();
    const [audio = null] = stream.getAudioTracks();
    video.contentHint = "detail";
    Object.assign(this.#tracks, { screen: video, screenAudio: audio });
    this.screenPreview.addTrack(video);
    return video;
  }

  /** @param {"microphone"|"camera"} kind */
  drop(kind) {
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    track.stop();
    if (kind === "camera") {
      this.#anchor?.stop();
      this.#anchor = null;
      return this.preview.removeTrack(track);
    }
    this.#meter?.close();
    this.#meter = null;
  }

  /** @returns {boolean} whether there was one */
  dropScreen() {
    const { screen, screenAudio } = this.#tracks;
    if (!screen) return false;
    screen.stop();
    screenAudio?.stop();
    this.screenPreview.removeTrack(screen);
    Object.assign(this.#tracks, { screen: null, screenAudio: null });
    return true;
  }

  /** How loud the open microphone is, 0 to 1. */
  level() {
    return this.#meter?.level() ?? 0;
  }

  close() {
    this.#context?.close().catch(() => undefined);
    this.#context = null;
  }

  /** @param {MediaStreamTrack} track */
  #startMeter(track) {
    try {
      this.#context ??= this.#makeContext();
      this.#meter = new LevelMeter(track, this.#context);
    } catch {
      this.#meter = null;
    }
  }
}

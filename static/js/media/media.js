import { cameraConstraints, listDevices, microphoneConstraints, screenConstraints } from "./devices.js";
import { LevelMeter } from "./level-meter.js";
import { mediaFailure } from "./media-error.js";
import { changeSettings, settings } from "../browser/storage.js";

/**
 * @typedef {import("../call/call-state.js").DeviceState} DeviceState
 * @typedef {{microphone: DeviceState, camera: DeviceState, screen: import("../call/call-state.js").ScreenState, speaker: {deviceId: string|null}, devices: import("../call/call-state.js").Devices}} MediaState
 * @typedef {"microphone"|"camera"} Capture
 * @typedef {"microphone"|"camera"|"screen"|"screenAudio"} TrackKind
 * @typedef {Record<TrackKind, MediaStreamTrack|null>} Tracks
 */

/** @returns {Tracks} */
const NONE = () => ({ microphone: null, camera: null, screen: null, screenAudio: null });

/**
 * This person's devices, for the pre-join page and then the call. `state` is replaced at every change (`change`);
 * `tracks` says that what is to be sent has changed. Turning the camera off releases it; the microphone stays open,
 * silenced, so that unmuting is immediate.
 */
export class LocalMedia extends EventTarget {
  #devices;
  #makeContext;
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {LevelMeter|null} */
  #meter = null;
  /** @type {Tracks} */
  #tracks = NONE();
  /** One thing at a time for each kind. @type {Record<string, Promise<unknown>>} */
  #turns = {};
  #closed = false;
  #onDevices = () => void this.refreshDevices();

  /** @param {{mediaDevices?: MediaDevices, makeContext?: () => AudioContext}} [outside] */
  constructor({ mediaDevices = navigator.mediaDevices, makeContext = () => new AudioContext() } = {}) {
    super();
    this.#devices = mediaDevices;
    this.#makeContext = makeContext;
    const kept = settings();
    const off = { on: false, pending: false, error: null };
    /** @type {MediaState} */
    this.state = {
      microphone: { ...off, deviceId: kept.microphoneId ?? null },
      camera: { ...off, deviceId: kept.cameraId ?? null },
      screen: { ...off },
      speaker: { deviceId: kept.speakerId ?? null },
      devices: { microphones: [], cameras: [], speakers: [] },
    };
    /** The own camera, one object for the whole life: video elements may keep it. */
    this.preview = new MediaStream();
    /** The own screen, the same way. */
    this.screenPreview = new MediaStream();
    mediaDevices?.addEventListener?.("devicechange", this.#onDevices);
  }

  /** What is to be sent: null where nothing is. @returns {Tracks} */
  get tracks() {
    const { microphone, camera, screen, screenAudio } = this.#tracks;
    return { microphone: this.state.microphone.on ? microphone : null, camera, screen, screenAudio };
  }

  /** Both at once, so that the browser asks once. Failures are in `state`. @param {{microphone?: boolean, camera?: boolean}} wanted */
  async start({ microphone = true, camera = true } = {}) {
    if (microphone && camera) await this.#openBoth();
    if (microphone && !this.state.microphone.on) await this.setMicrophone(true).catch(() => undefined);
    if (camera && !this.state.camera.on) await this.setCamera(true).catch(() => undefined);
    await this.refreshDevices();
  }

  /** @param {boolean} on */
  setMicrophone(on) {
    // Silence must not wait for its turn behind a device that is still opening.
    if (!on) this.#silence();
    return this.#turn("microphone", async () => {
      if (on && !this.#tracks.microphone) await this.#open("microphone", false);
      if (this.#tracks.microphone) this.#tracks.microphone.enabled = on;
      this.#set("microphone", { on });
      this.#announce();
    });
  }

  /** @param {boolean} on */
  setCamera(on) {
    return this.#turn("camera", async () => {
      if (on && !this.#tracks.camera) await this.#open("camera", false);
      if (!on) this.#drop("camera");
      this.#set("camera", { on });
      this.#announce();
    });
  }

  /** Rejects with code `denied` when the person closes the browser's picker. @param {boolean} on */
  setScreen(on) {
    return this.#turn("screen", async () => {
      if (!on) return this.#endScreen();
      const stream = await this.#devices.getDisplayMedia(screenConstraints);
      this.#endScreen();
      const [video] = stream.getVideoTracks();
      const [audio = null] = stream.getAudioTracks();
      video.contentHint = "detail";
      video.addEventListener("ended", () => this.#endScreen());
      Object.assign(this.#tracks, { screen: video, screenAudio: audio });
      this.screenPreview.addTrack(video);
      this.#set("screen", { on: true });
      this.#announce();
    });
  }

  /** @param {"microphone"|"camera"|"speaker"} kind @param {string} deviceId */
  async select(kind, deviceId) {
    if (kind === "speaker") {
      this.#change({ speaker: { deviceId } });
      return changeSettings({ speakerId: deviceId });
    }
    await this.#turn(kind, async () => {
      if (this.#tracks[kind]) await this.#open(kind, true, deviceId);
      else this.#set(kind, { deviceId });
      this.#announce();
    });
    changeSettings(kind === "microphone" ? { microphoneId: deviceId } : { cameraId: deviceId });
  }

  /** How loud the open microphone is, 0 to 1; 0 while silenced. */
  level() {
    return this.state.microphone.on && this.#meter ? this.#meter.level() : 0;
  }

  async refreshDevices() {
    const devices = await listDevices(this.#devices);
    if (!this.#closed) this.#change({ devices });
  }

  /** Releases every device. */
  close() {
    this.#closed = true;
    this.#devices?.removeEventListener?.("devicechange", this.#onDevices);
    for (const kind of /** @type {Capture[]} */ (["microphone", "camera"])) {
      this.#drop(kind);
      this.#set(kind, { on: false, pending: false });
    }
    this.#endScreen();
    this.#context?.close().catch(() => undefined);
    this.#context = null;
  }

  async #openBoth() {
    const { microphone, camera } = this.state;
    this.#set("microphone", { pending: true });
    this.#set("camera", { pending: true });
    try {
      const stream = await this.#devices.getUserMedia({ audio: microphoneConstraints(microphone.deviceId), video: cameraConstraints(camera.deviceId) });
      if (this.#closed) return stream.getTracks().forEach((track) => track.stop());
      this.#set("microphone", { on: true, error: null });
      this.#set("camera", { on: true, error: null });
      this.#adopt("microphone", stream.getAudioTracks()[0]);
      this.#adopt("camera", stream.getVideoTracks()[0]);
      this.#announce();
    } catch {
      // One of the two may be there without the other: each is tried alone and says what is wrong with it.
    } finally {
      this.#set("microphone", { pending: false });
      this.#set("camera", { pending: false });
    }
  }

  /** @param {Capture} kind @param {boolean} exact @param {string|null} [deviceId] */
  async #open(kind, exact, deviceId = this.state[kind].deviceId) {
    // Many cameras can't be opened twice: the old one goes first. A microphone goes on until the new one is there.
    if (kind === "camera") this.#drop("camera");
    const wanted = kind === "microphone" ? { audio: microphoneConstraints(deviceId, exact) } : { video: cameraConstraints(deviceId, exact) };
    const stream = await this.#devices.getUserMedia(wanted).catch((error) => {
      if (kind === "camera") this.#set("camera", { on: false });
      if (kind === "camera") this.#announce();
      throw error;
    });
    const [track] = stream.getTracks();
    if (this.#closed) return track.stop();
    this.#adopt(kind, track);
    void this.refreshDevices();
  }

  /** @param {Capture} kind @param {MediaStreamTrack} track */
  #adopt(kind, track) {
    this.#drop(kind);
    this.#tracks[kind] = track;
    track.addEventListener("ended", () => void this.#onEnded(kind, track));
    if (kind === "camera") {
      track.contentHint = "motion";
      this.preview.addTrack(track);
    } else {
      track.contentHint = "speech";
      track.enabled = this.state.microphone.on;
      this.#startMeter(track);
    }
    this.#set(kind, { deviceId: track.getSettings().deviceId ?? this.state[kind].deviceId });
  }

  /** Unplugged, or the permission taken back: the next best device takes its place, or `state` says why none does. @param {Capture} kind @param {MediaStreamTrack} track */
  async #onEnded(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#drop(kind);
    const wasOn = this.state[kind].on;
    this.#set(kind, { on: false, deviceId: null });
    this.#announce();
    await this.refreshDevices();
    if (wasOn) await (kind === "microphone" ? this.setMicrophone(true) : this.setCamera(true)).catch(() => undefined);
  }

  /** @param {MediaStreamTrack} track */
  #startMeter(track) {
    this.#meter?.close();
    try {
      this.#context ??= this.#makeContext();
      this.#meter = new LevelMeter(track, this.#context);
    } catch {
      this.#meter = null;
    }
  }

  #silence() {
    if (!this.state.microphone.on) return;
    if (this.#tracks.microphone) this.#tracks.microphone.enabled = false;
    this.#set("microphone", { on: false });
    this.#announce();
  }

  /** @param {Capture} kind */
  #drop(kind) {
    const track = this.#tracks[kind];
    if (!track) return;
    this.#tracks[kind] = null;
    track.stop();
    if (kind === "camera") this.preview.removeTrack(track);
    else this.#meter?.close();
    if (kind === "microphone") this.#meter = null;
  }

  #endScreen() {
    const { screen, screenAudio } = this.#tracks;
    if (!screen) return;
    screen.stop();
    screenAudio?.stop();
    this.screenPreview.removeTrack(screen);
    Object.assign(this.#tracks, { screen: null, screenAudio: null });
    this.#set("screen", { on: false });
    this.#announce();
  }

  /** @param {Capture|"screen"} kind @param {() => Promise<void>|void} run */
  #turn(kind, run) {
    const mine = (this.#turns[kind] ?? Promise.resolve()).then(async () => {
      this.#set(kind, { pending: true, error: null });
      try {
        await run();
      } catch (error) {
        const failure = mediaFailure(error);
        const quiet = kind === "screen" && failure.code === "denied";
        this.#set(kind, { error: quiet ? null : { code: failure.code, message: failure.message } });
        throw failure;
      } finally {
        this.#set(kind, { pending: false });
      }
    });
    this.#turns[kind] = mine.catch(() => undefined);
    return mine;
  }

  /** @param {Capture|"screen"} kind @param {Partial<DeviceState>} part */
  #set(kind, part) {
    this.#change({ [kind]: { ...this.state[kind], ...part } });
  }

  /** @param {Partial<MediaState>} part */
  #change(part) {
    this.state = { ...this.state, ...part };
    this.dispatchEvent(new Event("change"));
  }

  #announce() {
    // Closing is an end, not a change of mind: the room is not to hear of a muting.
    if (!this.#closed) this.dispatchEvent(new Event("tracks"));
  }
}

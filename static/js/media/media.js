import { changeSettings, settings } from "../browser/storage.js";
import { WHOLE } from "../peers/bandwidth.js";
import { DeviceWatch } from "./device-watch.js";
import { cameraConstraints, captureConstraints, listDevices, microphoneConstraints, screenConstraints } from "./devices.js";
import { MediaFailure, mediaFailure } from "./media-error.js";
import { OwnTracks } from "./own-tracks.js";

/**
 * @typedef {import("../call/call-state.js").DeviceState} DeviceState
 * @typedef {{microphone: DeviceState, camera: DeviceState, screen: import("../call/call-state.js").ScreenState, speaker: {deviceId: string|null}, devices: import("../call/call-state.js").Devices, lowPower: boolean}} MediaState
 * @typedef {import("./device-watch.js").Capture} Capture
 * @typedef {import("./own-tracks.js").Tracks} Tracks
 * @typedef {{kind: Capture|"speaker", label: string}} Replaced a device went away; `label` of the one in its place
 * @typedef {{mediaDevices?: MediaDevices, permissions?: Permissions, makeContext?: () => AudioContext}} Outside
 */

const LISTS = /** @type {const} */ ({ microphone: "microphones", camera: "cameras", speaker: "speakers" });

/**
 * This person's devices, for the pre-join page and then the call. `state` is replaced at every change (`change`);
 * `tracks` says that what is to be sent has changed; `replaced` (detail: a `Replaced`) that another device took the place of one that
 * went away. Turning the camera off releases it; the microphone stays open,
 * silenced, so that unmuting is immediate.
 */
export class LocalMedia extends EventTarget {
  #devices;
  #own;
  #watch;
  /** One thing at a time for each kind. @type {Record<string, Promise<unknown>>} */
  #turns = {};
  #closed = false;
  /** @type {import("../peers/bandwidth.js").Capture} */
  #capture = WHOLE;

  /** @param {Outside} [outside] */
  constructor({ mediaDevices = navigator.mediaDevices, permissions = navigator.permissions, makeContext = meterContext } = {}) {
    super();
    this.#devices = mediaDevices;
    this.#own = new OwnTracks(makeContext);
    const kept = settings();
    const off = { on: false, pending: false, error: null };
    /** @type {MediaState} */
    this.state = {
      microphone: { ...off, deviceId: kept.microphoneId ?? null },
      camera: { ...off, deviceId: kept.cameraId ?? null },
      screen: { ...off },
      speaker: { deviceId: kept.speakerId ?? null },
      devices: { microphones: [], cameras: [], speakers: [] },
      lowPower: kept.lowPower === true,
    };
    this.#watch = new DeviceWatch({
      mediaDevices,
      permissions,
      onDevices: () => void this.#onDevices(),
      onPermission: (kind, state) => this.#onPermission(kind, state),
    });
  }

  get preview() {
    return this.#own.preview;
  }

  get screenPreview() {
    return this.#own.screenPreview;
  }

  /** What is to be sent: null where nothing is. @returns {Tracks} */
  get tracks() {
    const own = this.#own;
    return { microphone: this.state.microphone.on ? own.get("microphone") : null, camera: own.get("camera"), screen: own.get("screen"), screenAudio: own.get("screenAudio") };
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
      if (on && !this.#own.get("microphone")) await this.#open("microphone", false);
      const track = this.#own.get("microphone");
      if (track) track.enabled = on;
      this.#set("microphone", { on: on && track !== null });
      this.#announce();
    });
  }

  /** @param {boolean} on */
  setCamera(on) {
    return this.#turn("camera", async () => {
      if (on && !this.#own.get("camera")) await this.#open("camera", false);
      if (!on) this.#own.drop("camera");
      this.#set("camera", { on: this.#own.get("camera") !== null });
      this.#announce();
    });
  }

  /** Nothing happens when the person closes the browser's picker: it rejects with code `denied`. @param {boolean} on */
  setScreen(on) {
    return this.#turn("screen", async () => {
      if (!on) return this.#endScreen();
      const stream = await this.#devices.getDisplayMedia(screenConstraints);
      this.#endScreen();
      if (this.#closed) return stream.getTracks().forEach((track) => track.stop());
      const video = this.#own.putScreen(stream);
      video.addEventListener("ended", () => video === this.#own.get("screen") && this.#endScreen());
      this.#set("screen", { on: true });
      this.#announce();
    });
  }

  /** @param {Capture|"speaker"} kind @param {string} deviceId */
  async select(kind, deviceId) {
    if (kind === "speaker") {
      this.#change({ speaker: { deviceId } });
      return changeSettings({ speakerId: deviceId });
    }
    await this.#turn(kind, async () => {
      if (this.#own.get(kind)) await this.#open(kind, true, deviceId);
      else this.#set(kind, { deviceId });
      this.#announce();
    });
    changeSettings(kind === "microphone" ? { microphoneId: deviceId } : { cameraId: deviceId });
  }

  /** Spares this device: a smaller picture, less often. @param {boolean} on */
  async setLowPower(on) {
    changeSettings({ lowPower: on });
    this.#change({ lowPower: on });
    await this.#fitCamera();
  }

  /** What the camera is needed for now: it is taken no larger and no more often. @param {import("../peers/bandwidth.js").Capture} capture */
  async setCapture(capture) {
    if (capture.lines === this.#capture.lines && capture.framerate === this.#capture.framerate) return;
    this.#capture = capture;
    await this.#fitCamera();
  }

  /** How loud the open microphone is, 0 to 1; 0 while silenced. */
  level() {
    return this.state.microphone.on ? this.#own.level() : 0;
  }

  async refreshDevices() {
    const devices = await listDevices(this.#devices);
    if (!this.#closed) this.#change({ devices });
  }

  /** Releases every device. */
  close() {
    this.#closed = true;
    this.#watch.stop();
    for (const kind of /** @type {Capture[]} */ (["microphone", "camera"])) {
      this.#own.drop(kind);
      this.#set(kind, { on: false, pending: false });
    }
    this.#endScreen();
    this.#own.close();
  }

  /** The senders are told afterwards: how they scale depends on it. */
  async #fitCamera() {
    const camera = this.#own.get("camera");
    if (!camera) return;
    // Where a camera can't, the limits of what is sent still hold.
    await camera.applyConstraints?.(captureConstraints(this.#capture, this.state.lowPower)).catch(() => undefined);
    if (camera === this.#own.get("camera")) this.#announce();
  }

  async #openBoth() {
    const { microphone, camera, lowPower } = this.state;
    this.#set("microphone", { pending: true });
    this.#set("camera", { pending: true });
    try {
      const stream = await this.#devices.getUserMedia({ audio: microphoneConstraints(microphone.deviceId), video: cameraConstraints(camera.deviceId, false, lowPower) });
      if (this.#closed) return stream.getTracks().forEach((track) => track.stop());
      const [audio] = stream.getAudioTracks();
      this.#adopt("microphone", audio);
      audio.enabled = true;
      this.#adopt("camera", stream.getVideoTracks()[0]);
      this.#set("microphone", { on: true, error: null });
      this.#set("camera", { on: true, error: null });
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
    if (kind === "camera") this.#own.drop("camera");
    const wanted = kind === "microphone" ? { audio: microphoneConstraints(deviceId, exact) } : { video: cameraConstraints(deviceId, exact, this.state.lowPower) };
    try {
      const [track] = (await this.#devices.getUserMedia(wanted)).getTracks();
      if (this.#closed) return track.stop();
      this.#adopt(kind, track);
    } catch (error) {
      if (kind === "camera") {
        this.#set("camera", { on: false });
        this.#announce();
      }
      throw error;
    }
    void this.refreshDevices();
  }

  /** @param {Capture} kind @param {MediaStreamTrack} track */
  #adopt(kind, track) {
    // Unplugged while it was opening: its `ended` was told to nobody.
    if (track.readyState === "ended") throw new MediaFailure({ code: "in_use", message: "The device stopped at once." });
    this.#own.put(kind, track);
    if (kind === "microphone") track.enabled = this.state.microphone.on;
    else if (this.#capture !== WHOLE) void this.#fitCamera();
    track.addEventListener("ended", () => void this.#onGone(kind, track));
    this.#set(kind, { deviceId: track.getSettings().deviceId ?? this.state[kind].deviceId });
  }

  async #onDevices() {
    await this.refreshDevices();
    if (this.#closed) return;
    const { devices, speaker } = this.state;
    for (const kind of /** @type {Capture[]} */ (["microphone", "camera"])) {
      const track = this.#own.get(kind);
      const id = track?.getSettings().deviceId;
      // Not every browser ends the track of a device that is gone.
      if (track && id && isGone(devices[LISTS[kind]], id)) await this.#onGone(kind, track);
      else if (this.state[kind].error?.code === "not_found" && devices[LISTS[kind]].length > 0) this.#set(kind, { error: null });
    }
    if (speaker.deviceId && isGone(devices.speakers, speaker.deviceId)) {
      this.#change({ speaker: { deviceId: null } });
      this.#tellReplaced("speaker");
    }
  }

  /** Unplugged, or the permission taken back: the next best device takes its place, or `state` says why none does. @param {Capture} kind @param {MediaStreamTrack} track */
  async #onGone(kind, track) {
    if (this.#own.get(kind) !== track) return;
    const wasOn = this.state[kind].on;
    this.#own.drop(kind);
    this.#set(kind, { on: false, deviceId: null });
    this.#announce();
    const permission = this.#watch.permission(kind);
    // The person has just said no: asking again would be rude.
    if (permission !== null && permission !== "granted") return this.#set(kind, { error: REFUSED });
    await this.refreshDevices();
    if (!wasOn || this.#closed) return;
    await (kind === "microphone" ? this.setMicrophone(true) : this.setCamera(true)).catch(() => undefined);
    if (this.state[kind].on) this.#tellReplaced(kind);
  }

  /** @param {Capture} kind @param {PermissionState} permission */
  #onPermission(kind, permission) {
    const track = this.#own.get(kind);
    if (permission === "granted") {
      if (this.state[kind].error?.code === "denied") this.#set(kind, { error: null });
      void this.refreshDevices();
    } else if (permission === "denied" && track) void this.#onGone(kind, track);
  }

  /** @param {Capture|"speaker"} kind */
  #tellReplaced(kind) {
    const list = this.state.devices[LISTS[kind]];
    const { deviceId } = this.state[kind];
    const device = list.find((one) => one.deviceId === deviceId) ?? list[0];
    this.dispatchEvent(new CustomEvent("replaced", { detail: { kind, label: device?.label ?? "" } }));
  }

  #silence() {
    if (!this.state.microphone.on) return;
    const track = this.#own.get("microphone");
    if (track) track.enabled = false;
    this.#set("microphone", { on: false });
    this.#announce();
  }

  #endScreen() {
    if (!this.#own.dropScreen()) return;
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

/** Only measures: it needs no speaker, and no hurry. A running speaker wakes a page some hundred times a second. */
const meterContext = () => new AudioContext(/** @type {AudioContextOptions} */ ({ latencyHint: "playback", sinkId: { type: "none" } }));

/** @type {import("../call/call-state.js").MediaError} */
const REFUSED = { code: "denied", message: "The permission was taken back." };

/** An empty list is one that the browser does not show. @param {import("../call/call-state.js").Device[]} list @param {string} id */
function isGone(list, id) {
  return list.length > 0 && !list.some((one) => one.deviceId === id);
}

/** Microphones, cameras and speakers that are plugged in and out, and a person who allows them or not. */
export class FakeDevices extends EventTarget {
  devices = [];
  refused = new Set();
  opened = [];
  permissions;
  #statuses = { microphone: { state: "granted", onchange: null }, camera: { state: "granted", onchange: null } };

  constructor(...devices) {
    super();
    this.devices = devices.map(([kind, deviceId]) => ({ kind, deviceId, label: `the ${deviceId}` }));
    this.permissions = { query: async ({ name }) => this.#statuses[name] };
  }

  async enumerateDevices() {
    return this.devices;
  }

  async getUserMedia({ audio, video }) {
    const tracks = [audio && this.#open("audioinput", "audio", audio), video && this.#open("videoinput", "video", video)].filter(Boolean);
    return { getTracks: () => tracks, getAudioTracks: () => tracks.filter((one) => one.kind === "audio"), getVideoTracks: () => tracks.filter((one) => one.kind === "video") };
  }

  /** Gone: the tracks of a browser that says so end. */
  async unplug(deviceId, { ends = true } = {}) {
    this.devices = this.devices.filter((one) => one.deviceId !== deviceId);
    if (ends) for (const track of this.opened.filter((one) => one.deviceId === deviceId)) track.end();
    this.dispatchEvent(new Event("devicechange"));
  }

  /** The person takes a permission back, or gives it. */
  allow(name, state) {
    this.#statuses[name].state = state;
    if (state !== "granted") for (const track of this.opened.filter((one) => one.kind === (name === "camera" ? "video" : "audio"))) track.end();
    this.#statuses[name].onchange?.();
  }

  #open(list, kind, { deviceId }) {
    const permission = this.#statuses[kind === "audio" ? "microphone" : "camera"].state;
    if (permission !== "granted") throw Object.assign(new Error("no"), { name: "NotAllowedError" });
    const all = this.devices.filter((one) => one.kind === list);
    const found = all.find((one) => one.deviceId === (deviceId?.exact ?? deviceId?.ideal)) ?? (deviceId?.exact ? undefined : all[0]);
    if (!found) throw Object.assign(new Error("none"), { name: "NotFoundError" });
    const track = new FakeTrack(kind, found.deviceId);
    this.opened.push(track);
    return track;
  }
}

class FakeTrack extends EventTarget {
  enabled = true;
  readyState = "live";
  constructor(kind, deviceId) {
    super();
    Object.assign(this, { kind, deviceId });
  }
  /** All of one device: it is released when none of them lives. */
  copies = [this];
  getSettings = () => ({ deviceId: this.deviceId, ...this.size });
  applyConstraints = async ({ width, height, frameRate }) => void (this.size = { width: width.ideal, height: height.ideal, frameRate: frameRate.max });
  clone() {
    const copy = new FakeTrack(this.kind, this.deviceId);
    copy.copies = this.copies;
    this.copies.push(copy);
    return copy;
  }
  stop() {
    this.readyState = "ended";
  }
  end() {
    if (this.readyState === "ended") return;
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }
}

/** As much of a stream as a preview needs. */
export class FakeStream {
  #tracks = new Set();
  addTrack = (track) => void this.#tracks.add(track);
  removeTrack = (track) => void this.#tracks.delete(track);
  getTracks = () => [...this.#tracks];
}

import { Commands } from "/static/js/call/commands.js";
import { initialState } from "/static/js/call/call-state.js";

/** A picture that moves a little, drawn here: no camera needed. */
function drawn(text, hue, wide) {
  const canvas = document.createElement("canvas");
  canvas.width = wide ? 1280 : 640;
  canvas.height = wide ? 720 : 360;
  const pen = canvas.getContext("2d");
  const draw = () => {
    const { width, height } = canvas;
    pen.fillStyle = wide ? "#f3f1ea" : `hsl(${hue} 28% 34%)`;
    pen.fillRect(0, 0, width, height);
    if (wide) sheet(pen, width, height);
    else face(pen, width, height, hue);
  };
  draw();
  const timer = setInterval(draw, 500);
  const stream = canvas.captureStream(5);
  stream.getTracks()[0].addEventListener("ended", () => clearInterval(timer));
  return stream;
}

function face(pen, width, height, hue) {
  const sway = Math.sin(Date.now() / 900 + hue) * 6;
  pen.fillStyle = `hsl(${hue} 26% 52%)`;
  pen.beginPath();
  pen.ellipse(width / 2 + sway, height * 1.08, width * 0.24, height * 0.42, 0, 0, 7);
  pen.fill();
  pen.fillStyle = `hsl(${(hue + 30) % 360} 40% 72%)`;
  pen.beginPath();
  pen.ellipse(width / 2 + sway, height * 0.43, height * 0.18, height * 0.23, 0, 0, 7);
  pen.fill();
}

function sheet(pen, width, height) {
  pen.fillStyle = "#1f6b4a";
  pen.font = "600 52px sans-serif";
  pen.fillText("Quarterly plan", 90, 120);
  for (let row = 0; row < 6; row += 1) {
    pen.fillStyle = row % 2 ? "#d9d5ca" : "#c9dfd3";
    pen.fillRect(90, 180 + row * 80, 300 + ((row * 237) % 700), 46);
  }
  pen.fillStyle = "#555b55";
  pen.font = "26px sans-serif";
  pen.fillText(new Date().toLocaleTimeString(), width - 220, height - 40);
}

/** Looks like a `Call` to the views: a state from a fixture, pictures from canvases, commands that change the state. */
export class FakeCall extends Commands {
  constructor(state) {
    super();
    this.roomCode = "GREN-2345";
    this.state = { ...initialState(), ...state };
    this.streams = new Map();
    /** What the views asked for, for tests. */
    this.sent = [];
    const preview = drawn("you", 150, false);
    this.media = Object.assign(new EventTarget(), {
      state: this.state,
      preview,
      level: () => 0.5 + 0.4 * Math.sin(Date.now() / 300),
      setMicrophone: (on) => this.setMicrophone(on),
      setCamera: (on) => this.setCamera(on),
      setLowPower: (on) => this.setLowPower(on),
      select: (kind, deviceId) => this.selectDevice(kind, deviceId),
    });
  }

  change(part) {
    this.state = { ...this.state, ...part };
    this.media.state = this.state;
    this.media.dispatchEvent(new Event("change"));
    queueMicrotask(() => this.dispatchEvent(new Event("change")));
  }

  changePerson(id, part) {
    const participants = this.state.participants.map((one) => (one.id === id ? { ...one, ...part } : one));
    this.change({ participants, you: participants.find((one) => one.id === this.state.you?.id) ?? this.state.you });
  }

  async request(type, fields = {}) {
    this.sent.push({ type, ...fields });
    const { participantId: id } = fields;
    if (type === "raise_hand") this.changePerson(this.state.you.id, { handRaisedAt: fields.raised ? new Date().toISOString() : undefined });
    if (type === "mute" && id) this.changePerson(id, fields.kind === "audio" ? { muted: true } : { videoOn: false });
    if (type === "rename") this.changePerson(id ?? this.state.you.id, { displayName: fields.displayName });
    if (type === "set_role") this.changePerson(id, { role: fields.role });
    if (type === "remove") this.change({ participants: this.state.participants.filter((one) => one.id !== id) });
    if (type === "admit" || type === "deny") this.change({ waitingList: this.state.waitingList.filter((one) => one.id !== id) });
    if (type === "spotlight") this.change({ room: { ...this.state.room, spotlight: id ?? undefined } });
    if (type === "lock") this.change({ room: { ...this.state.room, locked: fields.locked } });
    if (type === "update_room") this.change({ room: { ...this.state.room, name: fields.name ?? this.state.room.name, settings: { ...this.state.room.settings, ...fields.settings } } });
    if (type === "consent") this.answer(fields);
    if (type === "start_recording") this.change({ room: { ...this.state.room, recording: { id: "rec2", startedAt: new Date().toISOString(), by: this.state.you.id } } });
    if (type === "stop_recording") this.change({ room: { ...this.state.room, recording: null } });
    if (type === "react") this.change({ reactions: [...this.state.reactions, { key: String(Math.random()), from: this.state.you.id, emoji: fields.emoji, at: Date.now() }] });
    return {};
  }

  answer({ purposes, shareEmotion }) {
    const { you } = this.state;
    const words = Object.fromEntries(Object.entries(purposes).map(([purpose, granted]) => [purpose, granted ? "granted" : "refused"]));
    this.changePerson(you.id, { consents: { ...you.consents, ...words, shareEmotion: shareEmotion ?? you.consents.shareEmotion } });
  }

  async setMicrophone(on) {
    this.sent.push({ type: "microphone", on });
    this.change({ microphone: { ...this.state.microphone, on } });
    if (this.state.you) this.changePerson(this.state.you.id, { muted: !on });
  }

  async setCamera(on) {
    this.change({ camera: { ...this.state.camera, on } });
    if (this.state.you) this.changePerson(this.state.you.id, { videoOn: on });
  }

  async setScreen(on) {
    this.change({ screen: { ...this.state.screen, on } });
    this.changePerson(this.state.you.id, { screenSharing: on });
  }

  async selectDevice(kind, deviceId) {
    this.change({ [kind]: { ...this.state[kind], deviceId } });
  }

  async setLowPower(on) {
    this.sent.push({ type: "lowPower", on });
    this.change({ lowPower: on });
  }

  async join() {
    this.change({ phase: "joined" });
  }

  async resumeIfPossible() {
    return false;
  }

  abandon() {}

  reconnectNow() {
    this.change({ connection: "online", reconnect: null });
  }

  async sendChat(text, options = {}) {
    this.sent.push({ type: "chat", text, ...options });
    const id = String(Math.random());
    const { you } = this.state;
    this.change({ chat: [...this.state.chat, { id, clientId: id, from: you.id, fromName: you.displayName, text, sentAt: new Date().toISOString(), to: options.to, replyTo: options.replyTo, file: options.file }] });
  }

  async upload(file) {
    return { id: String(Math.random()), name: file.name, size: file.size, mime: file.type, url: "#" };
  }

  async retryChat(clientId) {
    this.change({ chat: this.state.chat.map((one) => (one.clientId === clientId ? { ...one, failed: undefined } : one)) });
  }

  async setTyping() {}
  async leave() {
    this.sent.push({ type: "leave" });
  }
  async answerUnmute(accept) {
    this.sent.push({ type: "answerUnmute", accept });
    this.change({ unmuteRequest: null });
  }
  dismissWarning() {
    this.change({ warning: null });
  }

  streamOf(id, kind) {
    const person = this.state.participants.find((one) => one.id === id);
    if (!person || !(kind === "screen" ? person.screenSharing : person.videoOn)) return null;
    const key = `${id}:${kind}`;
    if (!this.streams.has(key)) this.streams.set(key, drawn(person.displayName, (this.streams.size * 67 + 140) % 360, kind === "screen"));
    return this.streams.get(key);
  }

  level(id) {
    return this.state.speaking.includes(id) ? 0.6 : 0;
  }

  get ownStats() {
    if (this.state.topology?.mode !== "sfu") return null;
    const layers = [320, 640, 1280].map((width) => ({ rid: "q", width, height: (width * 9) / 16, fps: 30 }));
    return { codec: "VP8", layers, bitrateUp: 2_300_000, lossUp: 0.002, rttMs: 18, transport: "udp" };
  }

  show(shown, hidden) {
    this.shown = { shown, hidden };
  }

  setVideoMode(videoMode) {
    this.sent.push({ type: "setVideoMode", videoMode });
    this.change({ videoMode });
  }

  stats(id) {
    if (id === this.state.you?.id) return null;
    return { codec: "VP8", width: 1280, height: 720, fps: 29.6, bitrateUp: 1_420_000, bitrateDown: 1_180_000, lossUp: 0.004, lossDown: 0.012, jitterMs: 6.2, rttMs: 41, path: "direct", transport: "udp" };
  }
}

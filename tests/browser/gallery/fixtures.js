/** The states of a call that the gallery shows. Each is a part of a `CallState`. */

const NAMES = ["Alice Moreno", "Bo Lindqvist", "Chidi Okafor", "Dana Weiss", "Emeka", "Farida Al-Sayed", "Grzegorz Brzęczyszczykiewicz", "Hana Kim", "Ibrahim Diallo", "Jun Watanabe", "Kaya", "Leo van der Meer-Hofstede", "Mina", "Nils Bergström", "Oona Virtanen", "Paul"];
/** As many as are asked for: the later ones by the same names again. @param {number} count */
const names = (count) => Array.from({ length: count }, (_, at) => (at < NAMES.length ? NAMES[at] : `${NAMES[at % NAMES.length].split(" ")[0]} ${1 + Math.floor(at / NAMES.length)}`));
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const ALL = ["publish_audio", "publish_video", "share_screen", "unmute", "chat", "react", "raise_hand", "rename_self", "admit", "moderate", "set_role", "lock", "spotlight", "update_room", "transfer_host", "end_session"];
const MEMBER = ALL.slice(0, 8);
const can = (list) => Object.fromEntries(list.map((one) => [one, true]));

const answers = (recording, emotion, shareEmotion = false) => ({ recording, transcription: "unanswered", emotion, assistant: "unanswered", shareEmotion });

const person = (name, at, extra = {}) => ({
  id: `p${at}`,
  displayName: name,
  role: at === 0 ? "host" : "participant",
  joinedAt: ago(900 - at * 40),
  muted: at % 3 === 1,
  videoOn: at % 4 !== 3,
  screenSharing: false,
  connection: "online",
  guest: at > 2,
  consents: answers("unanswered", "unanswered"),
  ...extra,
});

export const settings = {
  waitingRoom: "everyone",
  joinBeforeHost: false,
  maxParticipants: 100,
  muteOnEntry: false,
  topology: "auto",
  meshLimit: 5,
  videoCodec: "vp8",
  chat: "everyone",
  screenShare: "everyone",
  unmute: "everyone",
  recording: "off",
  aiEnabled: false,
  emotion: false,
  retentionDays: 30,
  region: "default",
  admitKnown: false,
  allowGuests: true,
  handOverHost: true,
};

const devices = {
  microphones: [{ deviceId: "m1", label: "Built-in microphone" }, { deviceId: "m2", label: "USB headset" }],
  cameras: [{ deviceId: "c1", label: "FaceTime HD Camera" }, { deviceId: "c2", label: "Desk camera" }],
  speakers: [{ deviceId: "s1", label: "Built-in speakers" }, { deviceId: "s2", label: "USB headset" }],
};
const media = {
  microphone: { on: true, pending: false, error: null, deviceId: "m1" },
  camera: { on: true, pending: false, error: null, deviceId: "c1" },
  speaker: { deviceId: "s1" },
  devices,
};

function room(count, change = (people) => people) {
  const participants = change(names(count).map((name, at) => person(name, at)));
  return {
    phase: "joined",
    you: participants[0],
    participants,
    room: { roomId: "r", roomCode: "GREN-2345", name: "Weekly design review", template: "open", hostPresent: true, locked: false, settings, permissions: {}, createdAt: ago(1000), startedAt: ago(900), hasPassword: false },
    topology: { mode: "mesh", epoch: 1, reason: count < 3 ? "pair" : "small_room" },
    can: can(ALL),
    quality: Object.fromEntries(participants.map((one, at) => [one.id, { score: 4.4 - (at % 16) * 0.2, level: at % 16 === 4 ? "poor" : at === 2 ? "fair" : "good" }])),
    links: Object.fromEntries(participants.slice(1).map((one, at) => [one.id, { state: "connected", path: at === 1 ? "relayed" : "direct" }])),
    startedAt: ago(754),
    ...media,
  };
}

/** A room whose media goes through the server. @param {number} count */
const served = (count) => {
  const plain = room(count);
  const links = Object.fromEntries(Object.keys(plain.links).map((id) => [id, { state: "connected", path: "server" }]));
  return { ...plain, links, topology: { mode: "sfu", epoch: 2, reason: "too_large_for_mesh" }, limited: { p2: { camera: "bandwidth" }, p4: { camera: "not_sent" }, p5: { camera: "source_limit" } } };
};

/** A room that is recorded: the host and most others agreed, one said no, one has not answered. @param {number} count @param {object} [recording] */
const recorded = (count, recording = {}) => {
  const plain = room(count, (people) => people.map((one, at) => ({ ...one, consents: answers(at === 1 ? "refused" : at === 3 ? "unanswered" : "granted", "unanswered") })));
  const running = { id: "rec1", startedAt: ago(724), by: "p0", ...recording };
  return { ...plain, can: can([...ALL, "record"]), room: { ...plain.room, settings: { ...settings, recording: "manual" }, recording: running, canRecord: true, canReadEmotion: true, consentText: "2026-11" } };
};

/** The same as somebody else sees it. @param {ReturnType<typeof room>} state @param {number} at */
const seenBy = (state, at) => ({ ...state, you: state.participants[at], can: can(MEMBER) });

/** Voices are analysed, of those who agreed; what they share, the host sees. @param {number} count @param {"unanswered"|"granted"} mine */
const analysed = (count, mine) => {
  const plain = room(count, (people) => people.map((one, at) => ({ ...one, consents: answers("unanswered", at === 0 ? mine : "granted", at === 2) })));
  const emotion = (arousal, label) => ({ arousal, label, confidence: 0.7, scores: {}, unusual: false, at: Date.now() + 3_600_000 });
  return { ...plain, room: { ...plain.room, settings: { ...settings, emotion: true }, canRecord: true, canReadEmotion: true, consentText: "2026-11" }, emotions: mine === "granted" ? { p0: emotion(0.72, "happy"), p2: emotion(0.18, null) } : {} };
};

const update = (at, part) => (people) => people.map((one, n) => (n === at ? { ...one, ...part } : one));
const message = (at, from, text, extra = {}) => ({ id: `c${at}`, clientId: `c${at}`, from: `p${from}`, fromName: NAMES[from], text, sentAt: ago(600 - at * 40), ...extra });

const chat = [
  message(0, 1, "Morning! Here is the **draft**: https://example.org/plan?a=1&b=2."),
  message(1, 1, "Page 3 is still *rough*."),
  message(2, 0, "Thanks, reading it now"),
  message(3, 2, "Run `npm test` first:\n```\nnpm ci\nnpm test -- --watch --reporter=verbose --bail\n```"),
  message(4, 3, "Agreed", { replyTo: "c1" }),
  message(5, 4, "<img src=x onerror=alert(1)> is not a picture"),
  message(6, 3, "", { file: { id: "f", name: "notes-of-the-last-meeting-final-version.pdf", size: 482_133, mime: "application/pdf", url: "#" } }),
  message(7, 1, "Can you take the next part?", { to: "p0" }),
  message(8, 0, "Sure", { to: "p1" }),
  message(9, 2, "صباح الخير للجميع"),
  message(10, 0, "On its way", { pending: true }),
  message(11, 0, "This one did not make it", { failed: { code: "rate_limited", message: "Too fast" } }),
];

const waitingList = [
  { id: "w1", displayName: "Mara Jansen", since: ago(245), online: true, known: true, hasPreview: true },
  { id: "w2", displayName: "Noor", since: ago(63), online: true, known: false, hasPreview: false },
  { id: "w3", displayName: "Oskar with a rather long name that goes on", since: ago(9), online: false, known: false, hasPreview: false },
];

function picture() {
  const canvas = document.createElement("canvas");
  canvas.width = 320;
  canvas.height = 240;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#4b6a8f";
  pen.fillRect(0, 0, 320, 240);
  pen.fillStyle = "#e8c9a8";
  pen.arc(160, 110, 60, 0, 7);
  pen.fill();
  return canvas.toDataURL("image/jpeg", 0.6);
}

const waiting = { phase: "waiting", waiting: { position: 2, hostPresent: true, message: null, roomName: "Weekly design review" }, ...media };

/** `view` names the element; `then` what a person does next; `state` makes a part of the state. */
export const FIXTURES = {
  alone: { state: () => room(1) },
  two: { state: () => room(2) },
  four: { state: () => ({ ...room(4), speaking: ["p2"], activeSpeaker: "p2" }) },
  five: { state: () => room(5, update(2, { handRaisedAt: ago(20) })) },
  twelve: { state: () => ({ ...room(12), speaking: ["p1"] }) },
  observers: { state: () => room(5, (people) => people.map((one, at) => (at > 2 ? { ...one, role: "observer", videoOn: false } : one))) },
  presentation: { state: () => ({ ...room(5, update(1, { screenSharing: true })), activeSpeaker: "p1", speaking: ["p1"] }) },
  sharing: { state: () => ({ ...room(3, update(0, { screenSharing: true })), screen: { on: true, pending: false, error: null } }) },
  speaker: { state: () => ({ ...room(5), activeSpeaker: "p2", speaking: ["p2"] }), choice: "speaker" },
  spotlight: { state: () => ({ ...room(4), room: { ...room(4).room, spotlight: "p1" } }) },
  chat: { state: () => ({ ...room(5), chat, typing: ["p1", "p2"] }), panel: "chat" },
  conversation: { state: () => ({ ...room(5), chat: [0, 1, 2, 3, 4, 6].map((at) => chat[at]), typing: ["p1"] }), panel: "chat" },
  "chat-empty": { state: () => room(2), panel: "chat" },
  unread: { state: () => room(3), later: () => ({ chat: chat.slice(0, 4) }) },
  people: { state: () => room(12, (people) => people.map((one, at) => (at === 5 ? { ...one, handRaisedAt: ago(60) } : at === 2 ? { ...one, handRaisedAt: ago(90), role: "cohost" } : at > 9 ? { ...one, role: "observer" } : one))), panel: "people" },
  "waiting-panel": { state: () => ({ ...room(3), waitingList, previews: { w1: picture() } }), panel: "waiting" },
  "waiting-none": { state: () => room(2), panel: "waiting" },
  details: { state: () => room(3), panel: "details" },
  help: { state: () => room(2), dialog: { dialog: "help" } },
  settings: { state: () => room(2), dialog: { dialog: "settings" } },
  invite: { state: () => room(1), dialog: { dialog: "invite" } },
  leave: { state: () => room(3), dialog: { dialog: "leave" } },
  remove: { state: () => room(3), dialog: { dialog: "remove", who: "p1" } },
  role: { state: () => room(3), dialog: { dialog: "role", who: "p1" } },
  devices: { state: () => room(2), dialog: { dialog: "devices" } },
  asked: { state: () => ({ ...room(3), you: room(3).participants[1], can: can(MEMBER), unmuteRequest: { from: "p0", kind: "audio" } }) },
  reactions: { state: () => ({ ...room(4), reactions: [{ key: "a", from: "p1", emoji: "👏", at: Date.now() }, { key: "bc", from: "p2", emoji: "🎉", at: Date.now() }] }) },
  reconnecting: { state: () => ({ ...room(3), connection: "reconnecting", reconnect: { attempt: 2, retryAt: Date.now() + 3000 } }) },
  troubles: { state: () => ({ ...room(4, update(1, { connection: "reconnecting" })), links: { p1: { state: "connected", path: "direct" }, p2: { state: "restarting", path: "relayed" }, p3: { state: "failed", path: null } } }) },
  served: { state: () => ({ ...served(8), speaking: ["p1"] }) },
  sixteen: { state: () => ({ ...served(16), speaking: ["p1"] }) },
  thirty: { state: () => ({ ...served(30), speaking: ["p1"] }) },
  audience: { state: () => room(14, (people) => people.map((one, at) => (at > 11 ? { ...one, role: "observer", videoOn: false } : { ...one, handRaisedAt: ago(60 + at) }))) },
  "sound-only": { state: () => ({ ...served(4), videoMode: "none" }) },
  "served-details": { state: () => ({ ...served(4), topology: { ...served(4).topology, switching: { to: "mesh", epoch: 3, reason: "small_room" } } }), panel: "details" },
  "too-large": { state: () => ({ ...room(8), topology: { mode: "mesh", epoch: 2, reason: "sfu_not_available", wanted: "sfu" } }) },
  warning: { state: () => ({ ...room(3), warning: { reason: "bandwidth", advice: "Turn the camera off", at: Date.now() } }) },
  "device-error": { state: () => ({ ...room(2), microphone: { on: false, pending: false, error: { code: "denied", message: "" }, deviceId: null } }) },
  member: { state: () => ({ ...room(4), you: room(4).participants[2], can: can(MEMBER) }), panel: "people" },
  observer: { state: () => ({ ...room(4, update(3, { role: "observer" })), you: { ...room(4).participants[3], role: "observer" }, can: can(["chat", "react"]) }) },
  recorded: { state: () => recorded(5) },
  "recorded-asked": { state: () => seenBy(recorded(5), 3) },
  "recorded-left-out": { state: () => seenBy(recorded(4), 1) },
  "recorded-unanswered": { state: () => seenBy(recorded(4), 3), putOff: "recording" },
  "recorded-problem": { state: () => recorded(4, { problem: "disk_full" }) },
  "recorded-people": { state: () => recorded(6), panel: "people" },
  "recorded-details": { state: () => recorded(3), panel: "details" },
  "record-confirm": { state: () => ({ ...recorded(4), room: { ...recorded(4).room, recording: null } }), dialog: { dialog: "record" } },
  "record-stop": { state: () => recorded(3), dialog: { dialog: "stop-recording" } },
  "emotion-asked": { state: () => analysed(3, "unanswered") },
  emotion: { state: () => analysed(4, "granted") },
  "emotion-details": { state: () => analysed(3, "granted"), panel: "details" },
  everything: { state: () => ({ ...recorded(5), ...{ room: { ...recorded(5).room, settings: { ...recorded(5).room.settings, emotion: true } } }, participants: recorded(5).participants.map((one) => ({ ...one, consents: answers(one.consents.recording, "granted") })), you: { ...recorded(5).you, consents: answers("granted", "granted") } }) },
  "guest-waiting": { view: "waiting", state: () => waiting },
  "guest-next": { view: "waiting", state: () => ({ ...waiting, waiting: { ...waiting.waiting, position: 1, message: "We start in five minutes.\nPlease have your notes ready." } }) },
  "host-absent": { view: "waiting", state: () => ({ ...waiting, waiting: { ...waiting.waiting, position: 1, hostPresent: false } }) },
  "guest-recorded": { view: "waiting", state: () => waiting, fields: { recorded: true } },
  "guest-reconnecting": { view: "waiting", state: () => ({ ...waiting, connection: "reconnecting", camera: { ...waiting.camera, on: false } }) },
};

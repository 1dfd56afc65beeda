/** The pages around a meeting that the gallery shows, each with what the server would say to it. */

const START = Date.parse("2026-11-20T09:00:00.000Z");
const at = (seconds) => new Date(START + seconds * 1000).toISOString();
const PEOPLE = [["p0", "Alice Moreno"], ["p1", "Bo Lindqvist"], ["p2", "Grzegorz Brzęczyszczykiewicz"], ["p3", "فريدة السيد"]].map(([id, displayName]) => ({ id, displayName }));
const LENGTH_MS = 1_454_000;

const room = { roomId: "r", roomCode: "GREN-2345", name: "Weekly design review", hasPassword: false, locked: false, live: false, participantCount: 0, waitingRoom: "everyone", settings: { recording: "manual" } };

/** A second of a picture that was really recorded, so that the player has something. */
async function film() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const pen = canvas.getContext("2d");
  const draw = () => PEOPLE.forEach((_, i) => ((pen.fillStyle = `hsl(${i * 80 + 140} 28% 40%)`), pen.fillRect((i % 2) * 320 + 4, Math.floor(i / 2) * 180 + 4, 312, 172)));
  const timer = setInterval(draw, 40);
  draw();
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  const done = new Promise((resolve) => (recorder.ondataavailable = ({ data }) => resolve(URL.createObjectURL(data))));
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, 900));
  recorder.stop();
  clearInterval(timer);
  return done;
}

/** Who spoke: short and long turns, with pauses. */
function speakers() {
  let ms = 4_000;
  return Array.from({ length: 46 }, (_, n) => {
    const speaker = n % 9 === 8 ? null : PEOPLE[(n * 7) % 5 === 4 ? 0 : (n * 3) % 4];
    const one = { atMs: ms, participantId: speaker?.id ?? null, displayName: speaker?.displayName ?? null };
    ms += 9_000 + ((n * 37) % 53) * 900;
    return one;
  });
}

const base = { recordingId: "rec1", roomId: "r", sessionId: "s", startedAt: at(0), endedAt: at(1454), durationMs: LENGTH_MS, bytes: 184_320_000, people: PEOPLE, speakers: speakers(), files: [], chapters: [], reportUrl: "/api/v1/rooms/r/recordings/rec1/report" };
const track = (person, source, bytes, extra = {}) => ({ id: `${person.id}-${source}`, kind: "track", name: `${person.id}-${source}-1.webm`, mime: source === "microphone" ? "audio/webm" : "video/webm", bytes, durationMs: LENGTH_MS - 12_000, sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", participantId: person.id, displayName: person.displayName, source, url: "#", ...extra });
const tracks = PEOPLE.slice(0, 3).flatMap((one) => [track(one, "microphone", 9_400_000), track(one, "camera", 41_000_000)]);
const papers = [{ id: "report", kind: "report", name: "report.json", mime: "application/json", bytes: 18_200, url: "#" }, { id: "signature", kind: "signature", name: "report.json.jws", mime: "application/jose", bytes: 143, url: "#" }];
const chapters = [[0, "Beginning", "beginning"], [182, "Alice Moreno shows a screen", "screen", "Alice Moreno"], [611, "Questions", "topic"], [1203, "After an interruption", "interruption"]].map(([seconds, title, kind, displayName]) => ({ atMs: seconds * 1000, title, kind, displayName }));

const integrity = {
  complete: false,
  problems: ["The microphone of Bo Lindqvist misses 12 s: the server was away."],
  people: [
    { id: "p0", displayName: "Alice Moreno", tracks: [{ source: "microphone", wantedMs: 1_450_000, keptMs: 1_450_000, missing: { off: 70_000, lost: 0 }, restarts: 0, gaps: [{ reason: "off", fromMs: 20_000, toMs: 90_000 }] }] },
    { id: "p1", displayName: "Bo Lindqvist", tracks: [{ source: "microphone", wantedMs: 1_450_000, keptMs: 1_438_000, missing: { off: 0, lost: 300, restart: 12_000 }, restarts: 1, gaps: [{ reason: "restart", fromMs: 402_000, toMs: 414_000 }, { reason: "lost", fromMs: 702_000, toMs: 702_300 }] }] },
  ],
};

const ready = async (change = {}) => {
  const url = await film();
  const whole = { id: "whole", kind: "composite", name: "weekly-design-review.mp4", mime: "video/webm", bytes: 96_000_000, durationMs: LENGTH_MS, url };
  return { ...base, state: "ready", url, files: [whole, ...tracks, ...papers], chapters, ...change };
};
/** Without the film of all: each person's own. */
const byPerson = async (change) => {
  const url = await film();
  return { ...base, state: "ready", files: [...tracks.filter((one) => one.source === "camera").map((one) => ({ ...one, url })), ...papers], ...change };
};
const answers = (recording, more = {}) => ({ "/rooms/r": room, "/rooms/r/recordings/rec1": recording, "/rooms/r/recordings/rec1/report": integrity, ...more });
const one = { module: "recording", element: "gr-recording", fields: { roomId: "r", recordingId: "rec1" } };
const many = { module: "recordings", element: "gr-recordings", fields: { roomId: "r" } };
const items = [
  { ...base, recordingId: "a", state: "recording", startedAt: new Date(Date.now() - 724_000).toISOString(), endedAt: null, durationMs: 0, bytes: 61_000_000 },
  { ...base, recordingId: "b", state: "processing", progress: 0.42, step: "composite" },
  { ...base, recordingId: "c", state: "ready" },
  { ...base, recordingId: "d", state: "ready", problem: "no_ffmpeg" },
  { ...base, recordingId: "e", state: "failed", durationMs: 3_000, bytes: 0 },
];

const wave = (id, from, length, label) => Array.from({ length }, (_, n) => ({ participantId: id, at: at(from + n * 4), arousal: 0.45 + 0.35 * Math.sin(n / 5 + id.charCodeAt(1)), label: n % 3 ? null : label }));
const report = {
  sessionId: "s", startedAt: at(0), endedAt: at(1454), peak: 4, chatCount: 0, chat: [],
  participants: PEOPLE.map((person, n) => ({ ...person, role: n ? "participant" : "host", joinedAt: at(n * 20), leftAt: at(1450), seconds: 1400 })),
  quality: PEOPLE.flatMap(({ id }, n) => Array.from({ length: 20 }, (_, k) => ({ participantId: id, at: at(60 + k * 60), score: 4.3 - n * 0.3 }))),
  emotions: [...wave("p0", 20, 120, "happy"), ...wave("p1", 300, 90, "neutral"), ...wave("p0", 900, 60, null), ...wave("o1", 500, 80, "sad").map((point) => ({ ...point, speaker: "Interpreter" }))],
};

/** The page after a call of which there is such a recording. */
const afterCall = (recording) => ({
  page: {
    module: "after-call",
    element: "gr-after-call",
    fields: {
      seen: PEOPLE,
      call: { state: { ended: { reason: "left", mayRejoin: true }, summary: { seconds: 1454, chatCount: 3, quality: 4.2, recorded: true }, room: { roomId: "r", roomCode: "ABCD-2345" }, sessionId: "s", you: { id: "p0", role: "host", consents: {} } } },
    },
  },
  answer: async () => ({ "/rooms/r/recordings": { items: [{ ...base, recordingId: "rec1", sessionId: "s", ...recording }], nextCursor: null } }),
});

export const PAGES = {
  "after-call-processing": afterCall({ state: "processing", progress: 0.42 }),
  "after-call-ready": afterCall({ state: "ready" }),
  recordings: { page: many, answer: async () => ({ "/rooms/r": room, "/rooms/r/recordings": { items, nextCursor: null } }) },
  "recordings-empty": { page: many, answer: async () => ({ "/rooms/r": room, "/rooms/r/recordings": { items: [], nextCursor: null } }) },
  "recordings-not-yours": { page: many, answer: async () => ({}) },
  recording: { page: one, answer: async () => answers(await ready()) },
  "recording-whole": { page: one, answer: async () => answers(await ready(), { "/rooms/r/recordings/rec1/report": { ...integrity, complete: true, problems: [] } }) },
  "recording-running": { page: one, answer: async () => answers({ ...items[0], recordingId: "rec1" }) },
  "recording-processing": { page: one, answer: async () => answers(await byPerson({ state: "processing", progress: 0.42, step: "composite" })) },
  "recording-no-ffmpeg": { page: one, answer: async () => answers(await byPerson({ problem: "no_ffmpeg" })) },
  "recording-failed": { page: one, answer: async () => answers({ ...base, state: "failed", problem: "disk_full", files: papers }) },
  "recording-gone": { page: one, answer: async () => ({}) },
  "report-emotions": { page: { module: "report", element: "gr-report", fields: { roomId: "r", sessionId: "s" } }, answer: async () => ({ "/rooms/r/sessions/s/report": report }) },
};

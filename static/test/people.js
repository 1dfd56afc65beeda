/** People and rooms for tests. */
export const person = (id, more = {}) => ({
  id,
  displayName: id,
  role: "participant",
  joinedAt: `2026-01-01T10:00:${String(id.charCodeAt(0) % 60).padStart(2, "0")}.000Z`,
  muted: true,
  videoOn: false,
  screenSharing: false,
  connection: "online",
  guest: true,
  consents: { recording: "unanswered", transcription: "unanswered", emotion: "unanswered", assistant: "unanswered", shareEmotion: false },
  ...more,
});

export const room = (more = {}) => ({
  roomId: "r1",
  roomCode: "ABCD-2345",
  name: "Tea",
  template: "open",
  hostPresent: true,
  locked: false,
  settings: { muteOnEntry: false },
  permissions: { host: ["admit", "moderate", "chat"], participant: ["chat", "react"] },
  createdAt: "2026-01-01T09:00:00.000Z",
  startedAt: "2026-01-01T10:00:00.000Z",
  hasPassword: false,
  ...more,
});

export const welcome = (you, others = [], more = {}) => ({
  type: "welcome",
  sessionId: "s1",
  roomId: "r1",
  roomCode: "ABCD-2345",
  you,
  resumeToken: "resume-1",
  resumeGraceSeconds: 30,
  room: room(),
  participants: [you, ...others],
  topology: { mode: "mesh", epoch: 1, reason: "small_room" },
  iceServers: [],
  chat: [],
  ...more,
});

/**
 * Reading a recording: who spoke when, what can be played, how far it is. Pure.
 * @typedef {import("../rest/recordings.js").Recording} Recording
 * @typedef {import("../rest/recordings.js").RecordingFile} RecordingFile
 * @typedef {{fromMs: number, toMs: number}} Turn
 * @typedef {{id: string, name: string, turns: Turn[], ms: number}} Lane `ms`: all turns together
 * @typedef {{what: "running"|"made"|"ready"|"failed", recordingId: string, percent: number}} News of the recordings of one session
 */

/** As long as something of it changes. @param {Recording} recording */
export const isGoingOn = ({ state, step }) => state === "recording" || state === "processing" || Boolean(step);

const NEWS = /** @type {const} */ ({ recording: "running", processing: "made", ready: "ready", failed: "failed" });

/** What there is to tell of a session's recordings: what still changes first, then what can be watched. @param {Recording[]} recordings @param {string} sessionId @returns {News|null} */
export function newsOf(recordings, sessionId) {
  const all = recordings.filter((one) => one.sessionId === sessionId);
  const found = Object.keys(NEWS).flatMap((state) => all.filter((one) => one.state === state))[0];
  return found ? { what: NEWS[found.state], recordingId: found.recordingId, percent: Math.round((found.progress ?? 0) * 100) } : null;
}

/** Until its end, or until now. @param {Recording} recording @param {number} now in milliseconds @returns {number} milliseconds */
export function lengthOf({ durationMs, endedAt, startedAt, state }, now) {
  if (state === "recording") return Math.max(0, now - Date.parse(startedAt));
  return durationMs || (endedAt ? Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) : 0);
}

/** A lane a person, those who spoke most on top. @param {Recording} recording @returns {Lane[]} */
export function lanesOf({ speakers = [], people = [], durationMs }) {
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  const ordered = [...speakers].sort((a, b) => a.atMs - b.atMs);
  ordered.forEach(({ atMs, toMs: until = Infinity, participantId, displayName }, at) => {
    const toMs = Math.min(durationMs, until, ordered[at + 1]?.atMs ?? durationMs);
    if (!participantId || toMs <= atMs) return;
    const name = people.find((one) => one.id === participantId)?.displayName ?? displayName ?? "–";
    const lane = lanes.get(participantId) ?? { id: participantId, name, turns: [], ms: 0 };
    const last = lane.turns.at(-1);
    if (last && last.toMs === atMs) last.toMs = toMs;
    else lane.turns.push({ fromMs: atMs, toMs });
    lane.ms += toMs - atMs;
    lanes.set(participantId, lane);
  });
  return [...lanes.values()].sort((a, b) => b.ms - a.ms || a.name.localeCompare(b.name));
}

/** The turn that goes on at a time. @param {Lane} lane @param {number} ms */
export const turnAt = (lane, ms) => lane.turns.find((turn) => turn.fromMs <= ms && ms < turn.toMs) ?? null;

/** Where this person begins to speak next; after the last time it begins from the front. @param {Lane} lane @param {number} ms @returns {number|null} */
export function nextTurn(lane, ms) {
  // Just jumped to a beginning: the next one is meant.
  const next = lane.turns.find((turn) => turn.fromMs > ms + 500) ?? lane.turns[0];
  return next?.fromMs ?? null;
}

/** Its number in the list, -1 before the first. @param {{atMs: number}[]} chapters @param {number} ms */
export const chapterAt = (chapters, ms) => chapters.findLastIndex((one) => one.atMs <= ms);

/** What the page can play: the whole meeting first, then what there is of each person. @param {Recording} recording @returns {RecordingFile[]} */
export function playable({ files = [] }) {
  const media = files.filter((file) => /^(video|audio)\//.test(file.mime) && (file.kind === "composite" || file.kind === "track" || file.kind === "audio"));
  return media.sort((a, b) => Number(b.kind === "composite") - Number(a.kind === "composite"));
}

/** The files as people look for them: everything together, by person, then the papers. Pictures of the player are no files of theirs. @param {Recording} recording */
export function filesBySort({ files = [] }) {
  const of = (/** @type {RecordingFile["kind"][]} */ ...kinds) => files.filter((file) => kinds.includes(file.kind));
  return { whole: of("composite"), tracks: of("track", "audio", "backup"), papers: of("report", "signature") };
}

/**
 * The integrity report of a recording, as far as this page reads it; the rest is in the file.
 * @typedef {{reason: string, fromMs: number, toMs: number}} Gap
 * @typedef {object} TrackIntegrity
 * @property {string} name of the person
 * @property {string} source
 * @property {number} wantedMs the person was on and had agreed
 * @property {number} keptMs
 * @property {{reason: string, ms: number}[]} missing of what was wanted
 * @property {Gap[]} gaps in what was wanted
 * @property {number} unlisted gaps beyond those
 * @property {number} restarts
 * @typedef {{complete: boolean, problems: string[], tracks: TrackIntegrity[]}} Integrity `problems`: sentences of the server, in English
 */

/** @param {any} json @returns {Integrity|null} null where this is no such report */
export function readIntegrity(json) {
  if (!json || !Array.isArray(json.people) || typeof json.complete !== "boolean") return null;
  const tracks = json.people.flatMap((/** @type {any} */ person) => list(person.tracks).map((track) => readTrack(track, String(person.displayName ?? "–"))));
  return { complete: json.complete, problems: list(json.problems).map(String), tracks };
}

/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** Muted or switched off is no lack. @param {any} track @param {string} name @returns {TrackIntegrity} */
function readTrack(track, name) {
  const missing = Object.entries(track.missing ?? {}).map(([reason, ms]) => ({ reason, ms: Number(ms) }));
  const gaps = list(track.gaps).map(({ reason, fromMs, toMs }) => ({ reason: String(reason), fromMs: Number(fromMs), toMs: Number(toMs) }));
  return {
    name,
    source: String(track.source),
    wantedMs: Number(track.wantedMs ?? 0),
    keptMs: Number(track.keptMs ?? 0),
    missing: missing.filter(({ reason, ms }) => reason !== "off" && ms > 0),
    gaps: gaps.filter(({ reason }) => reason !== "off"),
    unlisted: Number(track.gapsUnlisted ?? 0),
    restarts: Number(track.restarts ?? 0),
  };
}

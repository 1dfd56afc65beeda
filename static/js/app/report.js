/**
 * Reading a session's report; pure.
 * @typedef {{participantId: string, at: string, score: number}} QualityPoint a score is a MOS from 1 to 5
 * @typedef {{id: string, displayName: string, role: string, joinedAt: string, leftAt?: string|null, seconds: number}} Attendance
 * @typedef {{id: string, from: string, fromName: string, text: string, sentAt: string}} ChatLine
 * @typedef {{participantId: string, at: string, arousal: number, label?: string|null, speaker?: string|null}} EmotionPoint arousal from 0, calm, to 1,
 *   animated; `speaker` names a voice that another server sent, of nobody who was in the room
 * @typedef {{sessionId: string, startedAt: string, endedAt?: string|null, participants: Attendance[], chatCount: number,
 *   chat: ChatLine[], quality: QualityPoint[], emotions?: EmotionPoint[], peak: number}} Report
 */

export const GOOD = 3.8;
export const FAIR = 2.8;

/** @param {number} score @returns {"good"|"fair"|"poor"} */
export function levelOf(score) {
  return score >= GOOD ? "good" : score >= FAIR ? "fair" : "poor";
}

/** @param {QualityPoint[]} points @returns {number|null} */
export function averageScore(points) {
  if (!points.length) return null;
  return points.reduce((sum, point) => sum + point.score, 0) / points.length;
}

/**
 * A meeting that everybody has left waits a little for somebody to come back before it ends.
 * @param {Pick<Report, "endedAt"|"participants">} report @returns {"running"|"deserted"|"ended"}
 */
export function phaseOf({ endedAt, participants }) {
  if (endedAt) return "ended";
  return participants.length > 0 && participants.every((one) => one.leftAt) ? "deserted" : "running";
}

/** How long it was, in seconds: until its end, until the last one left, or until now. @param {Report} report @param {number} now in milliseconds */
export function lengthOf(report, now) {
  const lastLeft = Math.max(...report.participants.map((one) => Date.parse(one.leftAt ?? "")));
  const ends = { ended: Date.parse(report.endedAt ?? ""), deserted: lastLeft, running: now };
  return Math.max(0, (ends[phaseOf(report)] - Date.parse(report.startedAt)) / 1000);
}

/** Points by person, in the order of time. @template {{participantId: string, at: string}} P @param {P[]} points @returns {Map<string, P[]>} */
export function byParticipant(points) {
  /** @type {Map<string, P[]>} */
  const lines = new Map();
  for (const point of [...points].sort((a, b) => a.at.localeCompare(b.at))) {
    const line = lines.get(point.participantId);
    if (line) line.push(point);
    else lines.set(point.participantId, [point]);
  }
  return lines;
}

/**
 * What somebody's line is called.
 * @param {EmotionPoint} point @param {Attendance[]} participants @returns {{name: string, outside: boolean}} `outside`: another server sent the voice
 */
export function whoSounded({ participantId, speaker }, participants) {
  const name = speaker ?? participants.find((one) => one.id === participantId)?.displayName ?? "–";
  return { name, outside: speaker != null };
}

/** Stretches in which somebody's quality was poor. @param {QualityPoint[]} points */
export function brokenMoments(points) {
  /** @type {{participantId: string, from: string, to: string}[]} */
  const moments = [];
  for (const [participantId, line] of byParticipant(points)) {
    /** @type {{participantId: string, from: string, to: string}|null} */
    let open = null;
    for (const { at, score } of line) {
      if (levelOf(score) !== "poor") open = null;
      else if (open) open.to = at;
      else moments.push((open = { participantId, from: at, to: at }));
    }
  }
  return moments.sort((a, b) => a.from.localeCompare(b.from));
}

/** One row a person (RFC 4180). @param {Report} report */
export function participantsCsv(report) {
  const lines = byParticipant(report.quality);
  const rows = report.participants.map((one) => {
    const score = averageScore(lines.get(one.id) ?? []);
    return [one.displayName, one.role, one.joinedAt, one.leftAt ?? "", String(Math.round(one.seconds)), score === null ? "" : score.toFixed(2)];
  });
  return [["name", "role", "joinedAt", "leftAt", "seconds", "averageScore"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/** Quotes where needed, and defuses what a spreadsheet would run as a formula. @param {string} text */
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

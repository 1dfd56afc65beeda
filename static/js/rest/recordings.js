import { request } from "./http.js";

/**
 * Recordings of a room, by REST.
 *
 * @typedef {"composite"|"track"|"audio"|"thumbnail"|"report"|"signature"|"backup"} FileKind
 * @typedef {object} RecordingFile
 * @property {string} id
 * @property {FileKind} kind
 * @property {string} name
 * @property {string} mime
 * @property {number} bytes
 * @property {number|null} [durationMs]
 * @property {string|null} [sha256] hex, of the whole file
 * @property {string|null} [participantId]
 * @property {string|null} [displayName]
 * @property {string|null} [source] `microphone`, `camera`, `screen`, `screen_audio`
 * @property {string} url signed, for an hour or so
 *
 * @typedef {{atMs: number, toMs?: number, participantId?: string|null, displayName?: string|null}} SpokeFrom the loudest from here on, until the next one or `toMs`; nobody in particular without an id
 * @typedef {{atMs: number, title: string, kind?: string, displayName?: string|null}} Chapter `kind`: `beginning`, `screen` (of `displayName`), `interruption`
 * @typedef {"recording"|"processing"|"ready"|"failed"} RecordingState
 * @typedef {object} Recording
 * @property {string} recordingId
 * @property {string} roomId
 * @property {string} sessionId
 * @property {string} startedAt
 * @property {string|null} [endedAt]
 * @property {number} durationMs
 * @property {number} bytes
 * @property {RecordingState} state
 * @property {number|null} [progress] 0 to 1, of what follows the end
 * @property {string|null} [step]
 * @property {string|null} [startedBy]
 * @property {string|null} [problem]
 * @property {string|null} [expiresAt]
 * @property {string|null} [url] of the whole meeting as one picture
 * @property {string|null} [thumbnailUrl]
 * @property {string|null} [reportUrl]
 * @property {RecordingFile[]} [files]
 * @property {SpokeFrom[]} [speakers]
 * @property {Chapter[]} [chapters]
 * @property {{id: string, displayName: string}[]} [people]
 */

const at = encodeURIComponent;

/** Newest first. @param {string} roomId @param {{cursor?: string, token?: string}} [how] @returns {Promise<{items: Recording[], nextCursor: string|null}>} */
export const listRecordings = (roomId, { cursor, token } = {}) => request("GET", `/rooms/${at(roomId)}/recordings${cursor ? `?cursor=${at(cursor)}` : ""}`, { token });

/** @param {string} roomId @param {string} recordingId @param {{token?: string}} [how] @returns {Promise<Recording>} */
export const getRecording = (roomId, recordingId, { token } = {}) => request("GET", `/rooms/${at(roomId)}/recordings/${at(recordingId)}`, { token });

/** One that runs is stopped, one that is over is deleted. @param {string} roomId @param {string} recordingId @param {{token?: string}} [how] */
export const endOrDeleteRecording = (roomId, recordingId, { token } = {}) => request("DELETE", `/rooms/${at(roomId)}/recordings/${at(recordingId)}`, { token });

/** What the server says of its own copy: a signed link, or a path that wants the bearer. @param {string} url @param {{token?: string}} [how] @returns {Promise<any>} */
export async function getIntegrity(url, { token } = {}) {
  const link = new URL(url, location.href);
  if (link.origin === location.origin && link.pathname.startsWith("/api/v1/")) return request("GET", link.pathname.slice("/api/v1".length) + link.search, { token });
  const response = await fetch(link.href);
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

/** For a player: the browser shows it rather than saves it. @param {string} url */
export function inline(url) {
  const link = new URL(url, location.href);
  // A link of another place is signed as it stands.
  if (link.origin === location.origin && link.protocol.startsWith("http")) link.searchParams.set("inline", "1");
  return link.href;
}

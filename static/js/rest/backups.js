import { BASE, problemOf, request } from "./http.js";
import { ApiError } from "./http.js";

/** A browser's own copy of what it sent into a recording, brought up in chunks. All by a join token of the one who speaks. */

const at = encodeURIComponent;
/** @param {{roomId: string, recordingId: string}} of */
const path = ({ roomId, recordingId }) => `/rooms/${at(roomId)}/recordings/${at(recordingId)}/backups`;

/** @param {{roomId: string, recordingId: string, mime: string, chunkBytes: number, startedAtMs: number}} of @param {string} token @returns {Promise<{backupId: string, nextChunk: number}>} */
export function openBackup({ mime, chunkBytes, startedAtMs, ...of }, token) {
  return request("POST", path(of), { body: { source: "microphone", mime, chunkBytes, startedAtMs }, token });
}

/** The same chunk may be sent again. @param {{roomId: string, recordingId: string, backupId: string}} of @param {import("../backup/cutter.js").Chunk} chunk @param {string} token */
export async function putChunk(of, { n, bytes, fromMs, toMs }, token) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/octet-stream",
    "X-Chunk-Sha256": [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    "X-Chunk-From-Ms": String(fromMs),
    "X-Chunk-To-Ms": String(toMs),
  };
  // The meeting's own packets go first.
  const options = /** @type {RequestInit} */ ({ method: "PUT", headers, body: bytes, priority: "low" });
  const response = await fetch(`${BASE}${path(of)}/${at(of.backupId)}/chunks/${n}`, options).catch(() => null);
  if (!response) throw new ApiError({ code: "offline", status: 0, message: "The server did not answer." });
  if (!response.ok) throw problemOf(await response.json().catch(() => ({})), response.status, response.statusText, response.headers.get("Retry-After"));
}

/** @param {{roomId: string, recordingId: string, backupId: string}} of @param {number} chunks how many there are @param {string} token */
export const completeBackup = ({ backupId, ...of }, chunks, token) => request("POST", `${path(of)}/${at(backupId)}/complete`, { body: { chunks }, token });

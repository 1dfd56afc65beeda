import { ApiError, forget, remember, request } from "./http.js";
import { upload } from "./upload.js";
import { keepGuestToken } from "../browser/storage.js";

export { ApiError, refresh, signedIn } from "./http.js";

/**
 * Rooms, accounts and what else the server answers by REST, a function a request.
 *
 * @typedef {import("./http.js").User} User
 * @typedef {import("./http.js").Login} Login
 * @typedef {import("../signalling/protocol.js").Settings} Settings
 * @typedef {{roomId: string, roomCode: string, name: string, hasPassword: boolean, locked: boolean, live: boolean, participantCount: number, waitingRoom: "off"|"everyone"|"guests", recording?: boolean, startsAt?: string, expiresAt?: string, settings?: Settings, template?: string, createdAt?: string, hostUserId?: string}} RoomInfo
 * @typedef {{hostName?: string, name?: string, template?: string, password?: string, settings?: Partial<Settings>, startsAt?: string, expiresAt?: string}} NewRoom
 * @typedef {{roomId: string, roomCode: string, createdAt: string, joinToken: string, joinUrl: string, guestToken?: string}} CreatedRoom
 * @typedef {{token: string, signalUrl: string, iceServers: import("../signalling/protocol.js").IceServer[], role: import("../signalling/protocol.js").Role, waitingRoom: string, roomId: string, roomCode: string, roomName: string, guestToken?: string, settings: Settings}} JoinGrant
 * @typedef {{sessionId: string, startedAt: string, endedAt: string|null, participants: {id: string, displayName: string, role: import("../signalling/protocol.js").Role, joinedAt: string, leftAt: string|null, seconds: number}[], chatCount: number, chat: import("../signalling/protocol.js").WireChat[], quality: {participantId: string, at: string, score: number}[], emotions?: {participantId: string, at: string, arousal: number, label?: string|null}[], peak: number}} Report
 * @typedef {{version: string, anonymousRooms: boolean, signUp: boolean, maxFileBytes: number, meshLimit: number, brandName: string, dev: boolean}} Config
 * @typedef {{id: string, name: string, description: string, settings: Partial<Settings>}} Template
 * @typedef {{id: string, name: string, scopes: string[], createdAt: string, lastUsedAt?: string, key?: string}} ApiKey
 */

const at = encodeURIComponent;

/** @type {Promise<Config>|null} */
let config = null;

/** Asked for once. @returns {Promise<Config>} */
export function getConfig() {
  config ??= request("GET", "/config").catch((error) => {
    config = null;
    throw error;
  });
  return /** @type {Promise<Config>} */ (config);
}
/** @returns {Promise<Template[]>} */
export const listTemplates = () => request("GET", "/templates");

/**
 * Without an account the answer's guest token is what makes its holder the host later; it is kept on this device.
 * @param {NewRoom} room @param {{idempotencyKey?: string}} [how] @returns {Promise<CreatedRoom>}
 */
export async function createRoom(room, { idempotencyKey = crypto.randomUUID() } = {}) {
  /** @type {CreatedRoom} */
  const created = await request("POST", "/rooms", { body: room, headers: { "Idempotency-Key": idempotencyKey } });
  if (created.guestToken) keepGuestToken(created.roomCode, created.guestToken);
  return created;
}
/** @param {string} [cursor] @returns {Promise<{items: RoomInfo[], nextCursor: string|null}>} */
export const listRooms = (cursor) => request("GET", `/rooms${cursor ? `?cursor=${at(cursor)}` : ""}`);
/** @param {string} room id or code @param {{token?: string}} [how] @returns {Promise<RoomInfo>} */
export const getRoom = (room, { token } = {}) => request("GET", `/rooms/${at(room)}`, { token });
/** @param {string} id @param {{name?: string, password?: string|null, settings?: Partial<Settings>, startsAt?: string|null, expiresAt?: string|null}} changes @returns {Promise<RoomInfo>} */
export const updateRoom = (id, changes) => request("PATCH", `/rooms/${at(id)}`, { body: changes });
/** @param {string} id */
export const deleteRoom = (id) => request("DELETE", `/rooms/${at(id)}`);
/** @param {string} id */
export const endRoom = (id) => request("POST", `/rooms/${at(id)}/end`, { body: {} });
/** @param {string} room id or code @param {{displayName?: string, password?: string}} who @param {{guestToken?: string|null}} [how] @returns {Promise<JoinGrant>} */
export const joinRoom = (room, who, { guestToken } = {}) => request("POST", `/rooms/${at(room)}/join`, { body: who, token: guestToken ?? undefined });

/**
 * Rejects with `too_large` and the `limit` when the file is larger than this server takes.
 * @param {string} roomId @param {File} file @param {string} token a join token of a member @param {import("./upload.js").UploadOptions} [options]
 * @returns {Promise<import("../signalling/protocol.js").SharedFile>}
 */
export async function uploadFile(roomId, file, token, options) {
  const limit = (await getConfig().catch(() => null))?.maxFileBytes;
  const tooLarge = () => new ApiError({ code: "too_large", status: 413, message: "The file is too large.", limit });
  // Not sent in vain; where the limit is not known, the server says so.
  if (limit !== undefined && file.size > limit) throw tooLarge();
  const form = new FormData();
  form.append("file", file, file.name);
  return upload(`/rooms/${at(roomId)}/files`, form, token, options).catch((error) => {
    throw error.status === 413 ? tooLarge() : error;
  });
}

/** @param {string} roomId @param {{cursor?: string, token?: string}} [how] @returns {Promise<{items: {sessionId: string, startedAt: string, endedAt: string|null}[], nextCursor: string|null}>} */
export const listSessions = (roomId, { cursor, token } = {}) => request("GET", `/rooms/${at(roomId)}/sessions${cursor ? `?cursor=${at(cursor)}` : ""}`, { token });
/** @param {string} roomId @param {string} sessionId @param {{token?: string}} [how] @returns {Promise<Report>} */
export const getReport = (roomId, sessionId, { token } = {}) => request("GET", `/rooms/${at(roomId)}/sessions/${at(sessionId)}/report`, { token });

/** @returns {Promise<import("./http.js").User>} */
export const getMe = () => request("GET", "/users/me");
/** @param {{displayName?: string, email?: string}} changes @returns {Promise<import("./http.js").User>} */
export const updateMe = (changes) => request("PATCH", "/users/me", { body: changes });
/** @param {string} currentPassword @param {string} newPassword */
export const changePassword = (currentPassword, newPassword) => request("POST", "/users/me/password", { body: { currentPassword, newPassword } });
/** @param {string} password asked for once more, because nothing brings an account back */
export const deleteMe = (password) => request("DELETE", "/users/me", { body: { password } });

/** @param {string} email @param {string} password @param {string} displayName @returns {Promise<Login>} */
export const signUp = async (email, password, displayName) => remember(await request("POST", "/users", { body: { email, password, displayName }, retried: true }));
/** @param {string} email @param {string} password @returns {Promise<Login>} */
export const login = async (email, password) => remember(await request("POST", "/auth/login", { body: { email, password }, retried: true }));

/** The tokens here are gone whatever the server says. */
export async function logout() {
  try {
    await request("POST", "/auth/logout", { body: {}, retried: true });
  } finally {
    forget();
  }
}

/** @returns {Promise<ApiKey[]>} */
export async function listApiKeys() {
  const answer = await request("GET", "/api-keys");
  return Array.isArray(answer) ? answer : answer.items;
}
/** @param {string} name @param {string[]} scopes @returns {Promise<ApiKey & {key: string}>} the key is shown once */
export const createApiKey = (name, scopes) => request("POST", "/api-keys", { body: { name, scopes } });
/** @param {string} id */
export const deleteApiKey = (id) => request("DELETE", `/api-keys/${at(id)}`);

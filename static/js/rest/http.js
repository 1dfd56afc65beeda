/**
 * How requests to the REST API under `/api/v1` are made. Errors are `application/problem+json` and become `ApiError`.
 * The access token lives in this module's memory alone; the refresh token is an HttpOnly cookie that scripts never see.
 */

export const BASE = "/api/v1";

/** @typedef {{userId: string, email: string, displayName: string}} User */
/** @typedef {{accessToken: string, refreshToken?: string, expiresIn: number, user: User}} Login */
/** @typedef {{field: string, message: string, code?: string}} FieldError */

/** `status` 0 and code `offline` say that no answer came. */
export class ApiError extends Error {
  /** @param {{code: string, status: number, message: string, errors?: FieldError[], traceId?: string, retryInMs?: number, limit?: number}} problem `limit` in bytes, of what was too large */
  constructor({ code, status, message, errors = [], traceId, retryInMs, limit }) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.traceId = traceId;
    this.retryInMs = retryInMs;
    this.limit = limit;
  }
}

/** @type {string|null} */
let accessToken = null;
/** @type {Promise<Login>|null} */
let refreshing = null;

/**
 * @typedef {object} Options
 * @property {unknown} [body] sent as JSON
 * @property {string} [token] a bearer other than the account's: a guest or join token
 * @property {Record<string, string>} [headers]
 * @property {boolean} [retried]
 */

/** @param {string} method @param {string} path @param {Options} [options] @returns {Promise<any>} the answer's JSON, null for 204 */
export async function request(method, path, options = {}) {
  const bearer = options.token ?? accessToken;
  const response = await send(method, path, options, bearer);
  const own = !options.token && bearer !== null && !options.retried;
  if (response.status === 401 && own) {
    await refresh();
    return request(method, path, { ...options, retried: true });
  }
  if (!response.ok) throw await problem(response);
  return response.status === 204 ? null : response.json();
}

/** @param {string} method @param {string} path @param {Options} options @param {string|null} bearer */
async function send(method, path, { body, headers }, bearer) {
  /** @type {Record<string, string>} */
  const all = { Accept: "application/json", ...headers };
  if (body !== undefined) all["Content-Type"] = "application/json";
  if (bearer) all.Authorization = `Bearer ${bearer}`;
  try {
    return await fetch(BASE + path, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw new ApiError({ code: "offline", status: 0, message: "The server did not answer." });
  }
}

/** @param {Response} response */
async function problem(response) {
  const json = await response.json().catch(() => ({}));
  return problemOf(json, response.status, response.statusText, response.headers.get("Retry-After"));
}

/** @param {any} json a problem (RFC 9457), as far as it is one @param {number} status @param {string} statusText @param {string|null} retryAfter in seconds */
export function problemOf(json, status, statusText, retryAfter) {
  const seconds = Number(retryAfter);
  return new ApiError({
    code: json.code ?? `http_${status}`,
    status,
    message: json.detail ?? json.title ?? statusText,
    errors: json.errors ?? [],
    traceId: json.traceId,
    retryInMs: seconds > 0 ? seconds * 1000 : undefined,
  });
}

/** @param {Login} login */
export function remember(login) {
  accessToken = login.accessToken;
  return login;
}

/** Signs in again by the cookie. Calls at the same time share one, because the token rotates. @returns {Promise<Login>} */
export function refresh() {
  refreshing ??= send("POST", "/auth/refresh", { body: {} }, null)
    .then(async (response) => {
      if (response.ok) return remember(await response.json());
      accessToken = null;
      throw await problem(response);
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** Whether an account's token is in memory: not whether it is still valid. */
export const signedIn = () => accessToken !== null;

/** Forgets the account's token. */
export function forget() {
  accessToken = null;
}

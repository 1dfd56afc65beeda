import { ApiError, BASE, problemOf } from "./http.js";

/**
 * Bringing a file up. By XMLHttpRequest, because `fetch` does not tell how far an upload is.
 *
 * @typedef {object} UploadOptions
 * @property {(part: number) => void} [onProgress] 0 to 1
 * @property {AbortSignal} [signal]
 * @property {typeof XMLHttpRequest} [XMLHttpRequest]
 */

/** Rejects with an `ApiError`: `too_large` (413), `offline`, `aborted`, or what the server says. @param {string} path @param {FormData} form @param {string} token @param {UploadOptions} [options] @returns {Promise<any>} the answer's JSON */
export function upload(path, form, token, { onProgress, signal, XMLHttpRequest: Request = XMLHttpRequest } = {}) {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(new ApiError({ code: "aborted", status: 0, message: "The upload was given up." }));
    if (signal?.aborted) return aborted();
    const request = new Request();
    const abort = () => request.abort();
    signal?.addEventListener("abort", abort, { once: true });
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) onProgress?.(loaded / total);
    };
    request.onload = () => (request.status < 300 ? resolve(parsed(request)) : reject(refusal(request)));
    request.onabort = aborted;
    // A server that refuses a large body may close the line before it is all sent, which looks the same as no answer.
    request.onerror = request.ontimeout = () => reject(new ApiError({ code: "offline", status: 0, message: "The server did not answer." }));
    request.onloadend = () => signal?.removeEventListener("abort", abort);
    request.open("POST", BASE + path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function refusal(request) {
  return problemOf(parsed(request) ?? {}, request.status, request.statusText, request.getResponseHeader("Retry-After"));
}

/** @param {XMLHttpRequest} request @returns {any} */
function parsed(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

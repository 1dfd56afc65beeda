/** @typedef {import("../call/call-state.js").MediaError} MediaError */

/** @type {Record<string, MediaError["code"]>} */
const CODES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  PermissionDeniedError: "denied",
  NotFoundError: "not_found",
  DevicesNotFoundError: "not_found",
  OverconstrainedError: "not_found",
  NotReadableError: "in_use",
  TrackStartError: "in_use",
  AbortError: "in_use",
};

/** Why a device or a screen could not be had. */
export class MediaFailure extends Error {
  /** @param {MediaError} error */
  constructor({ code, message }) {
    super(message);
    this.name = "MediaFailure";
    this.code = code;
  }
}

/** What `getUserMedia` and `getDisplayMedia` throw, in our words. @param {unknown} error */
export function mediaFailure(error) {
  if (error instanceof MediaFailure) return error;
  const { name = "", message = String(error) } = /** @type {{name?: string, message?: string}} */ (error ?? {});
  return new MediaFailure({ code: CODES[name] ?? "unknown", message });
}

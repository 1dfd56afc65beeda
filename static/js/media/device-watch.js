/**
 * Tells when devices are plugged in or out, and when the person changes what the page may use.
 * @typedef {"microphone"|"camera"} Capture
 */

const CAPTURES = /** @type {Capture[]} */ (["microphone", "camera"]);

export class DeviceWatch {
  #devices;
  #onDevices;
  #onPermission;
  /** @type {Partial<Record<Capture, PermissionStatus>>} */
  #statuses = {};
  #over = false;

  /** @param {{mediaDevices: MediaDevices|undefined, permissions: Permissions|undefined, onDevices: () => void, onPermission: (kind: Capture, state: PermissionState) => void}} options */
  constructor({ mediaDevices, permissions, onDevices, onPermission }) {
    this.#devices = mediaDevices;
    this.#onDevices = onDevices;
    this.#onPermission = onPermission;
    mediaDevices?.addEventListener?.("devicechange", onDevices);
    if (permissions) for (const kind of CAPTURES) void this.#follow(permissions, kind);
  }

  /** Null where the browser doesn't say. @param {Capture} kind @returns {PermissionState|null} */
  permission(kind) {
    return this.#statuses[kind]?.state ?? null;
  }

  stop() {
    this.#over = true;
    this.#devices?.removeEventListener?.("devicechange", this.#onDevices);
    for (const status of Object.values(this.#statuses)) status.onchange = null;
  }

  /** @param {Permissions} permissions @param {Capture} kind */
  async #follow(permissions, kind) {
    // Not every browser knows these names.
    const status = await permissions.query({ name: /** @type {PermissionName} */ (kind) }).catch(() => null);
    if (!status || this.#over) return;
    this.#statuses[kind] = status;
    status.onchange = () => this.#onPermission(kind, status.state);
  }
}

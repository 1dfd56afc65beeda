/**
 * Which devices there are and how to ask for one.
 * @typedef {import("../call/call-state.js").Devices} Devices
 */

/** Before a permission is given browsers hide ids and labels: such entries can't be chosen and are left out. @param {MediaDevices} mediaDevices @returns {Promise<Devices>} */
export async function listDevices(mediaDevices) {
  const all = await mediaDevices.enumerateDevices().catch(() => /** @type {MediaDeviceInfo[]} */ ([]));
  const of = (/** @type {MediaDeviceKind} */ kind) => all.filter((one) => one.kind === kind && one.deviceId).map(({ deviceId, label }) => ({ deviceId, label }));
  return { microphones: of("audioinput"), cameras: of("videoinput"), speakers: of("audiooutput") };
}

/** @type {MediaTrackConstraints} */
const FULL = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
/** @type {MediaTrackConstraints} */
const SMALL = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } };

/** A chosen device must be that one; a remembered one may be gone. @param {string|null} deviceId @param {boolean} exact */
const device = (deviceId, exact) => (deviceId ? { deviceId: exact ? { exact: deviceId } : { ideal: deviceId } } : {});

/** @param {string|null} deviceId @param {boolean} [exact] @returns {MediaTrackConstraints} */
export const microphoneConstraints = (deviceId, exact = false) => ({ echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...device(deviceId, exact) });

/** @param {string|null} deviceId @param {boolean} [exact] @param {boolean} [lowPower] @returns {MediaTrackConstraints} */
export const cameraConstraints = (deviceId, exact = false, lowPower = false) => ({ ...(lowPower ? SMALL : FULL), ...device(deviceId, exact) });

/** An open camera in another size. @param {import("../peers/bandwidth.js").Capture} capture @param {boolean} lowPower @returns {MediaTrackConstraints} */
export function captureConstraints({ lines, framerate }, lowPower) {
  const height = lowPower ? Math.min(360, lines) : lines;
  const most = lowPower ? Math.min(15, framerate) : framerate;
  return { width: { ideal: Math.round((height * 16) / 9) }, height: { ideal: height }, frameRate: { ideal: most, max: most } };
}

/** @type {DisplayMediaStreamOptions} */
export const screenConstraints = { video: { frameRate: { ideal: 15, max: 30 } }, audio: true };

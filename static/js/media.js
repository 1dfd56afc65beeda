/**
 * This person's devices, for the pre-join page and then the call.
 * @typedef {{microphone: import("./call-state.js").DeviceState, camera: import("./call-state.js").DeviceState, screen: import("./call-state.js").ScreenState, speaker: {deviceId: string|null}, devices: import("./call-state.js").Devices}} MediaState
 */

/** Dispatches `change` when `state` was replaced, `tracks` when a track came or went. */
export class LocalMedia extends EventTarget {}

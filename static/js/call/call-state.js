/**
 * What a call looks like to the views. Immutable: every change makes a new one.
 *
 * @typedef {import("../signalling/protocol.js").Participant} Participant
 * @typedef {import("../signalling/protocol.js").WaitingPerson} WaitingPerson
 * @typedef {import("../signalling/protocol.js").Permission} Permission
 *
 * @typedef {"idle"|"connecting"|"waiting"|"joined"|"ended"} Phase
 * @typedef {"left"|"removed"|"denied"|"ended_by_host"|"expired"|"joined_elsewhere"|"room_not_found"|"room_full"|"room_locked"|"error"} EndReason
 * @typedef {{reason: EndReason, message?: string, mayRejoin: boolean}} Ended
 * @typedef {{code: "denied"|"not_found"|"in_use"|"not_permitted"|"unknown", message: string}} MediaError
 * @typedef {{on: boolean, pending: boolean, error: MediaError|null, deviceId: string|null}} DeviceState
 * @typedef {{on: boolean, pending: boolean, error: MediaError|null}} ScreenState
 * @typedef {{deviceId: string, label: string}} Device
 * @typedef {{microphones: Device[], cameras: Device[], speakers: Device[]}} Devices
 *
 * A message of ours is in the list at once: `pending` until the server has it, `failed` if it did not take it.
 * @typedef {import("../signalling/protocol.js").WireChat & {pending?: boolean, failed?: {code: string, message: string}}} ChatMessage
 *
 * @typedef {{state: "new"|"connecting"|"connected"|"restarting"|"failed", path: "direct"|"relayed"|"server"|null}} LinkState
 * @typedef {import("../signalling/protocol.js").LimitReason} LimitReason
 * @typedef {Partial<Record<"microphone"|"camera"|"screen"|"screen_audio", LimitReason>>} Limits by what is not sent to us now
 * @typedef {{epoch: number|null, list: import("../signalling/protocol.js").WireTap[]}} Taps `epoch` while those who are named send it an extra copy
 * @typedef {Omit<import("../signalling/protocol.js").EmotionReading, "participantId"|"at"> & {at: number}} Emotion `at` when it came, in milliseconds of `Date.now()`
 * @typedef {{key: string, from: string, emoji: string, at: number}} Reaction
 * @typedef {"joined"|"left"|"knock"|"host_changed"|"role_changed"|"muted_by_host"|"video_off_by_host"|"screen_off_by_host"|"screen_taken_over"|"hand_raised"|"hand_lowered"|"locked"|"unlocked"|"draining"|"device_replaced"|"recording_running"|"recording_started"|"recording_stopped"|"recording_failed"|"recording_problem"|"recording_again"|"error"} NoticeKind
 * Words of a notice come from the texts of the UI by `kind`, filled with `params` (`name`, `role`, `code` …).
 * @typedef {{key: string, kind: NoticeKind, params: Record<string, string|number>, at: number}} Notice
 * @typedef {{seconds: number, participants: number, peak: number, chatCount: number, recorded: boolean, quality: number|null}} Summary `quality` is the mean score, 1 to 5
 *
 * @typedef {object} CallState
 * @property {Phase} phase
 * @property {"online"|"reconnecting"} connection
 * @property {{attempt: number, retryAt: number}|null} reconnect `retryAt` in milliseconds of `Date.now()`
 * @property {Ended|null} ended
 * @property {{position: number, hostPresent: boolean, message: string|null, roomName: string}|null} waiting
 * @property {Participant|null} you
 * @property {import("../signalling/protocol.js").Room|null} room
 * @property {string|null} sessionId
 * @property {Participant[]} participants in the order of joining, you among them
 * @property {WaitingPerson[]} waitingList
 * @property {import("../signalling/protocol.js").Topology|null} topology
 * @property {ChatMessage[]} chat
 * @property {string[]} typing ids
 * @property {Partial<Record<Permission, boolean>>} can
 * @property {Record<string, {score: number, level: import("../signalling/protocol.js").QualityLevel}>} quality
 * @property {{reason: import("../signalling/protocol.js").QualityProblem, advice: string, at: number}|null} warning about your own media
 * @property {string|null} activeSpeaker
 * @property {string[]} speaking ids
 * @property {Reaction[]} reactions of the last few seconds
 * @property {{from: string, kind: import("../signalling/protocol.js").MediaKind}|null} unmuteRequest
 * @property {Record<string, string>} previews waiting people's pictures as data URLs
 * @property {DeviceState} microphone
 * @property {DeviceState} camera
 * @property {ScreenState} screen
 * @property {{deviceId: string|null}} speaker
 * @property {Devices} devices
 * @property {boolean} lowPower the person wants this device spared
 * @property {import("../peers/subscription.js").VideoMode} videoMode which of the others' pictures the person wants
 * @property {Record<string, LinkState>} links
 * @property {Record<string, Limits>} limited
 * @property {Record<string, Emotion>} emotions by person: one's own, and for hosts those that are shared with them
 * @property {Taps} taps whom the server hears for something that runs on it
 * @property {Notice[]} notices
 * @property {number} serial counts what needs a key of its own
 * @property {string|null} recentlyRejoined whose page was just reloaded: their coming back is no news
 * @property {string|null} startedAt
 * @property {Summary|null} summary
 */

/** @type {Taps} */
export const NO_TAPS = { epoch: null, list: [] };

/** @returns {CallState} */
export function initialState() {
  return {
    phase: "idle",
    connection: "online",
    reconnect: null,
    ended: null,
    waiting: null,
    ...emptyRoom(),
    sessionId: null,
    microphone: { on: false, pending: false, error: null, deviceId: null },
    camera: { on: false, pending: false, error: null, deviceId: null },
    screen: { on: false, pending: false, error: null },
    speaker: { deviceId: null },
    devices: { microphones: [], cameras: [], speakers: [] },
    lowPower: false,
    videoMode: "all",
    notices: [],
    serial: 0,
    recentlyRejoined: null,
    startedAt: null,
    summary: null,
  };
}

/** What is known of a room by one who is not in it. */
export function emptyRoom() {
  return {
    you: null,
    room: null,
    participants: [],
    waitingList: [],
    topology: null,
    chat: [],
    typing: [],
    can: {},
    quality: {},
    warning: null,
    activeSpeaker: null,
    speaking: [],
    reactions: [],
    unmuteRequest: null,
    previews: {},
    links: {},
    limited: {},
    emotions: {},
    taps: NO_TAPS,
  };
}

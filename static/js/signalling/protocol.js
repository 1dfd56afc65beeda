/**
 * The wire of `greenroom.v1`: its types are the server's own, which `wire.d.ts` is generated from; here they get the names
 * that the page uses. `docs/protocol.md` is the page for people. Times are RFC 3339 strings, ids UUIDs.
 *
 * @typedef {import("./wire.js").Role} Role
 * @typedef {import("./wire.js").MediaKind} MediaKind
 * @typedef {import("./wire.js").Permission} Permission
 * @typedef {import("./wire.js").Consents} Consents
 * @typedef {NonNullable<Consents["recording"]>} ConsentAnswer
 * @typedef {import("./wire.js").Participant} Participant
 * @typedef {import("./wire.js").WaitingPerson} WaitingPerson
 * @typedef {import("./wire.js").Allowed} Allowed
 * @typedef {import("./wire.js").SharedFile} SharedFile
 * @typedef {import("./wire.js").ChatMessage} WireChat
 * @typedef {import("./wire.js").Topology} Topology
 * @typedef {import("./wire.js").QualityLevel} QualityLevel
 * @typedef {import("./wire.js").QualityProblem} QualityProblem
 * @typedef {import("./wire.js").LeaveReason} LeaveReason
 * @typedef {import("./wire.js").ErrorCode} ErrorCode
 * @typedef {import("./wire.js").LimitReason} LimitReason
 * @typedef {import("./wire.js").Tap} WireTap
 * @typedef {import("./wire.js").Purpose} Purpose
 * @typedef {import("./wire.js").RunningRecording} RunningRecording
 * @typedef {import("./wire.js").EmotionReading} EmotionReading
 *
 * What a client may leave out, the server always fills in.
 * @typedef {Required<import("./wire.js").Settings>} Settings
 * @typedef {Omit<import("./wire.js").Room, "settings"> & {settings: Settings}} Room
 *
 * In the shape that an `RTCPeerConnection` takes.
 * @typedef {RTCIceServer} IceServer
 *
 * @typedef {import("./wire.js").EventFrame1} WireEvent
 * @typedef {Omit<Extract<WireEvent, {type: "welcome"}>, "room"|"iceServers"> & {room: Room, iceServers: IceServer[]}} Welcome
 * @typedef {Extract<WireEvent, {type: "waiting"}>} Waiting
 * @typedef {Extract<WireEvent, {type: "room_updated"}> & {room: Room}} RoomUpdated
 * @typedef {Extract<WireEvent, {type: "offer_received"|"answer_received"}>} DescriptionReceived
 * @typedef {Extract<WireEvent, {type: "ice_candidate_received"}> & {candidate: RTCIceCandidateInit|null}} CandidateReceived
 * @typedef {DescriptionReceived|CandidateReceived} RelayEvent
 * @typedef {Exclude<WireEvent, {type: "welcome"|"waiting"|"room_updated"|"ice_candidate_received"}>|Welcome|Waiting|RoomUpdated|CandidateReceived} ServerEvent
 *
 * The server's own codes, and those of the page (`offline`, `timeout`, `closed` …).
 * @typedef {{code: string, message: string, field?: string|null, retryInMs?: number|null}} CommandFailure
 */

export const SUBPROTOCOL = "greenroom.v1";

/** What came in instead of `ok`, or what kept a command from being answered. */
export class CommandError extends Error {
  /** @param {CommandFailure} failure */
  constructor({ code, message, field, retryInMs }) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.field = field;
    this.retryInMs = retryInMs;
  }
}

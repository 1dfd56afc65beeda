/**
 * The wire of `greenroom.v1` as types; `docs/protocol.md` is the page for people. Times are RFC 3339 strings, ids UUIDs.
 *
 * @typedef {"host"|"cohost"|"presenter"|"participant"|"observer"} Role
 * @typedef {"audio"|"video"|"screen"} MediaKind
 * @typedef {"publish_audio"|"publish_video"|"share_screen"|"unmute"|"chat"|"react"|"raise_hand"|"rename_self"|"admit"|"moderate"|"set_role"|"lock"|"spotlight"|"update_room"|"transfer_host"|"end_session"|"record"} Permission
 * @typedef {{recording: boolean, transcription: boolean, emotion: boolean, assistant: boolean}} Consents
 *
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} [userId]
 * @property {string} displayName
 * @property {Role} role
 * @property {string} joinedAt
 * @property {boolean} muted
 * @property {boolean} videoOn
 * @property {boolean} screenSharing
 * @property {string} [handRaisedAt] since when the hand is up; hands are answered in this order
 * @property {"online"|"reconnecting"} connection
 * @property {boolean} guest has no account
 * @property {Consents} consents
 *
 * @typedef {{id: string, displayName: string, since: string, online: boolean, known: boolean, hasPreview: boolean}} WaitingPerson
 *
 * @typedef {"everyone"|"presenters"|"hosts"} Allowed
 * @typedef {object} Settings
 * @property {"off"|"everyone"|"guests"} waitingRoom
 * @property {boolean} joinBeforeHost
 * @property {number} maxParticipants
 * @property {boolean} muteOnEntry
 * @property {"auto"|"mesh"|"sfu"} topology
 * @property {number} meshLimit
 * @property {Allowed} chat
 * @property {Allowed} screenShare
 * @property {Allowed} unmute
 * @property {"off"|"manual"|"auto"} recording
 * @property {boolean} aiEnabled
 * @property {number} retentionDays
 * @property {string} region
 * @property {boolean} admitKnown
 * @property {boolean} allowGuests
 * @property {boolean} handOverHost
 *
 * @typedef {object} Room
 * @property {string} roomId
 * @property {string} roomCode
 * @property {string} name
 * @property {string} template
 * @property {boolean} hostPresent
 * @property {boolean} locked
 * @property {string} [spotlight] a participant's id
 * @property {Settings} settings
 * @property {Partial<Record<Role, Permission[]>>} permissions
 * @property {string} createdAt
 * @property {string} startedAt
 * @property {string} [expiresAt]
 * @property {boolean} hasPassword
 *
 * @typedef {{mode: "mesh"|"sfu", epoch: number, reason: string, wanted?: "mesh"|"sfu"}} Topology
 * @typedef {{id: string, name: string, size: number, mime: string, url: string}} SharedFile
 * @typedef {{id: string, from: string, fromName: string, text: string, sentAt: string, to?: string, replyTo?: string, clientId: string, file?: SharedFile}} WireChat
 * @typedef {{urls: string[], username?: string, credential?: string}} IceServer
 * @typedef {{code: string, message: string, field?: string, retryInMs?: number}} CommandFailure
 */

/**
 * Events, in the past tense.
 *
 * @typedef {object} Welcome
 * @property {"welcome"} type
 * @property {string} sessionId
 * @property {string} roomId
 * @property {string} roomCode
 * @property {Participant} you
 * @property {string} resumeToken
 * @property {number} resumeGraceSeconds
 * @property {Room} room
 * @property {Participant[]} participants
 * @property {WaitingPerson[]} [waiting] only to those who may admit
 * @property {Topology} topology
 * @property {IceServer[]} iceServers
 * @property {WireChat[]} chat
 *
 * @typedef {object} Waiting
 * @property {"waiting"} type
 * @property {string} participantId
 * @property {number} position from 1
 * @property {boolean} hostPresent
 * @property {string} [message]
 * @property {string} roomName
 * @property {string} resumeToken
 * @property {number} resumeGraceSeconds
 *
 * @typedef {"left"|"connection_lost"|"removed"|"sent_to_waiting"|"rejoined"|"ended"} LeaveReason
 * @typedef {{type: "offer_received"|"answer_received", from: string, sdp: string, epoch: number}} DescriptionReceived
 * @typedef {{type: "ice_candidate_received", from: string, candidate: RTCIceCandidateInit|null, epoch: number}} CandidateReceived
 * @typedef {DescriptionReceived|CandidateReceived} RelayEvent
 *
 * @typedef {Welcome
 *   | Waiting
 *   | {type: "waiting_updated", waiting: WaitingPerson[]}
 *   | {type: "admitted"}
 *   | {type: "denied", message?: string}
 *   | {type: "participant_joined", participant: Participant}
 *   | {type: "participant_left", participantId: string, reason: LeaveReason}
 *   | {type: "participant_updated", participant: Participant, by?: string}
 *   | {type: "room_updated", room: Room, by?: string}
 *   | RelayEvent
 *   | ({type: "chat_received"} & WireChat)
 *   | {type: "reaction_received", from: string, emoji: string}
 *   | {type: "unmute_requested", from: string, kind: MediaKind}
 *   | {type: "removed", ban: boolean, by?: string}
 *   | {type: "topology_updated", topology: Topology}
 *   | {type: "topology_switching", epoch: number, to: "mesh"|"sfu", reason: string}
 *   | {type: "topology_switched", epoch: number, mode: "mesh"|"sfu"}
 *   | {type: "topology_rolled_back", epoch: number, reason: string}
 *   | {type: "session_ended", reason: "ended_by_host"|"expired"|"empty"|"deleted"}
 *   | {type: "server_draining", reconnectTo?: string, retryInMs: number}
 *   | {type: "active_speaker_changed", participantId?: string}
 *   | {type: "quality_updated", participantId: string, score: number, level: QualityLevel}
 *   | {type: "quality_warned", participantId: string, reason: QualityProblem, advice: string}
 *   | {type: "typing_changed", participantId: string, typing: boolean}
 *   | {type: "waiting_preview", participantId: string, image: string|null}
 * } ServerEvent
 *
 * @typedef {"good"|"fair"|"poor"} QualityLevel
 * @typedef {"loss"|"latency"|"jitter"|"bandwidth"|"cpu"} QualityProblem
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

// Generated from docs/protocol.schema.json by `npm run wire-types`. Don't edit.

/**
 * From client to server.
 */
export type CommandFrame = {
  /**
   * The client's own number, which the reply carries; `ack` needs none.
   */
  ref?: number | null;
} & CommandFrame1;
export type CommandFrame1 =
  | (Hello & {
      type: "hello";
    })
  | (Resume & {
      type: "resume";
    })
  | (Ack & {
      type: "ack";
    })
  | (Ping & {
      type: "ping";
    })
  | (LeaveRoom & {
      type: "leave_room";
    })
  | (Offer & {
      type: "offer";
    })
  | (Answer & {
      type: "answer";
    })
  | (IceCandidate & {
      type: "ice_candidate";
    })
  | (GetIceServers & {
      type: "get_ice_servers";
    })
  | (UpdateState & {
      type: "update_state";
    })
  | (RaiseHand & {
      type: "raise_hand";
    })
  | (React & {
      type: "react";
    })
  | (Typing & {
      type: "typing";
    })
  | (Chat & {
      type: "chat";
    })
  | (Rename & {
      type: "rename";
    })
  | (Admit & {
      type: "admit";
    })
  | (AdmitAll & {
      type: "admit_all";
    })
  | (Deny & {
      type: "deny";
    })
  | (DenyAll & {
      type: "deny_all";
    })
  | (SendToWaiting & {
      type: "send_to_waiting";
    })
  | (WaitingMessage & {
      type: "waiting_message";
    })
  | (OfferPreview & {
      type: "offer_preview";
    })
  | (SetRole & {
      type: "set_role";
    })
  | (Mute & {
      type: "mute";
    })
  | (AskUnmute & {
      type: "ask_unmute";
    })
  | (LowerHands & {
      type: "lower_hands";
    })
  | (Remove & {
      type: "remove";
    })
  | (Lock & {
      type: "lock";
    })
  | (Spotlight & {
      type: "spotlight";
    })
  | (UpdateRoom & {
      type: "update_room";
    })
  | (TransferHost & {
      type: "transfer_host";
    })
  | (EndSession & {
      type: "end_session";
    })
  | (Consent & {
      type: "consent";
    })
  | (TopologyReady & {
      type: "topology_ready";
    })
  | (Subscribe & {
      type: "subscribe";
    })
  | (RestartReceive & {
      type: "restart_receive";
    })
  | (Telemetry & {
      type: "telemetry";
    })
  | (StartRecording & {
      type: "start_recording";
    })
  | (StopRecording & {
      type: "stop_recording";
    })
  | (EmotionClip & {
      type: "emotion_clip";
    })
  | (Simulate & {
      type: "simulate";
    });
export type Address = "sfu" | ParticipantId;
/**
 * One person in one session; the same id while waiting, in the room, and after a resume.
 */
export type ParticipantId = string;
/**
 * What a track shows or plays.
 */
export type Source = "microphone" | "camera" | "screen" | "screen_audio";
/**
 * One file that was shared in a room.
 */
export type FileId = string;
/**
 * One chat message.
 */
export type ChatId = string;
/**
 * What somebody is in a room. Ordered: a later one may do less.
 */
export type Role = ("host" | "cohost" | "presenter" | "participant") | "observer";
/**
 * Which of somebody's streams a host's command means.
 */
export type MediaKind = "audio" | "video" | "screen";
/**
 * Whom a host's command means: one participant by id, or `"all"`.
 */
export type Whom = ParticipantId | Everyone;
/**
 * `"all"`.
 */
export type Everyone = "all";
/**
 * From which role on something is allowed.
 */
export type Allowed = "everyone" | "presenters" | "hosts";
export type RecordingSetting = "off" | "manual" | "auto";
export type TopologyChoice = "auto" | "mesh" | "sfu";
/**
 * What cameras and screens are encoded with on their way through the server, by those who can.
 */
export type VideoCodec = "vp8" | "vp9" | "h264" | "av1";
export type WaitingRoom = ("off" | "everyone") | "guests";
export type Fault = ("panic_participant" | "panic_room" | "panic_manager") | "drop_socket" | "refuse_resume";
/**
 * From server to client.
 */
export type EventFrame = {
  /**
   * From 1, without gaps; absent where only the newest value counts.
   */
  seq?: number | null;
} & EventFrame1;
export type EventFrame1 =
  | (Welcome & {
      type: "welcome";
    })
  | (Waiting & {
      type: "waiting";
    })
  | {
      type: "waiting_updated";
      waiting: WaitingPerson[];
    }
  | {
      type: "admitted";
    }
  | {
      message?: string | null;
      type: "denied";
    }
  | {
      participant: Participant;
      type: "participant_joined";
    }
  | {
      participantId: ParticipantId;
      reason: LeaveReason;
      type: "participant_left";
    }
  | {
      by?: ParticipantId | null;
      participant: Participant;
      type: "participant_updated";
    }
  | {
      by?: ParticipantId | null;
      room: Room;
      type: "room_updated";
    }
  | {
      epoch: number;
      from: Address;
      sdp: string;
      type: "offer_received";
    }
  | {
      epoch: number;
      from: Address;
      sdp: string;
      type: "answer_received";
    }
  | {
      candidate: unknown;
      epoch: number;
      from: Address;
      type: "ice_candidate_received";
    }
  | (ChatMessage & {
      type: "chat_received";
    })
  | {
      emoji: string;
      from: ParticipantId;
      type: "reaction_received";
    }
  | {
      from: ParticipantId;
      kind: MediaKind;
      type: "unmute_requested";
    }
  | {
      ban: boolean;
      by?: ParticipantId | null;
      type: "removed";
    }
  | {
      topology: Topology;
      type: "topology_updated";
    }
  | {
      epoch: number;
      reason: TopologyReason;
      to: TopologyMode;
      type: "topology_switching";
    }
  | {
      epoch: number;
      mode: TopologyMode;
      type: "topology_switched";
    }
  | {
      epoch: number;
      reason: RollbackReason;
      type: "topology_rolled_back";
    }
  | {
      epoch: number;
      leg: Leg;
      message: string;
      reason: DescriptionProblem;
      type: "description_refused";
    }
  | {
      epoch: number;
      slots: Slot[];
      type: "slots_updated";
    }
  | {
      tracks: LayersWanted[];
      type: "layers_wanted";
    }
  | {
      tracks: Limited[];
      type: "media_limited";
    }
  | {
      epoch?: number | null;
      taps: Tap[];
      type: "taps_updated";
    }
  | {
      leg: Leg;
      type: "path_lost";
    }
  | {
      recording: RunningRecording;
      type: "recording_started";
    }
  | {
      recording: RunningRecording;
      type: "recording_updated";
    }
  | {
      by?: ParticipantId | null;
      reason: RecordingStop;
      recordingId: RecordingId;
      type: "recording_stopped";
    }
  | {
      reason: EndReason;
      type: "session_ended";
    }
  | {
      reconnectTo?: string | null;
      retryInMs: number;
      type: "server_draining";
    }
  | {
      participantId?: ParticipantId | null;
      type: "active_speaker_changed";
    }
  | {
      level: QualityLevel;
      participantId: ParticipantId;
      /**
       * A mean opinion score, 1 to 5.
       */
      score: number;
      type: "quality_updated";
    }
  | {
      advice: string;
      participantId: ParticipantId;
      reason: QualityProblem;
      type: "quality_warned";
    }
  | (EmotionReading & {
      type: "emotion_updated";
    })
  | {
      participantId: ParticipantId;
      type: "typing_changed";
      typing: boolean;
    }
  | {
      image?: string | null;
      participantId: ParticipantId;
      type: "waiting_preview";
    };
/**
 * RFC 3339 UTC with milliseconds
 */
export type Timestamp = string;
export type Connection = "online" | "reconnecting";
/**
 * One account.
 */
export type UserId = string;
/**
 * One thing that a role may be allowed to do.
 */
export type Permission =
  | "publish_audio"
  | "publish_video"
  | "share_screen"
  | "unmute"
  | "chat"
  | "react"
  | "raise_hand"
  | "rename_self"
  | "admit"
  | "moderate"
  | "set_role"
  | "lock"
  | "spotlight"
  | "update_room"
  | "transfer_host"
  | "end_session"
  | "record";
/**
 * One recording of a session.
 */
export type RecordingId = string;
/**
 * Why a recording keeps nothing. It goes on by itself when it can.
 */
export type RecordingProblem = "disk_full" | "read_only" | "failed";
/**
 * A lasting place with a code and settings.
 */
export type RoomId = string;
/**
 * One sitting in a room: a meeting.
 */
export type SessionId = string;
export type TopologyMode = "mesh" | "sfu";
export type TopologyReason =
  | "pair"
  | "small_room"
  | "pinned"
  | "too_large_for_mesh"
  | "sfu_not_available"
  | "loss"
  | "cpu"
  | "relays"
  | "recording"
  | "captions"
  | "tap"
  | "settling";
export type LeaveReason = ("left" | "connection_lost" | "removed" | "sent_to_waiting" | "ended") | "rejoined";
/**
 * Why a switch was given up; media stays on the old path.
 */
export type RollbackReason = "not_ready" | "not_needed" | "media_failed";
/**
 * Of the connections that a participant has with the server.
 */
export type Leg = "publish" | "receive" | "tap";
/**
 * Why the server did not take a description.
 */
export type DescriptionProblem = ("unreadable" | "too_many_lines") | "no_offer" | "no_peer" | "full";
export type LimitReason = "bandwidth" | "source_limit" | "not_sent";
/**
 * What media on the server may be used for: each is agreed to by itself.
 */
export type Purpose = "recording" | "transcription" | "emotion" | "assistant";
export type RecordingStop = "session_ended" | "stopped" | "failed";
export type EndReason = "ended_by_host" | "expired" | "empty" | "deleted";
export type QualityLevel = "good" | "fair" | "poor";
export type QualityProblem = "loss" | "latency" | "jitter" | "bandwidth" | "cpu";
/**
 * The answer to one command.
 */
export type Reply = {
  error?: CommandError | null;
  ok: boolean;
  ref?: number | null;
};
/**
 * Stable names of errors; clients may act on them.
 */
export type ErrorCode =
  | "bad_json"
  | "unknown_type"
  | "bad_field"
  | "too_long"
  | "not_authenticated"
  | "already_authenticated"
  | "token_invalid"
  | "resume_expired"
  | "resume_invalid"
  | "not_admitted"
  | "not_permitted"
  | "no_such_participant"
  | "not_in_room"
  | "room_not_found"
  | "room_full"
  | "room_locked"
  | "room_ended"
  | "banned"
  | "denied"
  | "removed"
  | "not_recording"
  | "rate_limited"
  | "not_available"
  | "busy"
  | "storage_unavailable"
  | "internal";

/**
 * Everything that travels, under one roof so that one schema holds it.
 */
export interface Wire {
  command: CommandFrame;
  event: EventFrame;
  reply: Reply;
}
/**
 * Starts a connection with a join token.
 */
export interface Hello {
  /**
   * `mesh`; `few_links`: this device bears few links of a mesh. Others mean nothing.
   */
  capabilities?: string[];
  displayName?: string | null;
  token: string;
}
/**
 * Starts a connection as a participant that is already here.
 */
export interface Resume {
  /**
   * The client lost its state (a reload): send a snapshot, and tell the others that its peer connections are gone.
   */
  fresh?: boolean;
  lastSeq: number;
  resumeToken: string;
}
/**
 * Everything up to `seq` has arrived.
 */
export interface Ack {
  seq: number;
}
export interface Ping {}
export interface LeaveRoom {}
export interface Offer {
  epoch: number;
  sdp: string;
  to: Address;
  /**
   * To the server: what is what. Without it the first audio is the microphone, the first video the camera, the second video the screen, the
   * second audio its sound.
   */
  tracks?: TrackLabel[] | null;
}
/**
 * Which m-line of a publisher's offer is what.
 */
export interface TrackLabel {
  mid: string;
  source: Source;
}
export interface Answer {
  epoch: number;
  sdp: string;
  to: Address;
}
export interface IceCandidate {
  /**
   * An `RTCIceCandidateInit`, or `null` at the end of a generation.
   */
  candidate: {
    [k: string]: unknown;
  };
  epoch: number;
  to: Address;
}
export interface GetIceServers {}
export interface UpdateState {
  handRaised?: boolean | null;
  muted?: boolean | null;
  screenSharing?: boolean | null;
  videoOn?: boolean | null;
}
export interface RaiseHand {
  raised?: boolean;
}
export interface React {
  emoji: string;
}
export interface Typing {
  to?: ParticipantId | null;
  typing: boolean;
}
export interface Chat {
  clientId: string;
  fileId?: FileId | null;
  replyTo?: ChatId | null;
  text: string;
  to?: ParticipantId | null;
}
export interface Rename {
  displayName: string;
  participantId?: ParticipantId | null;
}
export interface Admit {
  participantId: ParticipantId;
}
export interface AdmitAll {}
export interface Deny {
  message?: string | null;
  participantId: ParticipantId;
}
export interface DenyAll {
  message?: string | null;
}
export interface SendToWaiting {
  participantId: ParticipantId;
}
export interface WaitingMessage {
  text: string;
  to?: ParticipantId | null;
}
/**
 * A waiting person shows hosts a still picture, or takes it back with `null`.
 */
export interface OfferPreview {
  image: string | null;
}
export interface SetRole {
  participantId: ParticipantId;
  role: Role;
}
/**
 * Exactly one of `participantId` (which may be `"all"`) and `all`.
 */
export interface Mute {
  all?: boolean;
  kind: MediaKind;
  participantId?: Whom | null;
}
/**
 * Exactly one of `participantId` (which may be `"all"`) and `all`.
 */
export interface AskUnmute {
  all?: boolean;
  /**
   * Which of somebody's streams a host's command means.
   */
  kind?: "audio" | "video" | "screen";
  participantId?: Whom | null;
}
export interface LowerHands {
  participantId?: ParticipantId | null;
}
export interface Remove {
  ban?: boolean;
  participantId: ParticipantId;
}
export interface Lock {
  locked: boolean;
}
export interface Spotlight {
  participantId: ParticipantId | null;
}
export interface UpdateRoom {
  name?: string | null;
  settings?: PartialSettings | null;
}
/**
 * Some settings, to be laid over others.
 */
export interface PartialSettings {
  admitKnown?: boolean | null;
  aiEnabled?: boolean | null;
  allowGuests?: boolean | null;
  chat?: Allowed | null;
  emotion?: boolean | null;
  handOverHost?: boolean | null;
  joinBeforeHost?: boolean | null;
  maxParticipants?: number | null;
  meshLimit?: number | null;
  muteOnEntry?: boolean | null;
  recording?: RecordingSetting | null;
  region?: string | null;
  retentionDays?: number | null;
  screenShare?: Allowed | null;
  topology?: TopologyChoice | null;
  unmute?: Allowed | null;
  videoCodec?: VideoCodec | null;
  waitingRoom?: WaitingRoom | null;
}
export interface TransferHost {
  participantId: ParticipantId;
}
export interface EndSession {}
export interface Consent {
  purposes: Purposes;
  /**
   * May hosts see the emotion too? Absent: as before.
   */
  shareEmotion?: boolean | null;
  /**
   * The version of the words with which they were asked, 1 to 40 characters; absent: the server's own.
   */
  textVersion?: string | null;
}
/**
 * The purposes that a consent speaks of; absent ones stay as they are.
 */
export interface Purposes {
  assistant?: boolean | null;
  emotion?: boolean | null;
  recording?: boolean | null;
  transcription?: boolean | null;
}
/**
 * Those whose media is decoded on the new path: the whole list each time.
 */
export interface TopologyReady {
  edges?: ParticipantId[];
  epoch: number;
}
/**
 * What is on the screen, and how large: the whole list each time.
 */
export interface Subscribe {
  tracks: Want[];
}
/**
 * A track that a receiver shows, and how large.
 */
export interface Want {
  /**
   * Of the tile, in device pixels; 0 when it is not visible.
   */
  height?: number;
  participantId: ParticipantId;
  /**
   * Higher is served first; pinned and spotlit tiles, then the speaker. 0 to 10.
   */
  priority?: number;
  source: Source;
}
/**
 * The way to the receiving connection is broken: asks for an offer with new ICE credentials.
 */
export interface RestartReceive {
  epoch: number;
}
export interface Telemetry {
  /**
   * 0 to 1, the loudest since the last one.
   */
  audioLevel?: number | null;
  /**
   * The encoder is held back by the processor.
   */
  cpuLimited?: boolean;
  peers?: PeerStats[];
}
/**
 * What one side saw of the media between it and one other, over the time since it last told.
 */
export interface PeerStats {
  /**
   * Bits a second.
   */
  bitrateDown?: number;
  /**
   * Bits a second.
   */
  bitrateUp?: number;
  frameHeight?: number | null;
  framesPerSecond?: number | null;
  freezes?: number | null;
  jitterMs?: number;
  /**
   * Fraction 0 to 1 of what they sent that we lost.
   */
  lossDown?: number;
  /**
   * Fraction 0 to 1 of what we sent that they lost.
   */
  lossUp?: number;
  participantId: ParticipantId;
  relayed?: boolean;
  rttMs?: number;
  transport?: string | null;
}
export interface StartRecording {}
export interface StopRecording {}
/**
 * A clip of one's own voice, a whole file in base64; as a binary frame the file as it is. The reply holds the reading.
 */
export interface EmotionClip {
  clip: string;
}
/**
 * Only with `--dev`: makes the server misbehave, for authors of clients and tests.
 */
export interface Simulate {
  fault: Fault;
}
/**
 * The whole of what one person may know of the room; later events are changes to it.
 */
export interface Welcome {
  chat: ChatMessage[];
  /**
   * Filled by the participant: credentials are personal and short-lived.
   */
  iceServers: IceServer[];
  participants: Participant[];
  resumeGraceSeconds: number;
  /**
   * Filled by the participant, never by the room: the room does not know it.
   */
  resumeToken: string;
  room: Room;
  roomCode: string;
  roomId: RoomId;
  sessionId: SessionId;
  topology: Topology;
  /**
   * Only for those who may admit.
   */
  waiting?: WaitingPerson[] | null;
  you: Participant;
}
export interface ChatMessage {
  /**
   * The sender's own id for it.
   */
  clientId: string;
  file?: SharedFile | null;
  from: ParticipantId;
  /**
   * The sender's name when it was sent: they may be gone.
   */
  fromName: string;
  id: ChatId;
  replyTo?: ChatId | null;
  sentAt: Timestamp;
  text: string;
  to?: ParticipantId | null;
}
export interface SharedFile {
  id: FileId;
  mime: string;
  name: string;
  /**
   * Bytes.
   */
  size: number;
  url: string;
}
/**
 * A STUN or TURN server, in the shape of `RTCIceServer`.
 */
export interface IceServer {
  credential?: string | null;
  urls: string[];
  username?: string | null;
}
export interface Participant {
  connection: Connection;
  consents: Consents;
  displayName: string;
  /**
   * Has no account here.
   */
  guest: boolean;
  /**
   * Since when the hand is up; hands are answered in this order.
   */
  handRaisedAt?: Timestamp | null;
  id: ParticipantId;
  joinedAt: Timestamp;
  muted: boolean;
  role: Role;
  screenSharing: boolean;
  userId?: UserId | null;
  videoOn: boolean;
}
/**
 * What somebody agreed to, a purpose each.
 */
export interface Consents {
  /**
   * What somebody answered when they were asked whether their media may be used for a purpose.
   */
  assistant?: ("granted" | "refused") | "unanswered";
  /**
   * What somebody answered when they were asked whether their media may be used for a purpose.
   */
  emotion?: ("granted" | "refused") | "unanswered";
  /**
   * What somebody answered when they were asked whether their media may be used for a purpose.
   */
  recording?: ("granted" | "refused") | "unanswered";
  /**
   * Hosts may see the emotion too, and not only the person.
   */
  shareEmotion?: boolean;
  /**
   * What somebody answered when they were asked whether their media may be used for a purpose.
   */
  transcription?: ("granted" | "refused") | "unanswered";
}
export interface Room {
  /**
   * Can this server read the emotion of a voice?
   */
  canReadEmotion?: boolean;
  /**
   * Can this server record?
   */
  canRecord?: boolean;
  /**
   * The version of the words with which people are asked for their consent.
   */
  consentText?: string;
  createdAt: Timestamp;
  expiresAt?: Timestamp | null;
  hasPassword: boolean;
  hostPresent: boolean;
  locked: boolean;
  name: string;
  permissions: {
    [k: string]: Permission[];
  };
  /**
   * The one that runs.
   */
  recording?: RunningRecording | null;
  roomCode: string;
  roomId: RoomId;
  settings: Settings;
  spotlight?: ParticipantId | null;
  startedAt: Timestamp;
  template: string;
}
/**
 * A recording that runs.
 */
export interface RunningRecording {
  /**
   * Who started it; none when the room's setting or an integrator did.
   */
  by?: ParticipantId | null;
  id: RecordingId;
  /**
   * Why nothing is kept at the moment.
   */
  problem?: RecordingProblem | null;
  startedAt: Timestamp;
}
/**
 * How a room behaves. Every one has a default; unknown ones are refused, so that a typing error is not silently lost.
 */
export interface Settings {
  /**
   * Let in at once whoever a host admitted to this room before.
   */
  admitKnown?: boolean;
  aiEnabled?: boolean;
  /**
   * May people without an account come in (through the waiting room, if that says so)?
   */
  allowGuests?: boolean;
  /**
   * From which role on something is allowed.
   */
  chat?: "everyone" | "presenters" | "hosts";
  /**
   * Is the emotion of voices read, of those who agree to it?
   */
  emotion?: boolean;
  /**
   * With every host gone, hand the room to a cohost, else to the one present longest.
   */
  handOverHost?: boolean;
  /**
   * May people meet while no host is there?
   */
  joinBeforeHost?: boolean;
  /**
   * 1 to 1,000.
   */
  maxParticipants?: number;
  /**
   * How many people may be peer to peer, 2 to 12.
   */
  meshLimit?: number;
  muteOnEntry?: boolean;
  recording?: "off" | "manual" | "auto";
  region?: string;
  retentionDays?: number;
  /**
   * From which role on something is allowed.
   */
  screenShare?: "everyone" | "presenters" | "hosts";
  topology?: "auto" | "mesh" | "sfu";
  /**
   * From which role on something is allowed.
   */
  unmute?: "everyone" | "presenters" | "hosts";
  /**
   * What cameras and screens are encoded with on their way through the server, by those who can.
   */
  videoCodec?: "vp8" | "vp9" | "h264" | "av1";
  waitingRoom?: ("off" | "everyone") | "guests";
}
export interface Topology {
  /**
   * Names the path that media takes; grows with each path that is tried.
   */
  epoch: number;
  mode: TopologyMode;
  reason: TopologyReason;
  /**
   * The path that is brought up beside the present one.
   */
  switching?: Switching | null;
  /**
   * Where the policy would be, if the server could.
   */
  wanted?: TopologyMode | null;
}
export interface Switching {
  epoch: number;
  reason: TopologyReason;
  to: TopologyMode;
}
/**
 * Somebody who knocked, as hosts see it.
 */
export interface WaitingPerson {
  displayName: string;
  hasPreview: boolean;
  id: ParticipantId;
  /**
   * Was admitted to this room before.
   */
  known: boolean;
  online: boolean;
  since: Timestamp;
}
/**
 * All that a waiting person is told.
 */
export interface Waiting {
  hostPresent: boolean;
  message?: string | null;
  participantId: ParticipantId;
  /**
   * From 1.
   */
  position: number;
  resumeGraceSeconds: number;
  /**
   * Filled by the participant.
   */
  resumeToken: string;
  roomName: string;
}
/**
 * Who is in a slot of a receiving connection.
 */
export interface Slot {
  mid: string;
  participantId: ParticipantId;
  source: Source;
}
/**
 * A track or part of it that somebody watches.
 */
export interface LayersWanted {
  /**
   * Of `q`, `h`, `f`, from the smallest; empty when nobody watches.
   */
  layers: string[];
  source: Source;
}
/**
 * Something that a receiver wants and does not get now.
 */
export interface Limited {
  participantId: ParticipantId;
  reason: LimitReason;
  source: Source;
}
/**
 * Whose media the server hears for something that runs on it, by their consent.
 */
export interface Tap {
  participantId: ParticipantId;
  /**
   * What for.
   */
  purposes: Purpose[];
  /**
   * What it hears and sees of them while it is on. Of a camera and a screen, in a mesh, the low encoding alone.
   */
  sources: Source[];
}
/**
 * What a clip of somebody's voice sounds like. A hint, never a fact about a person.
 */
export interface EmotionReading {
  /**
   * 0 calm to 1 animated.
   */
  arousal: number;
  /**
   * RFC 3339 UTC with milliseconds
   */
  at: string;
  /**
   * 0 to 1, of the label that is likeliest.
   */
  confidence: number;
  /**
   * None where it can't be told.
   */
  label?: string | null;
  participantId: ParticipantId;
  /**
   * Shares of one, by label.
   */
  scores: {
    [k: string]: number;
  };
  /**
   * Unlike this speaker's clips before.
   */
  unusual: boolean;
}
/**
 * The caller's error: it goes back with its `ref`, and changed nothing.
 */
export interface CommandError {
  code: ErrorCode;
  /**
   * The field that is wrong.
   */
  field?: string | null;
  /**
   * A sentence for people.
   */
  message: string;
  retryInMs?: number | null;
}

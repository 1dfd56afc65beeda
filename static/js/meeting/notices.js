import { toast } from "../components/index.js";
import { has, t } from "../i18n/i18n.js";
import { isHost } from "./people.js";

/** @typedef {import("../call/call-state.js").Notice} Notice */
/** @typedef {{look: "info"|"good"|"warn"|"error"}} Look */

/** @type {Record<string, "info"|"good"|"warn"|"error">} */
const LOOK = { muted_by_host: "warn", video_off_by_host: "warn", screen_off_by_host: "warn", screen_taken_over: "warn", draining: "warn", device_replaced: "warn", recording_running: "warn", recording_started: "warn", recording_failed: "error", recording_problem: "warn", error: "error", locked: "info" };
/** In a large room coming and going is noise. */
const QUIET_FROM = 10;

/** Turns the call's notices into passing words, each once. */
export class Notices {
  constructor() {
    /** @type {Set<string>} */
    this.seen = new Set();
    /** Knocks on show, to be taken back when the person no longer waits. @type {Map<string, () => void>} */
    this.knocks = new Map();
  }

  /** @param {import("../call/call-state.js").CallState} state @param {{onKnock: (id: string) => void, atDoor: boolean}} view what the button of a knock does; whether the door is in sight */
  show(state, { onKnock, atDoor }) {
    for (const notice of state.notices) {
      if (this.seen.has(notice.key)) continue;
      this.seen.add(notice.key);
      if (this.quiet(notice, state) || (atDoor && notice.kind === "knock")) continue;
      const withdraw = toast({ text: textOf(notice), kind: LOOK[notice.kind] ?? "info", ...actionOf(notice, state, onKnock) });
      if (notice.kind === "knock") this.knocks.set(String(notice.params.id), withdraw);
    }
    this.forgetAnswered(state, atDoor);
  }

  /** Also those that the person looks at now. @param {import("../call/call-state.js").CallState} state @param {boolean} atDoor */
  forgetAnswered({ waitingList }, atDoor) {
    for (const [id, withdraw] of this.knocks) {
      if (!atDoor && waitingList.some((person) => person.id === id)) continue;
      withdraw();
      this.knocks.delete(id);
    }
  }

  /** @param {Notice} notice @param {import("../call/call-state.js").CallState} state */
  quiet({ kind }, state) {
    if (kind === "joined" || kind === "left") return state.participants.length >= QUIET_FROM;
    return kind === "hand_lowered";
  }
}

/** @param {Notice} notice */
function textOf({ kind, params }) {
  const code = `error.${params.code}`;
  if (kind === "error" && has(code)) return t(code);
  if (kind === "recording_problem") return t(`meeting.recording.problem.${params.problem}`);
  const role = params.role ? t(`meeting.role.${params.role}`) : "";
  return t(`meeting.notice.${kind}`, { ...params, role });
}

/** @param {Notice} notice @param {import("../call/call-state.js").CallState} state @param {(id: string) => void} onKnock */
function actionOf({ kind, params }, { room, you }, onKnock) {
  if (kind === "knock") return { action: { label: t("meeting.waiting.view"), run: () => onKnock(String(params.id ?? "")) }, seconds: 12 };
  if ((kind !== "recording_stopped" && kind !== "recording_failed") || !room || !isHost(you)) return {};
  // Beside the meeting, which goes on.
  const page = `/rooms/${room.roomId}/recordings?code=${encodeURIComponent(room.roomCode)}`;
  return { action: { label: t("meeting.recording.see"), run: () => void window.open(page, "_blank", "noopener") }, seconds: 12 };
}

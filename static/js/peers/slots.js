import { encodingOf, limitSender } from "./sender-limits.js";

/**
 * The m-lines of a link, in the fixed order of the protocol. They are made once and send in both directions from the
 * beginning, so turning a camera on or off needs no new offer: its sender gets a track, or none and then sends nothing.
 *
 * @typedef {"microphone"|"camera"|"screen"|"screenAudio"} Slot
 * @typedef {Record<Slot, MediaStreamTrack|null>} Tracks
 * @typedef {import("./bandwidth.js").Budget} Budget
 */

/** @type {[slot: Slot, kind: "audio"|"video"][]} */
export const SLOTS = [
  ["microphone", "audio"],
  ["camera", "video"],
  ["screen", "video"],
  ["screenAudio", "audio"],
];

/** With their limits from the first packet on. @param {RTCPeerConnection} pc @param {Budget|null} budget */
export function addSlots(pc, budget) {
  for (const [slot, kind] of SLOTS) {
    const sendEncodings = budget ? [encodingOf(slot, budget[slot])] : undefined;
    pc.addTransceiver(kind, { direction: "sendrecv", sendEncodings });
  }
}

/** @param {RTCPeerConnection} pc @returns {Partial<Record<Slot, RTCRtpTransceiver>>} */
export function slotsOf(pc) {
  const live = pc.getTransceivers().filter((one) => one.direction !== "stopped");
  /** @type {Partial<Record<Slot, RTCRtpTransceiver>>} */
  const slots = {};
  SLOTS.forEach(([slot, kind], i) => {
    if (live[i]?.receiver.track.kind === kind) slots[slot] = live[i];
  });
  return slots;
}

/** An answer may send as well as receive, whatever is to be sent just now. @param {RTCPeerConnection} pc */
export function openSlots(pc) {
  for (const transceiver of Object.values(slotsOf(pc))) {
    if (transceiver.direction !== "sendrecv") transceiver.direction = "sendrecv";
  }
}

/**
 * Gives each sender its track and its limit. The two don't wait for one another: negotiation that follows finds them in order.
 * @param {RTCPeerConnection} pc @param {Tracks} tracks @param {Budget|null} budget
 */
export async function feedSlots(pc, tracks, budget) {
  const slots = slotsOf(pc);
  // The other side offered no line for a screen's sound: one more makes room for it.
  if (tracks.screenAudio && slots.screen && !slots.screenAudio && pc.signalingState === "stable") {
    slots.screenAudio = pc.addTransceiver("audio", { direction: "sendrecv" });
  }
  await Promise.all(SLOTS.map(([slot]) => slots[slot] && feed(slots[slot].sender, slot, tracks[slot], budget)));
}

/** @param {RTCRtpSender} sender @param {Slot} slot @param {MediaStreamTrack|null} track @param {Budget|null} budget */
async function feed(sender, slot, track, budget) {
  // What sends nothing needs no limit.
  const limited = track && budget ? limitSender(sender, slot, budget[slot], track) : null;
  const replaced = sender.track === track ? null : sender.replaceTrack(track);
  await Promise.allSettled([limited, replaced]);
}

/** What comes in, where something can. @param {RTCPeerConnection} pc @returns {Tracks} */
export function receivedTracks(pc) {
  const slots = slotsOf(pc);
  /** @type {Tracks} */
  const tracks = { microphone: null, camera: null, screen: null, screenAudio: null };
  for (const [slot] of SLOTS) {
    const direction = slots[slot]?.currentDirection;
    if (direction === "sendrecv" || direction === "recvonly") tracks[slot] = slots[slot]?.receiver.track ?? null;
  }
  return tracks;
}

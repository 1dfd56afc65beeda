import { limitSender } from "./bandwidth.js";

/**
 * The m-lines of a link, in the fixed order of the protocol. They are made once and send in both directions from the
 * beginning, so turning a camera on or off needs no new offer: its sender gets a track, or none and then sends nothing.
 *
 * @typedef {"microphone"|"camera"|"screen"|"screenAudio"} Slot
 * @typedef {Record<Slot, MediaStreamTrack|null>} Tracks
 */

/** @type {[slot: Slot, kind: "audio"|"video"][]} */
export const SLOTS = [
  ["microphone", "audio"],
  ["camera", "video"],
  ["screen", "video"],
  ["screenAudio", "audio"],
];

/** @param {RTCPeerConnection} pc */
export function addSlots(pc) {
  for (const [, kind] of SLOTS) pc.addTransceiver(kind, { direction: "sendrecv" });
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

/** @param {RTCPeerConnection} pc @param {Tracks} tracks */
export async function sendTracks(pc, tracks) {
  const slots = slotsOf(pc);
  // The other side offered no line for a screen's sound: one more makes room for it.
  if (tracks.screenAudio && slots.screen && !slots.screenAudio && pc.signalingState === "stable") {
    slots.screenAudio = pc.addTransceiver("audio", { direction: "sendrecv" });
  }
  await Promise.all(
    SLOTS.map(async ([slot]) => {
      const sender = slots[slot]?.sender;
      if (sender && sender.track !== tracks[slot]) await sender.replaceTrack(tracks[slot]).catch(() => undefined);
    }),
  );
}

/** @param {RTCPeerConnection} pc @param {import("./bandwidth.js").Budget} budget */
export async function limitSlots(pc, budget) {
  const slots = slotsOf(pc);
  for (const [slot] of SLOTS) {
    const sender = slots[slot]?.sender;
    if (sender) await limitSender(sender, slot, budget[slot]).catch(() => undefined);
  }
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

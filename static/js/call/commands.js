/**
 * What a person can do in a room, a method a command. Each resolves when the server has done it, and rejects with
 * `{code, message}` when it did not.
 */
export class Commands extends EventTarget {
  /**
   * Sends a command and waits for its reply.
   * @param {string} type @param {Record<string, unknown>} [fields]
   * @returns {Promise<any>}
   */
  request(type, fields) {
    return Promise.reject(new Error(`nobody to send ${type} ${fields ? "with fields" : ""} to`));
  }

  /** @param {boolean} on */
  raiseHand(on) {
    return this.request("raise_hand", { raised: on });
  }

  /** @param {string} emoji */
  react(emoji) {
    return this.request("react", { emoji });
  }

  /** @param {string} displayName @param {string} [participantId] hosts may rename others */
  rename(displayName, participantId) {
    return this.request("rename", { displayName, participantId });
  }

  /** @param {string} participantId */
  admit(participantId) {
    return this.request("admit", { participantId });
  }

  admitAll() {
    return this.request("admit_all");
  }

  /** @param {string} participantId @param {string} [message] */
  deny(participantId, message) {
    return this.request("deny", { participantId, message });
  }

  /** @param {string} [message] */
  denyAll(message) {
    return this.request("deny_all", { message });
  }

  /** @param {string} participantId */
  sendToWaiting(participantId) {
    return this.request("send_to_waiting", { participantId });
  }

  /** @param {string} text @param {string} [to] one waiting person; all without it */
  waitingMessage(text, to) {
    return this.request("waiting_message", { text, to });
  }

  /** @param {string} participantId @param {import("../signalling/protocol.js").Role} role */
  setRole(participantId, role) {
    return this.request("set_role", { participantId, role });
  }

  /** @param {string|"all"} participantId @param {import("../signalling/protocol.js").MediaKind} kind */
  muteOther(participantId, kind) {
    return this.request("mute", { ...whom(participantId), kind });
  }

  /** @param {string|"all"} participantId @param {import("../signalling/protocol.js").MediaKind} kind */
  askUnmute(participantId, kind) {
    return this.request("ask_unmute", { ...whom(participantId), kind });
  }

  /** @param {string} [participantId] all hands without it */
  lowerHands(participantId) {
    return this.request("lower_hands", { participantId });
  }

  /** @param {string} participantId @param {{ban?: boolean}} [how] */
  remove(participantId, { ban = false } = {}) {
    return this.request("remove", { participantId, ban });
  }

  /** @param {boolean} on */
  lock(on) {
    return this.request("lock", { locked: on });
  }

  /** @param {string|null} participantId */
  spotlight(participantId) {
    return this.request("spotlight", { participantId });
  }

  /** @param {{name?: string, settings?: Partial<import("../signalling/protocol.js").Settings>}} changes */
  updateRoom(changes) {
    return this.request("update_room", changes);
  }

  /** @param {string} participantId */
  transferHost(participantId) {
    return this.request("transfer_host", { participantId });
  }

  endSession() {
    return this.request("end_session");
  }

  /** Shows hosts a still picture while waiting. @param {string|null} image a JPEG data URL of at most 32 KiB */
  offerPreview(image) {
    return this.request("offer_preview", { image });
  }

  /**
   * Says what my media may be used for; a purpose that is not named stays as it is.
   * @param {Partial<Record<import("../signalling/protocol.js").Purpose, boolean>>} purposes
   * @param {{textVersion?: string, shareEmotion?: boolean}} [how] the words that were read, and whether hosts may see the emotion too
   */
  consent(purposes, { textVersion, shareEmotion } = {}) {
    return this.request("consent", { purposes, textVersion, shareEmotion });
  }

  startRecording() {
    return this.request("start_recording", {});
  }

  stopRecording() {
    return this.request("stop_recording", {});
  }
}

/** @param {string} participantId */
function whom(participantId) {
  return participantId === "all" ? { all: true } : { participantId };
}

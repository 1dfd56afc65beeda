import { Sounds } from "../browser/sounds.js";

/** @typedef {import("./call-state.js").CallState} CallState */

/** The sounds of what happens in a room. */
export class Chimes {
  #sounds = new Sounds();

  /** @param {import("../signalling/protocol.js").ServerEvent} event @param {CallState} state after it @param {CallState} before */
  note(event, state, before) {
    if (event.type === "participant_joined" && state.notices.length > before.notices.length) this.#sounds.play("join");
    else if (event.type === "waiting_updated" && state.serial > before.serial) this.#sounds.play("knock");
    else if (event.type === "chat_received" && event.from !== state.you?.id) this.#sounds.play("chat");
  }

  close() {
    this.#sounds.close();
  }
}

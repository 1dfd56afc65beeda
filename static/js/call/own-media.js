import { devicesOn, keepDevicesOn } from "../browser/storage.js";
import { Publisher } from "../media/publisher.js";

/** @typedef {import("../signalling/protocol.js").Participant} Participant */

/** What the room knows of our devices, and what this page remembers of them over a reload. */
export class OwnMedia {
  #roomCode;
  #media;
  #publisher;
  /** This page was reloaded in the middle of the call: the server knows what was on. */
  restored = false;

  /** @param {{roomCode: string, media: import("../media/media.js").LocalMedia, request: (type: string, fields?: Record<string, unknown>) => Promise<any>}} options */
  constructor({ roomCode, media, request }) {
    this.#roomCode = roomCode;
    this.#media = media;
    this.#publisher = new Publisher({ media, request });
  }

  /** Tells the room what our devices do now. */
  async publish() {
    await this.#publisher.sync();
  }

  /** @param {Participant} you */
  begin(you) {
    this.#publisher.begin(you);
  }

  end() {
    this.#publisher.end();
  }

  /** A host's word, or what the server knows better. @param {Participant} you */
  follow(you) {
    return this.#publisher.follow(you);
  }

  /** @param {import("./call-state.js").CallState} state */
  remember({ phase, microphone, camera }) {
    if (!this.restored && (phase === "joined" || phase === "waiting")) keepDevicesOn(this.#roomCode, { microphone: microphone.on, camera: camera.on });
  }

  /** After a reload: what was on comes on again, except the screen, which needs the person. @param {Participant} you */
  async restore(you) {
    const was = devicesOn(this.#roomCode);
    this.restored = false;
    this.#publisher.begin(you);
    // Who was muted in the meantime stays so.
    await this.#media.start({ microphone: was.microphone && !you.muted, camera: was.camera });
    await this.publish();
  }
}

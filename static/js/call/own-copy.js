import { Backup } from "../backup/backup.js";
import { answerOf } from "../room/consents.js";

/**
 * @typedef {object} OwnCopyOptions
 * @property {import("../browser/clock.js").Clock} clock
 * @property {import("../media/media.js").LocalMedia} media
 * @property {() => import("./call-state.js").CallState} state of the call now
 * @property {(type: string, fields?: Record<string, unknown>) => Promise<any>} request
 * @property {(renew: boolean) => Promise<string>} token
 */

/** My own sound is kept here too, while I am recorded and agreed to it. */
export class OwnCopy {
  #options;
  #backup;

  /** @param {OwnCopyOptions} options */
  constructor(options) {
    const { clock, token } = (this.#options = options);
    this.#backup = new Backup({ clock, token, serverNow: () => this.#serverNow() });
  }

  /** Inside: what a page before this one left is brought up too. */
  begin() {
    void this.#backup.resume();
    this.follow();
  }

  /** As the meeting and the microphone are now. */
  follow() {
    const { phase, room, you } = this.#options.state();
    if (phase !== "joined" || !room || !you) return;
    const granted = answerOf(you, "recording") === "granted";
    this.#backup.sync({ recording: room.recording ?? null, granted, roomId: room.roomId, participantId: you.id, track: this.#options.media.tracks.microphone });
  }

  /** Not inside any more, perhaps for a while. */
  pause() {
    this.#backup.finish();
  }

  end() {
    this.#backup.end();
  }

  /** By the server's clock, as far as an answer tells. */
  async #serverNow() {
    const { clock, request } = this.#options;
    const asked = clock.now();
    const { serverTime } = await request("ping");
    return Date.parse(serverTime) + (clock.now() - asked) / 2;
  }
}

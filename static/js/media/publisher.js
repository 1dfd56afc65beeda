/**
 * Keeps what the room is told of our media in accord with what our devices do, whoever changed them: the person, a host,
 * or somebody who pulled a plug.
 * @typedef {{muted: boolean, videoOn: boolean, screenSharing: boolean}} Flags
 */
export class Publisher {
  /** @type {Flags|null} what the server knows or is being told; null while there is nobody to tell */
  #told = null;
  #media;
  #request;

  /** @param {{media: import("./media.js").LocalMedia, request: (type: string, fields: Record<string, unknown>) => Promise<any>}} options */
  constructor({ media, request }) {
    this.#media = media;
    this.#request = request;
  }

  /** @returns {Flags} */
  get #wanted() {
    const { microphone, camera, screen } = this.#media.state;
    return { muted: !microphone.on, videoOn: camera.on, screenSharing: screen.on };
  }

  /** A snapshot came: the server's word on us. @param {Flags} you */
  begin({ muted, videoOn, screenSharing }) {
    this.#told = { muted, videoOn, screenSharing };
  }

  end() {
    this.#told = null;
  }

  /** Tells what differs. What is refused is taken back here, so that nobody sends what the room does not show. */
  async sync() {
    if (!this.#told) return;
    const wanted = this.#wanted;
    const told = this.#told;
    const changes = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => told[/** @type {keyof Flags} */ (key)] !== value));
    if (Object.keys(changes).length === 0) return;
    this.#told = { ...told, ...changes };
    try {
      await this.#request("update_state", changes);
    } catch (error) {
      const code = /** @type {{code?: string}} */ (error).code;
      if (code !== "closed" && code !== "timeout") await this.#takeBack(changes);
      throw error;
    }
  }

  /** Somebody else changed our flags: the devices follow. @param {Flags} you */
  async follow(you) {
    const { muted, videoOn, screenSharing } = this.#wanted;
    this.begin(you);
    if (you.muted && !muted) await this.#media.setMicrophone(false);
    if (!you.videoOn && videoOn) await this.#media.setCamera(false);
    if (!you.screenSharing && screenSharing) await this.#media.setScreen(false);
  }

  /** @param {Partial<Flags>} changes */
  async #takeBack(changes) {
    const told = this.#told;
    if (told) this.#told = { muted: changes.muted === false || told.muted, videoOn: changes.videoOn ? false : told.videoOn, screenSharing: changes.screenSharing ? false : told.screenSharing };
    if (changes.muted === false) await this.#media.setMicrophone(false);
    if (changes.videoOn) await this.#media.setCamera(false);
    if (changes.screenSharing) await this.#media.setScreen(false);
  }
}

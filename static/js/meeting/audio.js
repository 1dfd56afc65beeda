import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { MeetingElement } from "./element.js";

/**
 * What is heard: an `<audio>` for each of the others' streams, on the chosen speaker. Where the browser wants a click first, it
 * says so with a `blocked` event, and `unblock()` (called from a click) starts them all.
 */
export class GrAudio extends MeetingElement {
  constructor() {
    super();
    this.onStream = () => this.requestUpdate();
    this.blocked = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.call?.addEventListener("stream", this.onStream);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.call?.removeEventListener("stream", this.onStream);
  }

  get players() {
    return [...this.renderRoot.querySelectorAll("audio")];
  }

  updated() {
    for (const player of this.players) {
      const { who = "", kind } = player.dataset;
      const stream = this.call.streamOf(who, kind);
      if (player.srcObject !== stream) {
        player.srcObject = stream;
        this.start(player);
      }
      this.route(player);
    }
  }

  /** @param {HTMLAudioElement} player */
  route(player) {
    const wanted = this.state.speaker.deviceId ?? "";
    if (!("setSinkId" in player) || player.sinkId === wanted) return;
    // A speaker that was unplugged meanwhile: the sound stays where it is, and the next device list picks another.
    player.setSinkId(wanted).catch(() => {});
  }

  /** @param {HTMLAudioElement} player */
  async start(player) {
    if (!player.srcObject) return;
    try {
      await player.play();
    } catch (error) {
      if (/** @type {Error} */ (error).name === "NotAllowedError") this.tell(true);
    }
  }

  unblock() {
    this.tell(false);
    for (const player of this.players) this.start(player);
  }

  /** @param {boolean} blocked */
  tell(blocked) {
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    this.dispatchEvent(new CustomEvent("blocked", { detail: blocked }));
  }

  sources() {
    const others = this.state.participants.filter((one) => one.id !== this.state.you?.id);
    return others
      .flatMap((one) => ["camera", "screen"].map((kind) => ({ who: one.id, kind })))
      .filter(({ who, kind }) => this.call.streamOf(who, kind));
  }

  render() {
    return html`<div hidden>
      ${repeat(
        this.sources(),
        ({ who, kind }) => `${who}:${kind}`,
        ({ who, kind }) => html`<audio autoplay data-who=${who} data-kind=${kind}></audio>`,
      )}
    </div>`;
  }
}
customElements.define("gr-audio", GrAudio);

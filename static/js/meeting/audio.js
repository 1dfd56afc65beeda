import { html } from "lit";
import { MeetingElement } from "./element.js";
import { crossFade, sounds } from "./swap.js";

/**
 * What is heard: an `<audio>` for each of the others' streams, on the chosen speaker. When another stream of the same person takes a
 * stream's place, both play for a moment and the sound fades over. Where the browser wants a click first, it says so with a `blocked`
 * event, and `unblock()` (called from a click) starts them all.
 */
export class GrAudio extends MeetingElement {
  constructor() {
    super();
    /** By person and kind. @type {Map<string, {player: HTMLAudioElement, coming: {stream: MediaStream, giveUp: AbortController}|null}>} */
    this.voices = new Map();
    this.onStream = (/** @type {Event} */ event) => {
      const { participantId, kind, hold } = /** @type {CustomEvent} */ (event).detail;
      const faded = this.attach(participantId, kind);
      if (faded) hold?.(faded);
    };
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
    const others = this.state.participants.filter((one) => one.id !== this.state.you?.id);
    const here = new Set(others.map((one) => one.id));
    for (const [key, { player }] of this.voices) if (!here.has(player.dataset.who ?? "")) this.silence(key);
    for (const { id } of others) for (const kind of ["camera", "screen"]) this.attach(id, kind);
    for (const player of this.players) this.route(player);
  }

  /** @param {string} who @param {string} kind @returns {Promise<unknown>|null} settles when the sound is the stream's of now; null when there is nothing to wait for */
  attach(who, kind) {
    const place = this.renderRoot.querySelector("div");
    const key = `${who}:${kind}`;
    const stream = who === this.state.you?.id ? null : this.call.streamOf(who, kind);
    const voice = this.voices.get(key);
    if (!place || (!stream && !voice)) return null;
    if (!stream) return this.silence(key);
    if (!voice) return this.begin(place, key, who, kind, stream);
    if (voice.coming ? voice.coming.stream === stream : voice.player.srcObject === stream) return null;
    voice.coming?.giveUp.abort();
    voice.coming = null;
    return voice.player.srcObject === stream ? null : this.fade(place, voice, stream);
  }

  /** @param {Element} place @param {string} key @param {string} who @param {string} kind @param {MediaStream} stream @returns {null} */
  begin(place, key, who, kind, stream) {
    const player = this.make(who, kind, stream);
    this.voices.set(key, { player, coming: null });
    place.append(player);
    void this.start(player);
    return null;
  }

  /** @param {Element} place @param {{player: HTMLAudioElement, coming: {stream: MediaStream, giveUp: AbortController}|null}} voice @param {MediaStream} stream */
  async fade(place, voice, stream) {
    const giveUp = new AbortController();
    voice.coming = { stream, giveUp };
    const { who = "", kind = "" } = voice.player.dataset;
    const next = this.make(who, kind, stream);
    next.volume = 0;
    place.append(next);
    const plays = await sounds(next, giveUp.signal);
    if (giveUp.signal.aborted) return next.remove();
    if (plays) await crossFade(voice.player, next);
    voice.player.remove();
    voice.player.srcObject = null;
    next.volume = 1;
    Object.assign(voice, { player: next, coming: null });
    if (!plays) this.tell(true);
  }

  /** @param {string} key @returns {null} */
  silence(key) {
    const voice = this.voices.get(key);
    this.voices.delete(key);
    voice?.coming?.giveUp.abort();
    voice?.player.remove();
    if (voice) voice.player.srcObject = null;
    return null;
  }

  /** @param {string} who @param {string} kind @param {MediaStream} stream */
  make(who, kind, stream) {
    const player = document.createElement("audio");
    player.autoplay = true;
    Object.assign(player.dataset, { who, kind });
    player.srcObject = stream;
    this.route(player);
    return player;
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

  render() {
    return html`<div hidden></div>`;
  }
}
customElements.define("gr-audio", GrAudio);

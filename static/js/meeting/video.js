import { css, html } from "lit";
import { MeetingElement } from "./element.js";
import { firstFrame, isLive } from "./swap.js";

/**
 * One person's picture. The `<video>` lives as long as its stream: moving or resizing it never touches that. When another stream of the same
 * person takes its place, a second one starts under it, and comes forward with its first picture.
 * Always silent; sound has its own elements, so nobody falls silent when their tile is on another page.
 */
export class GrVideo extends MeetingElement {
  static properties = { call: { attribute: false }, who: {}, kind: {}, mirrored: { type: Boolean, reflect: true }, contain: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.who = "";
    /** @type {"camera"|"screen"} */
    this.kind = "camera";
    this.mirrored = false;
    this.contain = false;
    /** @type {HTMLVideoElement|null} */
    this.video = null;
    /** What comes in the place of `video`. @type {{stream: MediaStream, giveUp: AbortController}|null} */
    this.coming = null;
    this.onStream = (/** @type {Event} */ event) => {
      const { participantId, kind, hold } = /** @type {CustomEvent} */ (event).detail;
      if (participantId !== this.who || kind !== this.kind) return;
      const swapped = this.attach();
      if (swapped) hold?.(swapped);
    };
  }

  connectedCallback() {
    super.connectedCallback();
    this.call?.addEventListener("stream", this.onStream);
    if (this.hasUpdated) this.attach();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.call?.removeEventListener("stream", this.onStream);
    this.stopSwap();
  }

  updated() {
    this.attach();
  }

  /** @returns {Promise<unknown>|null} settles when the picture is the stream's of now; null when there is nothing to wait for */
  attach() {
    const field = this.renderRoot.querySelector(".field");
    const stream = this.call?.streamOf(this.who, this.kind) ?? null;
    if (!field || (this.video && this.video.srcObject === stream && !this.coming) || (stream && this.coming?.stream === stream)) return null;
    this.stopSwap();
    if (this.video?.srcObject === stream) return null;
    if (stream && this.video && stream.getVideoTracks().length && isLive(this.video)) return this.swap(field, stream);
    if (!this.video) field.append((this.video = this.make()));
    show(this.video, stream);
    return null;
  }

  /** @param {Element} field @param {MediaStream} stream */
  async swap(field, stream) {
    const giveUp = new AbortController();
    this.coming = { stream, giveUp };
    const next = this.make();
    field.prepend(next);
    show(next, stream);
    const shown = await firstFrame(next, giveUp.signal);
    if (!shown) return next.remove();
    const old = this.video;
    this.coming = null;
    this.video = next;
    old?.remove();
    if (old) old.srcObject = null;
  }

  stopSwap() {
    this.coming?.giveUp.abort();
    this.coming = null;
  }

  make() {
    const video = document.createElement("video");
    video.muted = video.autoplay = video.playsInline = video.disablePictureInPicture = true;
    video.tabIndex = -1;
    video.setAttribute("aria-hidden", "true");
    return video;
  }

  render() {
    return html`<div class="field"></div>`;
  }

  static styles = css`
    :host {
      display: block;
      inline-size: 100%;
      block-size: 100%;
      overflow: hidden;
    }
    .field {
      position: relative;
      inline-size: 100%;
      block-size: 100%;
    }
    video {
      position: absolute;
      inset: 0;
      display: block;
      inline-size: 100%;
      block-size: 100%;
      object-fit: cover;
    }
    :host([contain]) video {
      object-fit: contain;
    }
    :host([mirrored]) video {
      transform: scaleX(-1);
    }
  `;
}
customElements.define("gr-video", GrVideo);

/** @param {HTMLVideoElement} video @param {MediaStream|null} stream */
function show(video, stream) {
  video.srcObject = stream;
  // A silent video may always play; it rejects only when the stream is replaced meanwhile.
  if (stream) video.play().catch(() => {});
}

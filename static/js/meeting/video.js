import { css, html } from "lit";
import { MeetingElement } from "./element.js";

/**
 * One person's picture. The `<video>` lives as long as the element: moving or resizing it never touches its stream.
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
    this.onStream = (/** @type {Event} */ event) => {
      const { participantId, kind } = /** @type {CustomEvent} */ (event).detail;
      if (participantId === this.who && kind === this.kind) this.attach();
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
  }

  get video() {
    return this.renderRoot.querySelector("video");
  }

  updated() {
    this.attach();
  }

  attach() {
    const { video } = this;
    const stream = this.call?.streamOf(this.who, this.kind) ?? null;
    if (!video || video.srcObject === stream) return;
    video.srcObject = stream;
    // A silent video may always play; it rejects only when the stream is replaced meanwhile.
    if (stream) video.play().catch(() => {});
  }

  render() {
    return html`<video .muted=${true} autoplay playsinline disablepictureinpicture tabindex="-1" aria-hidden="true"></video>`;
  }

  static styles = css`
    :host {
      display: block;
      inline-size: 100%;
      block-size: 100%;
      overflow: hidden;
    }
    video {
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

import { css, html, nothing } from "lit";
import { GrElement } from "../components/index.js";
import { t } from "../i18n/i18n.js";

const LIT = { good: 3, fair: 2, poor: 1 };

/** `<gr-quality level="fair">`: three bars and the word for them. */
export class GrQuality extends GrElement {
  static properties = { level: { reflect: true } };

  constructor() {
    super();
    /** @type {import("../signalling/protocol.js").QualityLevel|""} */
    this.level = "";
  }

  render() {
    if (!this.level) return nothing;
    const lit = LIT[this.level];
    const text = t(`meeting.quality.${this.level}`);
    return html`<span class="bars" role="img" aria-label=${text} title=${text}>${[1, 2, 3].map((bar) => html`<i class=${bar <= lit ? "on" : ""}></i>`)}</span>`;
  }

  static styles = css`
    :host {
      display: inline-flex;
      color: var(--good);
    }
    :host([level="fair"]) {
      color: var(--fair);
    }
    :host([level="poor"]) {
      color: var(--poor);
    }
    .bars {
      display: inline-flex;
      align-items: flex-end;
      gap: 2px;
      block-size: 14px;
    }
    i {
      inline-size: 3px;
      border-radius: 1px;
      background: currentColor;
      opacity: 0.28;
    }
    i:nth-child(1) {
      block-size: 40%;
    }
    i:nth-child(2) {
      block-size: 70%;
    }
    i:nth-child(3) {
      block-size: 100%;
    }
    i.on {
      opacity: 1;
    }
  `;
}
customElements.define("gr-quality", GrQuality);

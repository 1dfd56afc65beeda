import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "./element.js";

const BARS = 12;

/**
 * `<gr-meter label="Microphone level">` and `meter.show(0.4)` as often as you like: it draws without a render. The value told to
 * assistive technology changes in steps of a tenth.
 */
export class GrMeter extends GrElement {
  static properties = { label: {} };

  constructor() {
    super();
    this.label = "";
    this.lit = -1;
    this.told = -1;
  }

  /** @param {number} level 0 to 1 */
  show(level) {
    const meter = this.renderRoot.querySelector(".meter");
    if (!meter) return;
    const lit = Math.round(Math.min(1, Math.max(0, level)) * BARS);
    if (lit !== this.lit) {
      this.lit = lit;
      [...meter.children].forEach((bar, at) => bar.classList.toggle("on", at < lit));
    }
    const told = Math.round(level * 10) * 10;
    if (told !== this.told) {
      this.told = told;
      meter.setAttribute("aria-valuenow", String(Math.min(100, told)));
    }
  }

  render() {
    return html`<div class="meter" role="meter" aria-label=${this.label} aria-valuemin="0" aria-valuemax="100" aria-valuenow="0">
      ${Array.from({ length: BARS }, () => html`<span></span>`)}
    </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
      }
      .meter {
        display: flex;
        gap: 3px;
        block-size: 10px;
      }
      span {
        flex: 1;
        border-radius: 3px;
        background: var(--surface-3);
        transition: background 80ms linear;
      }
      .on {
        background: var(--good);
      }
      .on:nth-child(n + 10) {
        background: var(--fair);
      }
      .on:nth-child(12) {
        background: var(--poor);
      }
    `,
  ];
}
customElements.define("gr-meter", GrMeter);

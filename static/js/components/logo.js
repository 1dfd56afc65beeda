import { css, html } from "lit";
import { brand, brandName } from "../app/brand.js";
import { GrElement } from "./element.js";

/** The mark and the name: a door ajar. */
export class GrLogo extends GrElement {
  static styles = css`
    :host {
      display: inline-flex;
      align-items: center;
      gap: 10px;
      font: 640 1.0625rem / 1 var(--font);
      letter-spacing: -0.01em;
      color: var(--text);
    }
    .name {
      overflow: hidden;
      max-inline-size: 40vw;
      line-height: 1.3;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    svg {
      inline-size: 30px;
      block-size: 30px;
      flex: none;
    }
    .tile {
      fill: light-dark(#1f6b4a, #23805a);
    }
    .line {
      fill: none;
      stroke: #fff;
      stroke-width: 2.2;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    .knob {
      fill: #bfe6d1;
    }
  `;

  constructor() {
    super();
    this.onBrand = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    brand.addEventListener("change", this.onBrand);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    brand.removeEventListener("change", this.onBrand);
  }

  render() {
    return html`<svg viewBox="0 0 32 32" aria-hidden="true">
        <rect class="tile" width="32" height="32" rx="9"></rect>
        <path class="line" d="M10 23.5V10.5A2.5 2.5 0 0 1 12.5 8H19l3 2.6V23.5M7.5 23.5h17"></path>
        <circle class="knob" cx="18.2" cy="16.4" r="1.6"></circle>
      </svg>
      <span class="name" part="name">${brandName()}</span>`;
  }
}
customElements.define("gr-logo", GrLogo);

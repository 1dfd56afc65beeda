import { css, html } from "lit";
import { GrElement } from "../components/element.js";

/** A quiet picture of a room with somebody at the door; decoration only. */
export class GrHeroArt extends GrElement {
  render() {
    return html`<svg viewBox="0 0 440 340" aria-hidden="true" focusable="false">
      <rect class="window" x="10" y="24" width="420" height="276" rx="22"></rect>
      <g class="a"><rect x="30" y="44" width="186" height="110" rx="14"></rect><circle cx="123" cy="90" r="22"></circle><path d="M82 154c3-27 20-40 41-40s38 13 41 40z"></path></g>
      <g class="b"><rect x="224" y="44" width="186" height="110" rx="14"></rect><circle cx="317" cy="90" r="22"></circle><path d="M276 154c3-27 20-40 41-40s38 13 41 40z"></path></g>
      <g class="c"><rect x="30" y="162" width="186" height="110" rx="14"></rect><circle cx="123" cy="208" r="22"></circle><path d="M82 272c3-27 20-40 41-40s38 13 41 40z"></path></g>
      <g class="door"><rect x="224" y="162" width="186" height="110" rx="14"></rect><path class="frame" d="M290 254v-58a8 8 0 0 1 8-8h38v66"></path><path class="leaf" d="M298 190l27 7v57h-27z"></path><circle cx="318" cy="226" r="2.6"></circle><path class="frame" d="M274 254h86"></path></g>
      <g class="bar"><rect x="150" y="284" width="140" height="44" rx="22"></rect><circle class="dot" cx="178" cy="306" r="11"></circle><circle class="dot" cx="220" cy="306" r="11"></circle><circle class="end" cx="262" cy="306" r="11"></circle></g>
    </svg>`;
  }

  static styles = css`
    :host {
      display: block;
    }
    svg {
      display: block;
      inline-size: 100%;
      block-size: auto;
    }
    .window {
      fill: var(--surface);
      stroke: var(--line);
      stroke-width: 1.5;
    }
    .a rect {
      fill: light-dark(#dcebe2, #20382d);
    }
    .a circle,
    .a path {
      fill: light-dark(#8fbda4, #4d8f6f);
    }
    .b rect {
      fill: light-dark(#efe6d6, #37301f);
    }
    .b circle,
    .b path {
      fill: light-dark(#cfb58a, #94804f);
    }
    .c rect {
      fill: light-dark(#e2e6ee, #262d39);
    }
    .c circle,
    .c path {
      fill: light-dark(#a5b3ca, #5f7194);
    }
    .door rect {
      fill: light-dark(#f3f1eb, #232826);
    }
    .door .frame {
      fill: none;
      stroke: light-dark(#1f6b4a, #76cda3);
      stroke-width: 3.5;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    .door .leaf {
      fill: light-dark(#1f6b4a, #76cda3);
    }
    .door circle {
      fill: light-dark(#fff, #14241b);
    }
    .bar rect {
      fill: var(--overlay);
      stroke: var(--line);
      stroke-width: 1.5;
    }
    .dot {
      fill: var(--surface-3);
    }
    .end {
      fill: light-dark(#d9645c, #d9746c);
    }
  `;
}
customElements.define("gr-hero-art", GrHeroArt);

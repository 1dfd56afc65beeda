import { css, html, svg } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { GrElement } from "./element.js";
import { DIRECTIONAL, ICONS } from "./icons.js";

/** `<gr-icon name="mic">`: decoration only; what it says is said by the label of what holds it. Size by `font-size`. */
export class GrIcon extends GrElement {
  static properties = { name: {} };
  static styles = css`
    :host {
      display: inline-flex;
      inline-size: 1.25em;
      block-size: 1.25em;
      flex: none;
    }
    svg {
      inline-size: 100%;
      block-size: 100%;
      fill: none;
      stroke: currentColor;
      stroke-width: 1.8;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    :host([filled]) svg {
      fill: currentColor;
    }
    :host([name="more"]) svg {
      stroke-width: 3;
    }
    :host(:dir(rtl)) svg.turn {
      transform: scaleX(-1);
    }
  `;

  constructor() {
    super();
    this.name = "";
  }

  render() {
    const paths = ICONS[this.name] ?? [];
    return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" class=${classMap({ turn: DIRECTIONAL.has(this.name) })}>
      ${paths.map((d) => svg`<path d=${d}></path>`)}
    </svg>`;
  }
}
customElements.define("gr-icon", GrIcon);

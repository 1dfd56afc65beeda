import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { GrElement } from "./element.js";

/** `<gr-spinner label="…">`: something is on its way, said once to screen readers. */
export class GrSpinner extends GrElement {
  static properties = { label: {} };

  constructor() {
    super();
    this.label = "";
  }

  render() {
    return html`<div class="wrap" role="status"><span class="ring" aria-hidden="true"></span><span>${this.label || t("common.loading")}</span></div>`;
  }

  static styles = [
    base,
    css`
      .wrap {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-7) var(--s-4);
        color: var(--text-2);
        font-size: var(--fs-2);
      }
      .ring {
        inline-size: 32px;
        block-size: 32px;
        border: 3px solid var(--line);
        border-block-start-color: var(--accent);
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
    `,
  ];
}
customElements.define("gr-spinner", GrSpinner);

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { t } from "../i18n/i18n.js";

/** The frame around a panel: beside the stage on a desk, a sheet over it on a phone. `close` asks to go. */
export class GrSidePanel extends GrElement {
  static properties = { heading: {}, sheet: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.heading = "";
    this.sheet = false;
  }

  firstUpdated() {
    this.heard();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("heading") && changed.get("heading")) this.heard();
  }

  /** The person asked for it: start at its top, unless the panel has a better place. */
  heard() {
    if (this.querySelector("[data-focus]")) return;
    /** @type {HTMLElement|null} */ (this.renderRoot.querySelector("h2"))?.focus();
  }

  render() {
    return html`<section aria-labelledby="heading">
      <header>
        <h2 id="heading" tabindex="-1">${this.heading}</h2>
        <slot name="tools"></slot>
        <gr-button variant="ghost" shape="icon" icon="close" label=${t("common.close")} @click=${() => this.dispatchEvent(new Event("close"))}></gr-button>
      </header>
      <slot></slot>
    </section>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: flex;
        min-block-size: 0;
      }
      section {
        flex: 1;
        display: flex;
        flex-direction: column;
        min-inline-size: 0;
        min-block-size: 0;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        overflow: hidden;
        animation: come var(--slow) var(--ease);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--s-1);
        padding: var(--s-1) var(--s-2) var(--s-1) var(--s-4);
        padding-inline: var(--s-4) var(--s-2);
        min-block-size: 56px;
      }
      h2,
      h2:focus-visible {
        flex: 1;
        outline: none;
      }
      :host([sheet]) section {
        border-radius: var(--r-4) var(--r-4) 0 0;
        border-inline: 0;
        border-block-end: 0;
        box-shadow: var(--shadow-3);
      }
      @keyframes come {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
    `,
  ];
}
customElements.define("gr-side-panel", GrSidePanel);

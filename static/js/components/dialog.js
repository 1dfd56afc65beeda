import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { GrElement } from "./element.js";
import "./button.js";

/**
 * `<gr-dialog heading="…" ?open=${…} @close=${…}>body <div slot="actions">…</div></gr-dialog>`: a native modal dialog, so focus
 * stays inside and returns where it was. `close` fires when the person closes it; the owner sets `open` to false.
 * `persistent` takes the close button, Escape and the click outside away. Put `autofocus` on what should have the focus.
 */
export class GrDialog extends GrElement {
  static properties = {
    open: { type: Boolean, reflect: true },
    heading: {},
    persistent: { type: Boolean },
    wide: { type: Boolean, reflect: true },
    side: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    this.open = false;
    this.heading = "";
    this.persistent = false;
    this.wide = false;
    this.side = false;
  }

  get native() {
    return /** @type {HTMLDialogElement|null} */ (this.renderRoot.querySelector("dialog"));
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("open") || !this.native) return;
    if (this.open && !this.native.open) {
      this.native.showModal();
      this.focusWanted();
    } else if (!this.open && this.native.open) this.native.close();
  }

  /** What is to have the focus may not have drawn its inside yet. */
  async focusWanted() {
    const wanted = this.querySelector("[autofocus]");
    if (!(wanted instanceof HTMLElement)) return;
    if (wanted instanceof GrElement) await wanted.updateComplete;
    wanted.focus();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.native?.open) this.native.close();
  }

  requestClose() {
    if (this.persistent) return;
    this.open = false;
    this.dispatchEvent(new Event("close"));
  }

  /** @param {Event} event */
  onCancel(event) {
    event.preventDefault();
    this.requestClose();
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (event.target === this.native) this.requestClose();
  }

  render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.onCancel} @click=${this.onClick}>
      <div class="box">
        <header>
          <h2 id="heading">${this.heading}</h2>
          ${this.persistent ? nothing : html`<gr-button variant="ghost" shape="icon" icon="close" label=${t("common.close")} @click=${this.requestClose}></gr-button>`}
        </header>
        <div class="body" tabindex="-1"><slot></slot></div>
        <footer><slot name="actions"></slot></footer>
      </div>
    </dialog>`;
  }

  static styles = [
    base,
    css`
      dialog {
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        padding: 0;
        color: var(--text);
        background: var(--overlay);
        box-shadow: var(--shadow-3);
        inline-size: min(480px, calc(100vw - 2 * var(--s-4)));
        max-block-size: min(86dvh, 760px);
        overflow: hidden;
      }
      :host([wide]) dialog {
        inline-size: min(760px, calc(100vw - 2 * var(--s-4)));
      }
      dialog[open] {
        display: flex;
        animation: rise var(--slow) var(--ease);
      }
      dialog::backdrop {
        background: var(--scrim);
      }
      .box {
        display: flex;
        flex-direction: column;
        flex: 1;
        min-inline-size: 0;
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-3) var(--s-3) 0 var(--s-5);
        min-block-size: 60px;
      }
      h2 {
        flex: 1;
      }
      .body {
        padding: var(--s-3) var(--s-5) var(--s-5);
        overflow: auto;
        outline: none;
      }
      footer ::slotted(*) {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: var(--s-3);
        padding: var(--s-4) var(--s-5);
        border-block-start: 1px solid var(--line);
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(12px);
        }
      }
      @media (max-width: 600px) {
        dialog {
          margin-block-end: 0;
          inline-size: 100vw;
          max-inline-size: 100vw;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
          max-block-size: 92dvh;
        }
        :host([wide]) dialog {
          inline-size: 100vw;
        }
        header {
          padding-inline-start: var(--s-4);
        }
        .body {
          padding-inline: var(--s-4);
        }
      }
    `,
  ];
}
customElements.define("gr-dialog", GrDialog);

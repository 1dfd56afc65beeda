import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { base } from "../../style/tokens.js";
import { GrElement } from "./element.js";

/** `<gr-switch label="…" hint="…" ?checked=${…} @change=${e => e.target.checked}>`: on or off, effective at once. */
export class GrSwitch extends GrElement {
  static shadowRootOptions = { mode: /** @type {const} */ ("open"), delegatesFocus: true };
  static properties = { label: {}, hint: {}, checked: { type: Boolean, reflect: true }, disabled: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.label = "";
    this.hint = "";
    this.checked = false;
    this.disabled = false;
  }

  /** @param {Event} event */
  onChange(event) {
    this.checked = /** @type {HTMLInputElement} */ (event.target).checked;
    this.emit("change");
  }

  render() {
    return html`<label class="row">
        <span class="text" id="label">${this.label}</span>
        <input type="checkbox" role="switch" .checked=${live(this.checked)} ?disabled=${this.disabled} aria-labelledby="label" aria-describedby=${ifDefined(this.hint ? "hint" : undefined)} @change=${this.onChange} />
        <span class="track" aria-hidden="true"><span class="knob"></span></span>
      </label>
      ${this.hint ? html`<p id="hint">${this.hint}</p>` : nothing}`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--s-4);
        min-block-size: var(--touch);
        cursor: pointer;
        position: relative;
      }
      .text {
        flex: 1;
        font-size: var(--fs-2);
        font-weight: 520;
      }
      input {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      .track {
        flex: none;
        inline-size: 44px;
        block-size: 26px;
        padding: 3px;
        border-radius: var(--r-full);
        background: var(--line-strong);
        transition: background var(--fast) var(--ease);
      }
      .knob {
        display: block;
        inline-size: 20px;
        block-size: 20px;
        border-radius: 50%;
        background: var(--surface);
        transition: margin var(--fast) var(--ease);
      }
      input:checked + .track {
        background: var(--accent);
      }
      input:checked + .track .knob {
        margin-inline-start: 18px;
      }
      input:focus-visible + .track {
        outline: 3px solid var(--focus);
        outline-offset: 2px;
      }
      :host([disabled]) .row {
        opacity: 0.6;
        cursor: not-allowed;
      }
      p {
        font-size: var(--fs-1);
        color: var(--text-2);
        margin-block-end: var(--s-2);
        padding-inline-end: 60px;
      }
      @media (forced-colors: active) {
        .track {
          border: 1px solid CanvasText;
        }
        .knob {
          background: CanvasText;
        }
      }
    `,
  ];
}
customElements.define("gr-switch", GrSwitch);

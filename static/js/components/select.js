import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { base } from "../../style/tokens.js";
import { GrElement } from "./element.js";
import { control } from "./control-styles.js";
import "./icon.js";

/**
 * `<gr-select label="Microphone" icon="mic" .options=${[{value, label}]} .value=${…} @change=${e => e.target.value}>`: a native
 * select with a label. `empty` is the text when there is nothing to choose.
 */
export class GrSelect extends GrElement {
  static formAssociated = true;
  static shadowRootOptions = { mode: /** @type {const} */ ("open"), delegatesFocus: true };
  static properties = {
    label: {},
    icon: {},
    hint: {},
    options: { attribute: false },
    value: {},
    empty: {},
    disabled: { type: Boolean },
    hideLabel: { type: Boolean, attribute: "hide-label" },
  };

  constructor() {
    super();
    this.label = "";
    this.icon = "";
    this.hint = "";
    /** @type {{value: string, label: string}[]} */
    this.options = [];
    this.value = "";
    this.empty = "";
    this.disabled = false;
    this.hideLabel = false;
    this.internals = this.attachInternals();
  }

  /** @param {Event} event */
  onChange(event) {
    this.value = /** @type {HTMLSelectElement} */ (event.target).value;
    this.internals.setFormValue(this.value);
    this.emit("change");
  }

  render() {
    const none = this.options.length === 0;
    return html`<label for="select" class=${this.hideLabel ? "visually-hidden" : ""}>${this.label}</label>
      <div class="control">
        ${this.icon ? html`<gr-icon name=${this.icon}></gr-icon>` : nothing}
        <select id="select" .value=${live(this.value)} ?disabled=${this.disabled || none} aria-describedby=${ifDefined(this.hint ? "hint" : undefined)} @change=${this.onChange}>
          ${none
            ? html`<option value="">${this.empty || "–"}</option>`
            : this.options.map((option) => html`<option value=${option.value} ?selected=${option.value === this.value}>${option.label}</option>`)}
        </select>
        <gr-icon class="arrow" name="chevron-down"></gr-icon>
      </div>
      ${this.hint ? html`<p id="hint" class="hint">${this.hint}</p>` : nothing}`;
  }

  static styles = [
    base,
    control,
    css`
      .control {
        position: relative;
      }
      .control > gr-icon:first-child {
        position: absolute;
        inset-inline-start: var(--s-3);
        color: var(--text-2);
        pointer-events: none;
      }
      .control > gr-icon:first-child + select {
        padding-inline-start: 42px;
      }
      .arrow {
        position: absolute;
        inset-inline-end: var(--s-3);
        color: var(--text-2);
        pointer-events: none;
      }
      select {
        appearance: none;
        padding-inline-end: 40px;
        text-overflow: ellipsis;
        cursor: pointer;
      }
      option {
        background: var(--overlay);
        color: var(--text);
      }
    `,
  ];
}
customElements.define("gr-select", GrSelect);

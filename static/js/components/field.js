import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { GrElement } from "./element.js";
import { control } from "./control-styles.js";
import "./icon.js";

/**
 * `<gr-field label="Name" .value=${…} hint="…" error="…" @input=${e => e.target.value}>`: a labelled text field that belongs to the
 * form around it (`name`), submits it on Enter, and says its hint and error to assistive technology.
 * `hide-label` keeps the label for screen readers only; `multiline` makes it a text area.
 */
export class GrField extends GrElement {
  static formAssociated = true;
  static shadowRootOptions = { mode: /** @type {const} */ ("open"), delegatesFocus: true };
  static properties = {
    label: {},
    name: {},
    value: {},
    type: {},
    hint: {},
    error: {},
    placeholder: {},
    autocomplete: {},
    inputmode: {},
    min: {},
    maxlength: { type: Number },
    required: { type: Boolean },
    disabled: { type: Boolean },
    multiline: { type: Boolean },
    hideLabel: { type: Boolean, attribute: "hide-label" },
    optional: { type: Boolean },
    revealed: { state: true },
  };

  constructor() {
    super();
    this.label = "";
    this.name = "";
    this.value = "";
    this.type = "text";
    this.hint = "";
    this.error = "";
    this.placeholder = "";
    /** @type {any} */
    this.autocomplete = "off";
    /** @type {any} */
    this.inputmode = undefined;
    /** @type {string|undefined} */
    this.min = undefined;
    /** @type {number|undefined} */
    this.maxlength = undefined;
    this.required = false;
    this.disabled = false;
    this.multiline = false;
    this.hideLabel = false;
    /** Says "optional" beside the label. */
    this.optional = false;
    this.revealed = false;
    this.internals = this.attachInternals();
  }

  get input() {
    return /** @type {HTMLInputElement|null} */ (this.renderRoot.querySelector("input, textarea"));
  }

  select() {
    this.input?.select();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("value")) this.internals.setFormValue(this.value);
  }

  /** @param {Event} event */
  onInput(event) {
    this.value = /** @type {HTMLInputElement} */ (event.target).value;
    this.internals.setFormValue(this.value);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Enter" && !event.isComposing && !this.multiline) this.internals.form?.requestSubmit();
  }

  render() {
    const described = [this.hint && "hint", this.error && "error"].filter(Boolean).join(" ");
    return html`<label for="input" class=${this.hideLabel ? "visually-hidden" : ""}>${this.label}${this.optional ? html` <span class="optional">${t("common.optional")}</span>` : nothing}</label>
      <div class="control ${this.error ? "invalid" : ""}">
        <slot name="before"></slot>
        ${this.renderInput(described || undefined)}
        ${this.type === "password" ? this.renderReveal() : nothing}
        <slot name="after"></slot>
      </div>
      ${this.error ? html`<p id="error" class="error"><gr-icon name="warning"></gr-icon>${this.error}</p>` : nothing}
      ${this.hint ? html`<p id="hint" class="hint">${this.hint}</p>` : nothing}`;
  }

  /** @param {string|undefined} described */
  renderInput(described) {
    const invalid = this.error ? "true" : undefined;
    if (this.multiline) {
      return html`<textarea id="input" rows="3" .value=${live(this.value)} placeholder=${this.placeholder} ?required=${this.required} ?disabled=${this.disabled} maxlength=${ifDefined(this.maxlength)} aria-invalid=${ifDefined(invalid)} aria-describedby=${ifDefined(described)} @input=${this.onInput} @change=${() => this.emit("change")}></textarea>`;
    }
    return html`<input
      id="input"
      name=${ifDefined(this.name || undefined)}
      type=${this.type === "password" && this.revealed ? "text" : this.type}
      .value=${live(this.value)}
      placeholder=${this.placeholder}
      autocomplete=${this.autocomplete}
      inputmode=${ifDefined(this.inputmode)}
      min=${ifDefined(this.min)}
      maxlength=${ifDefined(this.maxlength)}
      ?required=${this.required}
      ?disabled=${this.disabled}
      aria-invalid=${ifDefined(invalid)}
      aria-describedby=${ifDefined(described)}
      @input=${this.onInput}
      @change=${() => this.emit("change")}
      @keydown=${this.onKey}
    />`;
  }

  renderReveal() {
    return html`<button type="button" class="reveal" aria-pressed=${this.revealed ? "true" : "false"} @click=${() => (this.revealed = !this.revealed)}>${this.revealed ? t("common.hide") : t("common.show")}</button>`;
  }

  static styles = [
    base,
    control,
    css`
      textarea {
        resize: vertical;
        padding-block: var(--s-2);
        line-height: 1.4;
      }
      .reveal {
        border: 0;
        background: none;
        color: var(--accent);
        font: 560 var(--fs-1) / 1 var(--font);
        min-block-size: var(--touch);
        padding-inline: var(--s-3);
        border-radius: var(--r-1);
        cursor: pointer;
      }
    `,
  ];
}
customElements.define("gr-field", GrField);

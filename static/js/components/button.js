import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { base } from "../../style/tokens.js";
import { GrElement } from "./element.js";
import "./icon.js";

/**
 * `<gr-button variant="primary" icon="plus">Text</gr-button>`.
 * `label` names an icon-only button (and is its tooltip). `pressed`, `expanded`, `haspopup` become the ARIA states.
 * With `href` it is a link. `type="submit"` submits the form around it. Listen to `click`.
 */
export class GrButton extends GrElement {
  static formAssociated = true;
  static shadowRootOptions = { mode: /** @type {const} */ ("open"), delegatesFocus: true };
  static properties = {
    variant: { reflect: true },
    size: { reflect: true },
    shape: { reflect: true },
    icon: {},
    trailing: {},
    label: {},
    href: {},
    download: {},
    type: {},
    disabled: { type: Boolean, reflect: true },
    busy: { type: Boolean, reflect: true },
    block: { type: Boolean, reflect: true },
    pressed: { type: Boolean, reflect: true },
    toggle: { type: Boolean },
    expanded: { type: Boolean },
    haspopup: {},
    shortcut: {},
    describe: {},
  };

  constructor() {
    super();
    /** @type {"primary"|"secondary"|"ghost"|"danger"|"soft"} */
    this.variant = "secondary";
    /** @type {"s"|"m"|"l"} */
    this.size = "m";
    /** @type {""|"icon"|"round"} icon and round are as wide as high */
    this.shape = "";
    this.icon = "";
    this.trailing = "";
    this.label = "";
    this.href = "";
    /** @type {string|undefined} */
    this.download = undefined;
    /** @type {"button"|"submit"} */
    this.type = "button";
    this.disabled = false;
    this.busy = false;
    this.block = false;
    this.pressed = false;
    /** Whether `pressed` means something: says aria-pressed. */
    this.toggle = false;
    /** @type {boolean|undefined} */
    this.expanded = undefined;
    /** @type {string|undefined} */
    this.haspopup = undefined;
    /** Shown in the tooltip and told to assistive technology, e.g. "M". */
    this.shortcut = "";
    /** A longer description for assistive technology. */
    this.describe = "";
    this.internals = this.attachInternals();
    this.addEventListener("click", (event) => this.onClick(event));
  }

  /** @param {Event} event */
  onClick(event) {
    if (this.disabled || this.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (this.type === "submit" && !event.defaultPrevented) this.internals.form?.requestSubmit();
  }

  render() {
    const title = this.label ? (this.shortcut ? `${this.label} (${this.shortcut})` : this.label) : undefined;
    const inside = html`${this.busy ? html`<span class="spin" aria-hidden="true"></span>` : this.icon ? html`<gr-icon name=${this.icon}></gr-icon>` : nothing}
      <slot></slot>${this.trailing ? html`<gr-icon name=${this.trailing}></gr-icon>` : nothing}`;
    // The badge is not part of the button's words: who sets it says what it means in `label` or `describe`.
    const badge = html`<slot name="badge"></slot>`;
    if (this.href && !this.disabled) {
      return html`<a class="button" part="button" href=${this.href} download=${ifDefined(this.download)} aria-label=${ifDefined(this.label || undefined)} title=${ifDefined(title)}>${inside}</a>${badge}`;
    }
    return html`<button
      class="button"
      part="button"
      type="button"
      ?disabled=${this.disabled}
      aria-label=${ifDefined(this.label || undefined)}
      aria-description=${ifDefined(this.describe || undefined)}
      aria-keyshortcuts=${ifDefined(this.shortcut || undefined)}
      title=${ifDefined(title)}
      aria-pressed=${ifDefined(this.toggle ? (this.pressed ? "true" : "false") : undefined)}
      aria-expanded=${ifDefined(this.expanded === undefined ? undefined : this.expanded ? "true" : "false")}
      aria-haspopup=${ifDefined(this.haspopup)}
      aria-busy=${ifDefined(this.busy ? "true" : undefined)}
    >
      ${inside}
    </button>${badge}`;
  }

  static styles = [
    base,
    css`
      :host {
        display: inline-flex;
        position: relative;
        --fill: var(--surface);
        --fill-hover: var(--surface-2);
        --ink: var(--text);
        --edge: var(--line-strong);
      }
      :host([block]) {
        display: flex;
      }
      .button {
        display: inline-flex;
        flex: 1;
        align-items: center;
        justify-content: center;
        gap: var(--s-2);
        min-block-size: var(--touch);
        min-inline-size: var(--touch);
        padding: var(--s-2) var(--s-4);
        border: 1px solid var(--edge);
        border-radius: var(--r-2);
        background: var(--fill);
        color: var(--ink);
        font: 560 var(--fs-2) / 1.2 var(--font);
        text-decoration: none;
        text-align: center;
        cursor: pointer;
        transition:
          background var(--fast) var(--ease),
          transform var(--fast) var(--ease);
        -webkit-tap-highlight-color: transparent;
      }
      .button:hover {
        background: var(--fill-hover);
        color: var(--ink);
      }
      .button:active {
        transform: translateY(1px);
      }
      :host([variant="primary"]) {
        --fill: var(--accent);
        --fill-hover: var(--accent-hover);
        --ink: var(--on-accent);
        --edge: transparent;
      }
      :host([variant="danger"]) {
        --fill: var(--danger);
        --fill-hover: var(--danger-hover);
        --ink: var(--on-danger);
        --edge: transparent;
      }
      :host([variant="soft"]) {
        --fill: var(--surface-2);
        --fill-hover: var(--surface-3);
        --edge: transparent;
      }
      :host([variant="ghost"]) {
        --fill: transparent;
        --fill-hover: var(--surface-2);
        --edge: transparent;
      }
      :host([pressed]:not([variant="primary"]):not([variant="danger"])) {
        --fill: var(--accent-soft);
        --fill-hover: var(--accent-soft);
        --ink: var(--on-accent-soft);
      }
      :host([size="l"]) .button {
        min-block-size: 52px;
        padding-inline: var(--s-5);
        font-size: var(--fs-3);
      }
      :host([size="s"]) .button {
        font-size: var(--fs-1);
        padding: var(--s-1) var(--s-3);
      }
      :host([shape="icon"]) .button,
      :host([shape="round"]) .button {
        padding: 0;
        flex: none;
        inline-size: var(--touch);
      }
      :host([shape="round"]) .button {
        border-radius: var(--r-full);
      }
      :host([shape="icon"]) .button,
      :host([shape="round"]) .button {
        font-size: 1.0625rem;
      }
      :host([size="l"][shape]:not([shape=""])) .button {
        inline-size: 52px;
        font-size: 1.25rem;
      }
      :host([disabled]) .button {
        opacity: 0.55;
        cursor: not-allowed;
        transform: none;
      }
      :host([disabled]) .button:hover {
        background: var(--fill);
      }
      :host([busy]) .button {
        cursor: progress;
      }
      .spin {
        inline-size: 1.1em;
        block-size: 1.1em;
        border: 2px solid currentColor;
        border-inline-end-color: transparent;
        border-radius: 50%;
        animation: spin 0.8s linear infinite;
      }
      ::slotted([slot="badge"]) {
        position: absolute;
        inset-block-start: -4px;
        inset-inline-end: -4px;
        pointer-events: none;
      }
      @keyframes spin {
        to {
          transform: rotate(1turn);
        }
      }
      @media (forced-colors: active) {
        .button {
          border-color: ButtonText;
        }
      }
    `,
  ];
}
customElements.define("gr-button", GrButton);

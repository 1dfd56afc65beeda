import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { base } from "../../style/tokens.js";
import { GrElement } from "./element.js";
import { place } from "./place.js";
import "./icon.js";

/**
 * @typedef {{id: string, label: string, icon?: string, hint?: string, checked?: boolean, danger?: boolean, disabled?: boolean,
 *   separator?: false} | {separator: true}} MenuItem
 */

/**
 * `<gr-menu label="…" .items=${items} @select=${e => e.detail}><gr-button slot="trigger" …></gr-button></gr-menu>`.
 * `select` carries the item's id. Items with `checked` are radio-like. Arrow keys, Home, End, letters and Escape work.
 */
export class GrMenu extends GrElement {
  static properties = { label: {}, items: { attribute: false }, open: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.label = "";
    /** @type {MenuItem[]} */
    this.items = [];
    this.open = false;
    this.onOutside = (/** @type {Event} */ event) => {
      if (!event.composedPath().includes(this)) this.hide(false);
    };
    this.onResize = () => this.hide(false);
  }

  get trigger() {
    const slot = /** @type {HTMLSlotElement|null} */ (this.renderRoot.querySelector("slot[name=trigger]"));
    return /** @type {(HTMLElement & {haspopup?: string, expanded?: boolean})|undefined} */ (slot?.assignedElements()[0]);
  }

  get panel() {
    return /** @type {HTMLElement|null} */ (this.renderRoot.querySelector(".menu"));
  }

  get buttons() {
    return /** @type {HTMLButtonElement[]} */ ([...this.renderRoot.querySelectorAll(".item:not(:disabled)")]);
  }

  describeTrigger() {
    if (!this.trigger) return;
    this.trigger.haspopup = "menu";
    this.trigger.expanded = this.open;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.listen(false);
    this.open = false;
  }

  /** @param {boolean} on */
  listen(on) {
    const change = on ? "addEventListener" : "removeEventListener";
    document[change]("pointerdown", this.onOutside, true);
    window[change]("resize", this.onResize);
  }

  async show(last = false) {
    if (this.open) return;
    this.open = true;
    await this.updateComplete;
    const { panel, trigger } = this;
    if (!panel || !trigger) return;
    panel.showPopover();
    place(panel, trigger);
    this.listen(true);
    this.describeTrigger();
    const checked = this.buttons.find((button) => button.getAttribute("aria-checked") === "true");
    (checked ?? this.buttons.at(last ? -1 : 0))?.focus();
  }

  /** @param {boolean} [refocus] */
  hide(refocus = true) {
    if (!this.open) return;
    this.open = false;
    this.listen(false);
    this.panel?.hidePopover();
    this.describeTrigger();
    if (refocus) this.trigger?.focus();
  }

  /** @param {KeyboardEvent} event */
  onTriggerKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    this.show(event.key === "ArrowUp");
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const at = this.buttons.indexOf(/** @type {HTMLButtonElement} */ (/** @type {ShadowRoot} */ (this.renderRoot).activeElement));
    const moves = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 });
    if (event.key in moves) {
      event.preventDefault();
      event.stopPropagation();
      this.buttons.at(moves[event.key] % this.buttons.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      this.hide();
    } else if (event.key.length === 1 && event.key !== " ") {
      event.stopPropagation();
      this.jump(event.key.toLocaleLowerCase(), at);
    } else event.stopPropagation();
  }

  /** @param {string} letter @param {number} from */
  jump(letter, from) {
    const order = [...this.buttons.slice(from + 1), ...this.buttons.slice(0, from + 1)];
    order.find((button) => button.textContent?.trim().toLocaleLowerCase().startsWith(letter))?.focus();
  }

  /** @param {string} id */
  choose(id) {
    this.hide();
    this.dispatchEvent(new CustomEvent("select", { detail: id }));
  }

  render() {
    return html`<slot name="trigger" @slotchange=${this.describeTrigger} @click=${() => (this.open ? this.hide() : this.show())} @keydown=${this.onTriggerKey}></slot>
      <div class="menu" popover="manual" role="menu" aria-label=${this.label} @keydown=${this.onKey}>
        ${this.open ? this.items.map((item) => this.renderItem(item)) : nothing}
      </div>`;
  }

  /** @param {MenuItem} item */
  renderItem(item) {
    if (item.separator) return html`<div class="separator" role="separator"></div>`;
    const checkable = item.checked !== undefined;
    return html`<button
      class="item ${item.danger ? "danger" : ""}"
      type="button"
      tabindex="-1"
      role=${checkable ? "menuitemradio" : "menuitem"}
      aria-checked=${ifDefined(checkable ? (item.checked ? "true" : "false") : undefined)}
      ?disabled=${item.disabled}
      @click=${() => this.choose(item.id)}
    >
      ${item.icon ? html`<gr-icon name=${item.icon}></gr-icon>` : nothing}
      <span class="text">${item.label}${item.hint ? html`<span class="hint">${item.hint}</span>` : nothing}</span>
      ${item.checked ? html`<gr-icon name="check"></gr-icon>` : nothing}
    </button>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: inline-flex;
      }
      .menu {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: var(--s-2);
        min-inline-size: 200px;
        max-inline-size: min(340px, calc(100vw - 16px));
        max-block-size: calc(100dvh - 16px);
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--r-2);
        background: var(--overlay);
        color: var(--text);
        box-shadow: var(--shadow-3);
      }
      .item {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        inline-size: 100%;
        min-block-size: var(--touch);
        padding: var(--s-2) var(--s-3);
        border: 0;
        border-radius: var(--r-1);
        background: transparent;
        color: inherit;
        font: 450 var(--fs-2) / 1.3 var(--font);
        text-align: start;
        cursor: pointer;
      }
      .item:hover,
      .item:focus-visible {
        background: var(--surface-2);
      }
      .item:focus-visible {
        outline-offset: -3px;
      }
      .item:disabled {
        opacity: 0.55;
        cursor: not-allowed;
      }
      .item.danger {
        color: var(--danger);
      }
      .text {
        flex: 1;
        min-inline-size: 0;
        overflow-wrap: anywhere;
      }
      .hint {
        display: block;
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      .separator {
        block-size: 1px;
        margin: var(--s-2) 0;
        background: var(--line);
      }
    `,
  ];
}
customElements.define("gr-menu", GrMenu);

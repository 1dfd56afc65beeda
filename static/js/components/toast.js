import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { GrElement } from "./element.js";
import "./button.js";

/** @typedef {{text: string, kind?: "info"|"good"|"warn"|"error", action?: {label: string, run: () => void}, seconds?: number}} Toast */

const channel = new EventTarget();
const LIMIT = 4;
const ICON = { info: "info", good: "check", warn: "warning", error: "warning" };

/** Says something without taking the focus. Errors stay longer and are announced at once. @param {Toast} toast @returns {() => void} takes it back, when it is no longer true */
export function toast(toast) {
  channel.dispatchEvent(new CustomEvent("toast", { detail: toast }));
  return () => channel.dispatchEvent(new CustomEvent("withdraw", { detail: toast }));
}

/** The region that shows them; one on the page, in the shell. */
export class GrToasts extends GrElement {
  static properties = { list: { state: true } };

  constructor() {
    super();
    /** @type {(Toast & {key: number, origin: Toast})[]} */
    this.list = [];
    this.next = 1;
    this.onToast = (/** @type {Event} */ event) => this.add(/** @type {CustomEvent<Toast>} */ (event).detail);
    this.onWithdraw = (/** @type {Event} */ event) => this.withdraw(/** @type {CustomEvent<Toast>} */ (event).detail);
  }

  connectedCallback() {
    super.connectedCallback();
    channel.addEventListener("toast", this.onToast);
    channel.addEventListener("withdraw", this.onWithdraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    channel.removeEventListener("toast", this.onToast);
    channel.removeEventListener("withdraw", this.onWithdraw);
  }

  /** @param {Toast} one */
  add(one) {
    const key = this.next++;
    this.list = [...this.list.filter((other) => other.text !== one.text), { ...one, key, origin: one }].slice(-LIMIT);
    const seconds = one.seconds ?? (one.kind === "error" || one.action ? 10 : 5);
    setTimeout(() => this.drop(key), seconds * 1000);
  }

  /** @param {Toast} one */
  withdraw(one) {
    this.list = this.list.filter((other) => other.origin !== one);
  }

  /** @param {number} key */
  drop(key) {
    this.list = this.list.filter((one) => one.key !== key);
  }

  render() {
    const urgent = this.list.filter((one) => one.kind === "error");
    const calm = this.list.filter((one) => one.kind !== "error");
    const rows = (/** @type {(Toast & {key: number})[]} */ list) => repeat(list, (one) => one.key, (one) => this.renderOne(one));
    return html`<div class="region" role="alert">${rows(urgent)}</div>
      <div class="region" role="status">${rows(calm)}</div>`;
  }

  /** @param {Toast & {key: number}} one */
  renderOne(one) {
    const { action } = one;
    const act = () => {
      this.drop(one.key);
      action?.run();
    };
    return html`<div class="toast ${one.kind ?? "info"}">
      <gr-icon name=${ICON[one.kind ?? "info"]}></gr-icon>
      <span class="text">${one.text}</span>
      ${action ? html`<gr-button variant="ghost" @click=${act}>${action.label}</gr-button>` : nothing}
      <gr-button variant="ghost" shape="icon" icon="close" label=${t("common.dismiss")} @click=${() => this.drop(one.key)}></gr-button>
    </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        position: fixed;
        inset-block-end: calc(var(--s-4) + var(--toast-lift, 0px) + env(safe-area-inset-bottom));
        inset-inline: var(--s-4);
        z-index: 50;
        display: grid;
        justify-items: center;
        gap: var(--s-2);
        pointer-events: none;
      }
      .region {
        display: grid;
        gap: var(--s-2);
        justify-items: center;
        max-inline-size: 100%;
      }
      .toast {
        pointer-events: auto;
        display: flex;
        align-items: center;
        gap: var(--s-2);
        max-inline-size: min(560px, 100%);
        padding: var(--s-1) var(--s-1) var(--s-1) var(--s-4);
        padding-inline: var(--s-4) var(--s-1);
        border: 1px solid var(--line);
        border-radius: var(--r-2);
        background: var(--overlay);
        box-shadow: var(--shadow-3);
        font-size: var(--fs-2);
        animation: in var(--slow) var(--ease);
      }
      .toast.error > gr-icon {
        color: var(--danger);
      }
      .toast.warn > gr-icon {
        color: var(--warn);
      }
      .toast.good > gr-icon {
        color: var(--good);
      }
      .text {
        flex: 1;
        overflow-wrap: anywhere;
      }
      @keyframes in {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
    `,
  ];
}
customElements.define("gr-toasts", GrToasts);

import { LitElement } from "lit";
import { base } from "../../style/tokens.js";
import { i18n } from "../i18n/i18n.js";

/** The base of every element here: shared styles, and a new render when the language changes. */
export class GrElement extends LitElement {
  /** @type {import("lit").CSSResultGroup} */
  static styles = [base];

  constructor() {
    super();
    this.onLanguage = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    i18n.addEventListener("change", this.onLanguage);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    i18n.removeEventListener("change", this.onLanguage);
  }

  /** An event that crosses shadow roots. @param {string} type @param {unknown} [detail] */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { getRoom } from "../rest/api.js";
import { readCode } from "../app/room-code.js";
import { t } from "../i18n/i18n.js";
import { navigate } from "../app/router.js";

/** Into a room by its code or link; says at once when there is no such room. */
export class GrJoinForm extends GrElement {
  static properties = { text: { state: true }, error: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.text = "";
    this.error = "";
    this.busy = false;
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    const code = readCode(this.text);
    if (!code) {
      this.error = t(this.text.trim() ? "join.notACode" : "join.empty");
      this.focusField();
      return;
    }
    this.busy = true;
    this.error = "";
    try {
      await getRoom(code);
      navigate(`/r/${code}`);
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      this.error = status === 404 ? t("join.noSuchRoom", { code }) : t("join.failed");
      this.focusField();
    } finally {
      this.busy = false;
    }
  }

  focusField() {
    const field = this.renderRoot.querySelector("gr-field");
    if (field instanceof HTMLElement) field.focus();
  }

  /** @param {Event} event */
  onInput(event) {
    this.text = /** @type {HTMLInputElement} */ (event.target).value;
    this.error = "";
  }

  render() {
    return html`<form @submit=${this.onSubmit} novalidate>
      <gr-field label=${t("join.label")} placeholder="ABCD-2345" .value=${this.text} error=${this.error} @input=${this.onInput}></gr-field>
      <gr-button type="submit" ?busy=${this.busy} trailing="arrow-right">${t("join.go")}</gr-button>
    </form>`;
  }

  static styles = [
    base,
    css`
      form {
        display: flex;
        gap: var(--s-3);
        align-items: flex-start;
      }
      gr-field {
        flex: 1;
      }
      gr-button {
        margin-block-start: calc(var(--fs-2) * 1.5 + var(--s-1));
      }
    `,
  ];
}
customElements.define("gr-join-form", GrJoinForm);

import { html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

const NAME_LIMIT = 80;
const MESSAGE_LIMIT = 500;

/** One line of text and a button: a new name, a word to those who wait, a word with a refusal. */
export class GrTextDialog extends MeetingDialog {
  static properties = { ...MeetingDialog.properties, value: { state: true } };

  constructor() {
    super();
    /** @type {string|null} null until the person types */
    this.value = null;
  }

  /** What each kind says and does. */
  get plan() {
    const { call, who } = this;
    const optional = (/** @type {string} */ text) => text || undefined;
    const name = this.person(who)?.displayName ?? this.name;
    /** @type {Record<string, {start: string, required: boolean, limit: number, params: Record<string, unknown>, run: (text: string) => Promise<unknown>, danger?: boolean}>} */
    const plans = {
      "rename-self": { start: this.state.you?.displayName ?? "", required: true, limit: NAME_LIMIT, params: {}, run: (text) => call.rename(text) },
      rename: { start: name, required: true, limit: NAME_LIMIT, params: { name }, run: (text) => call.rename(text, who) },
      "write-waiting": { start: "", required: true, limit: MESSAGE_LIMIT, params: { name: who ? name : "" }, run: (text) => call.waitingMessage(text, optional(who)) },
      "deny-message": { start: "", required: false, limit: MESSAGE_LIMIT, params: { name }, run: (text) => call.deny(who, optional(text)), danger: true },
      "deny-all": { start: "", required: false, limit: MESSAGE_LIMIT, params: {}, run: (text) => call.denyAll(optional(text)), danger: true },
    };
    return plans[this.kind];
  }

  submit() {
    const { plan } = this;
    const text = (this.value ?? plan.start).trim();
    if (plan.required && !text) return;
    this.finish(() => plan.run(text));
  }

  render() {
    const { plan } = this;
    const key = this.kind === "write-waiting" && !this.who ? "meeting.dialog.write-all" : `meeting.dialog.${this.kind}`;
    const text = this.value ?? plan.start;
    return html`<gr-dialog open heading=${t(`${key}.heading`, plan.params)} @close=${this.close}>
      <form @submit=${(/** @type {Event} */ e) => (e.preventDefault(), this.submit())}>
        <gr-field autofocus label=${t(`${key}.label`)} maxlength=${plan.limit} .value=${text} ?optional=${!plan.required} @input=${(/** @type {any} */ e) => (this.value = e.target.value)}></gr-field>
      </form>
      <div slot="actions">
        <gr-button variant="ghost" @click=${this.close}>${t("common.cancel")}</gr-button>
        <gr-button variant=${plan.danger ? "danger" : "primary"} ?busy=${this.busy} ?disabled=${plan.required && !text.trim()} @click=${this.submit}>${t(`${key}.do`)}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-text-dialog", GrTextDialog);

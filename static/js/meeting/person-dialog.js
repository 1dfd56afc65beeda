import { html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

const ROLES = /** @type {const} */ (["cohost", "presenter", "participant", "observer"]);

/** What needs a second thought about a person: another role, handing the room over, removing. */
export class GrPersonDialog extends MeetingDialog {
  static properties = { ...MeetingDialog.properties, role: { state: true }, ban: { state: true } };

  constructor() {
    super();
    this.role = "";
    this.ban = false;
  }

  run() {
    const { call, who } = this;
    const role = /** @type {import("../signalling/protocol.js").Role} */ (this.role || this.person(who)?.role);
    if (this.kind === "role") this.finish(() => call.setRole(who, role));
    else if (this.kind === "transfer") this.finish(() => call.transferHost(who));
    else this.finish(() => call.remove(who, { ban: this.ban }));
  }

  render() {
    const name = this.nameOf(this.who);
    const key = `meeting.dialog.${this.kind}`;
    return html`<gr-dialog open heading=${t(`${key}.heading`, { name })} @close=${this.close}>
      <div class="stack">${this.kind === "role" ? this.renderRole() : html`<p>${t(`${key}.text`, { name })}</p>`} ${this.kind === "remove" ? html`<gr-switch label=${t("meeting.dialog.remove.ban")} hint=${t("meeting.dialog.remove.banHint")} ?checked=${this.ban} @change=${(/** @type {any} */ e) => (this.ban = e.target.checked)}></gr-switch>` : ""}</div>
      <div slot="actions">
        <gr-button variant="ghost" @click=${this.close}>${t("common.cancel")}</gr-button>
        <gr-button variant=${this.kind === "remove" ? "danger" : "primary"} ?busy=${this.busy} @click=${this.run}>${t(`${key}.do`)}</gr-button>
      </div>
    </gr-dialog>`;
  }

  renderRole() {
    const mine = this.state.you?.role;
    const offered = ROLES.filter((role) => mine === "host" || role !== "cohost");
    const now = this.role || this.person(this.who)?.role || "participant";
    return html`<gr-select autofocus label=${t("meeting.dialog.role.label")} hint=${t(`meeting.role.${now}.what`)} .value=${now} .options=${offered.map((role) => ({ value: role, label: t(`meeting.role.${role}`) }))} @change=${(/** @type {any} */ e) => (this.role = e.target.value)}></gr-select>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-person-dialog", GrPersonDialog);

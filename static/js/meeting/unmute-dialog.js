import { html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** A host asks; nobody's microphone or camera goes on without this answer. */
export class GrUnmuteDialog extends MeetingDialog {
  async close() {
    await this.answer(false);
  }

  /** @param {boolean} accept */
  async answer(accept) {
    const dialog = /** @type {import("../components/dialog.js").GrDialog|null} */ (this.renderRoot.querySelector("gr-dialog"));
    if (dialog) {
      dialog.open = false;
      await dialog.updateComplete;
    }
    await this.attempt(this.call.answerUnmute(accept));
  }

  render() {
    const request = this.state.unmuteRequest;
    if (!request) return html``;
    const kind = request.kind === "video" ? "video" : "audio";
    return html`<gr-dialog open heading=${t(`meeting.asked.${kind}.heading`, { name: this.nameOf(request.from) })} @close=${this.close}>
      <p>${t(`meeting.asked.${kind}.text`)}</p>
      <div slot="actions">
        <gr-button @click=${() => this.answer(false)}>${t("meeting.asked.no")}</gr-button>
        <gr-button autofocus variant="primary" icon=${kind === "video" ? "camera" : "mic"} @click=${() => this.answer(true)}>${t(`meeting.asked.${kind}.yes`)}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-unmute-dialog", GrUnmuteDialog);

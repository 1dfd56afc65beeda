import { html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** A host starts or stops recording, and hears first what that means for everybody: kind `record` or `stop-recording`. */
export class GrRecordDialog extends MeetingDialog {
  render() {
    const stop = this.kind === "stop-recording";
    const key = stop ? "meeting.record.stop" : "meeting.record.start";
    const run = () => (stop ? this.call.stopRecording() : this.call.startRecording());
    return html`<gr-dialog open heading=${t(`${key}.heading`)} @close=${this.close}>
      <p>${t(`${key}.text`, { count: this.state.participants.length, days: this.state.room?.settings.retentionDays ?? 0 })}</p>
      <div slot="actions">
        <gr-button variant="ghost" @click=${this.close}>${t("common.cancel")}</gr-button>
        <gr-button autofocus variant=${stop ? "danger" : "primary"} icon=${stop ? "stop" : "record"} ?busy=${this.busy} @click=${() => this.finish(run)}>${t(key)}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-record-dialog", GrRecordDialog);

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** A host goes alone, or closes the room behind everybody. */
export class GrLeaveDialog extends MeetingDialog {
  render() {
    const others = this.state.participants.length - 1;
    return html`<gr-dialog open heading=${t("meeting.leave.heading")} @close=${this.close}>
      <div class="stack">
        <p>${t("meeting.leave.text", { count: others })}</p>
        <div class="choice">
          <gr-button autofocus block size="l" icon="leave" ?busy=${this.busy} @click=${() => this.finish(() => this.call.leave())}>${t("meeting.leave.only")}</gr-button>
          <gr-button block size="l" variant="danger" icon="phone" ?busy=${this.busy} @click=${() => this.finish(() => this.call.endSession())}>${t("meeting.leave.end")}</gr-button>
        </div>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    dialogStyles,
    css`
      .choice {
        display: grid;
        gap: var(--s-3);
      }
    `,
  ];
}
customElements.define("gr-leave-dialog", GrLeaveDialog);

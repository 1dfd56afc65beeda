import { html } from "lit";
import { base } from "../../style/tokens.js";
import { copy } from "../browser/clipboard.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** The link, the code, and the device's own way of sharing where it has one. */
export class GrInviteDialog extends MeetingDialog {
  get link() {
    return `${location.origin}/r/${this.state.room?.roomCode ?? this.call.roomCode}`;
  }

  async share() {
    try {
      await navigator.share({ title: this.state.room?.name, url: this.link });
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") copy(this.link, t("meeting.invite.copied"));
    }
  }

  render() {
    const code = this.state.room?.roomCode ?? "";
    return html`<gr-dialog open heading=${t("meeting.invite")} @close=${this.close}>
      <div class="stack">
        <p>${t(this.state.room?.locked ? "meeting.invite.locked" : "meeting.invite.text")}</p>
        <div class="line">
          <gr-field label=${t("meeting.invite.link")} dir="ltr" .value=${this.link} @focusin=${(/** @type {any} */ e) => e.currentTarget.select()}></gr-field>
          <gr-button autofocus variant="primary" icon="copy" @click=${() => copy(this.link, t("meeting.invite.copied"))}>${t("common.copy")}</gr-button>
        </div>
        <div class="line">
          <gr-field label=${t("meeting.invite.code")} dir="ltr" .value=${code} @focusin=${(/** @type {any} */ e) => e.currentTarget.select()}></gr-field>
          <gr-button icon="copy" @click=${() => copy(code)}>${t("common.copy")}</gr-button>
        </div>
        ${"share" in navigator ? html`<gr-button block icon="send" @click=${this.share}>${t("meeting.invite.share")}</gr-button>` : ""}
      </div>
    </gr-dialog>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-invite-dialog", GrInviteDialog);

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog } from "./dialog-base.js";
import { SHORTCUTS } from "./shortcuts.js";

/** Every key of the meeting. */
export class GrHelpDialog extends MeetingDialog {
  render() {
    return html`<gr-dialog open wide heading=${t("meeting.help")} @close=${this.close}>
      <p class="muted">${t("meeting.help.text")}</p>
      <dl>
        ${SHORTCUTS.map(({ action, shown }) => html`<div><dt>${t(`meeting.key.${action}`)}</dt><dd><kbd dir="ltr">${shown === "Space" ? t("meeting.key.space") : shown}</kbd></dd></div>`)}
      </dl>
    </gr-dialog>`;
  }

  static styles = [
    base,
    css`
      p {
        font-size: var(--fs-2);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr));
        column-gap: var(--s-6);
        margin-block-start: var(--s-3);
      }
      dl > div {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--s-3);
        min-block-size: 44px;
        border-block-end: 1px solid var(--line);
        font-size: var(--fs-2);
      }
      kbd {
        display: inline-block;
        min-inline-size: 32px;
        padding: 4px 8px;
        border: 1px solid var(--line-strong);
        border-block-end-width: 2px;
        border-radius: var(--r-1);
        background: var(--surface-2);
        font: 600 var(--fs-1) / 1.2 var(--font);
        text-align: center;
      }
    `,
  ];
}
customElements.define("gr-help-dialog", GrHelpDialog);

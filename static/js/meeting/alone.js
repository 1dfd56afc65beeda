import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { copy } from "../browser/clipboard.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";

/** While nobody else is here: the link, ready to send, below the stage so that it covers no face. */
export class GrAlone extends MeetingElement {
  render() {
    const code = this.state.room?.roomCode ?? "";
    const link = `${location.origin}/r/${code}`;
    return html`<section aria-label=${t("meeting.alone")}>
      <h2>${t("meeting.alone")}</h2>
      <p class="muted">${t("meeting.alone.text")} <strong dir="ltr">${code}</strong></p>
      <div class="row">
        <gr-button variant="primary" icon="copy" @click=${() => copy(link, t("meeting.invite.copied"))}>${t("common.copyLink")}</gr-button>
        <gr-button icon="link" @click=${() => this.ask("dialog", { dialog: "invite" })}>${t("meeting.invite")}</gr-button>
      </div>
    </section>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: grid;
        justify-items: center;
        padding-block-start: var(--s-2);
      }
      section {
        display: grid;
        gap: var(--s-2);
        max-inline-size: 420px;
        padding: var(--s-4) var(--s-5);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        background: var(--overlay);
        animation: in var(--slow) var(--ease);
      }
      p {
        font-size: var(--fs-2);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-2);
        margin-block-start: var(--s-1);
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
customElements.define("gr-alone", GrAlone);

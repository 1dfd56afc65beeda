import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** What is said of a purpose before somebody answers, in the order in which it is read. @type {Record<import("../signalling/protocol.js").Purpose, string[]>} */
const SAID = {
  recording: ["what", "copy", "who", "long", "back", "no"],
  emotion: ["what", "cannot", "who", "long", "back", "no"],
  transcription: ["what", "who", "long", "back", "no"],
  assistant: ["what", "who", "long", "back", "no"],
};

/**
 * Asks one person about one purpose, in plain words, before anything of theirs is used for it. Yes and no are as easy; Escape and the
 * cross leave it unanswered, which is as good as no (`later`).
 */
export class GrConsentDialog extends MeetingDialog {
  static properties = { ...MeetingDialog.properties, purpose: {}, share: { state: true } };

  constructor() {
    super();
    /** @type {import("../signalling/protocol.js").Purpose} */
    this.purpose = "recording";
    /** Whether hosts may see the emotion too; null before the person touched it. @type {boolean|null} */
    this.share = null;
  }

  async close() {
    await super.close();
    this.dispatchEvent(new Event("later"));
  }

  /** @param {boolean} granted */
  answer(granted) {
    const { purpose } = this;
    const how = { textVersion: this.state.room?.consentText || undefined, ...(purpose === "emotion" && { shareEmotion: granted && this.shared }) };
    return this.finish(() => this.call.consent({ [purpose]: granted }, how));
  }

  get shared() {
    return this.share ?? this.state.you?.consents?.shareEmotion === true;
  }

  render() {
    const { purpose } = this;
    const days = this.state.room?.settings.retentionDays ?? 0;
    const heading = `meeting.consent.${purpose}.heading${purpose === "recording" && !this.state.room?.recording ? ".before" : ""}`;
    // The focus is on the words: a key that was meant for the meeting must not answer.
    return html`<gr-dialog open wide heading=${t(heading)} @close=${this.close}>
      <div class="stack" autofocus tabindex="-1">
        <dl>
          ${SAID[purpose].map((one) => html`<div class=${one}><dt>${t(`meeting.consent.about.${one}`)}</dt><dd>${t(`meeting.consent.${purpose}.${one}`, { days })}</dd></div>`)}
        </dl>
        ${purpose === "emotion" ? html`<gr-switch label=${t("meeting.consent.share")} hint=${t("meeting.consent.share.hint")} .checked=${this.shared} @change=${(/** @type {any} */ e) => (this.share = e.target.checked)}></gr-switch>` : nothing}
      </div>
      <div slot="actions" class="answers">
        <gr-button size="l" ?busy=${this.busy} @click=${() => this.answer(false)}>${t(`meeting.consent.${purpose}.refuse`)}</gr-button>
        <gr-button size="l" ?busy=${this.busy} @click=${() => this.answer(true)}>${t(`meeting.consent.${purpose}.agree`)}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    dialogStyles,
    css`
      .stack {
        outline: none;
      }
      dl {
        display: grid;
        gap: var(--s-3);
      }
      dt {
        font-size: var(--fs-1);
        font-weight: 620;
        color: var(--text-2);
      }
      dd {
        font-size: var(--fs-2);
        max-inline-size: 68ch;
      }
      .cannot {
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-2);
        background: var(--warn-soft);
        color: var(--on-warn-soft);
      }
      .cannot dt {
        color: inherit;
      }
      .answers {
        display: grid !important;
        grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
      }
    `,
  ];
}
customElements.define("gr-consent-dialog", GrConsentDialog);

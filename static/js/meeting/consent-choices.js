import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { answerOf, openChoices } from "../room/consents.js";
import { MeetingElement } from "./element.js";

const ICON = { granted: "check", refused: "close", unanswered: "help" };

/** What I agreed to, a purpose each, and another answer with one click. To agree, the words are shown first. */
export class GrConsentChoices extends MeetingElement {
  /** @param {import("../signalling/protocol.js").Purpose} purpose */
  withdraw(purpose) {
    return this.attempt(this.call.consent({ [purpose]: false }, { textVersion: this.state.room?.consentText || undefined }));
  }

  /** @param {boolean} shareEmotion */
  share(shareEmotion) {
    return this.attempt(this.call.consent({}, { shareEmotion }));
  }

  render() {
    const purposes = openChoices(this.state);
    if (!purposes.length) return html`<p class="muted small">${t("meeting.consent.nothing")}</p>`;
    return html`<ul>
      ${purposes.map((purpose) => this.renderOne(purpose))}
    </ul>`;
  }

  /** @param {import("../signalling/protocol.js").Purpose} purpose */
  renderOne(purpose) {
    const answer = answerOf(this.state.you, purpose);
    const granted = answer === "granted";
    return html`<li>
      <gr-icon class=${answer} name=${ICON[answer]}></gr-icon>
      <span class="what"><strong>${t(`meeting.consent.${purpose}`)}</strong><span>${t(`meeting.consent.${purpose}.${answer}`)}</span></span>
      ${granted
        ? html`<gr-button size="s" @click=${() => this.withdraw(purpose)}>${t(`meeting.consent.${purpose}.withdraw`)}</gr-button>`
        : html`<gr-button size="s" @click=${() => this.ask("dialog", { dialog: "consent", name: purpose })}>${t(answer === "unanswered" ? "meeting.consent.answer" : "meeting.consent.change")}</gr-button>`}
      ${granted && purpose === "emotion" ? html`<gr-switch label=${t("meeting.consent.share")} .checked=${this.state.you?.consents.shareEmotion === true} @change=${(/** @type {any} */ e) => this.share(e.target.checked)}></gr-switch>` : nothing}
    </li>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
      }
      ul {
        display: grid;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        padding-block: var(--s-2);
      }
      li + li {
        border-block-start: 1px solid var(--line);
      }
      .what {
        flex: 1 1 55%;
        display: grid;
        font-size: var(--fs-1);
        line-height: 1.35;
      }
      .what span {
        color: var(--text-2);
      }
      .granted {
        color: var(--good);
      }
      .refused,
      .unanswered {
        color: var(--warn);
      }
      gr-switch {
        flex: 1 0 100%;
      }
    `,
  ];
}
customElements.define("gr-consent-choices", GrConsentChoices);

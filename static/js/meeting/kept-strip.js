import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { answerOf, isAsked, mayRecord, purposesOf, tallyOf } from "../room/consents.js";
import { MeetingElement } from "./element.js";
import { isHost } from "./people.js";
import "./clock.js";

/** The line above the stage while something is kept of the meeting: that it is recorded and for how long, whether I am in it, and the way out. */
export class GrKeptStrip extends MeetingElement {
  /** @param {import("../signalling/protocol.js").Purpose} purpose */
  withdraw(purpose) {
    return this.attempt(this.call.consent({ [purpose]: false }, { textVersion: this.state.room?.consentText || undefined }));
  }

  render() {
    const { room, you } = this.state;
    const going = purposesOf(this.state);
    if (!room || !you || !going.length) return nothing;
    const asked = isAsked(this.state, you);
    return html`<div class="strip" role="group" aria-label=${t("meeting.kept")}>
      ${room.recording ? this.renderBadge(room.recording) : nothing} ${room.recording && isHost(you) ? this.renderTally() : nothing}
      ${room.recording && mayRecord(this.state) ? html`<gr-button class="stop" variant="soft" shape="round" icon="stop" label=${t("meeting.record.stop")} shortcut="O" @click=${() => this.ask("record")}></gr-button>` : nothing}
      ${asked ? going.map((purpose) => this.renderChip(purpose)) : nothing}
    </div>`;
  }

  /** @param {import("../signalling/protocol.js").RunningRecording} recording */
  renderBadge({ startedAt, problem }) {
    const words = problem ? t(`meeting.recording.problem.${problem}`) : t("meeting.recording.on");
    return html`<span class="rec ${problem ? "stuck" : ""}" title=${words}>
      <i aria-hidden="true"></i><span class="visually-hidden">${words}</span><b aria-hidden="true">${t(problem ? "meeting.recording.stuck" : "meeting.recording.rec")}</b><gr-clock .since=${startedAt}></gr-clock>
    </span>`;
  }

  /** @param {import("../signalling/protocol.js").Purpose} purpose */
  renderChip(purpose) {
    const answer = answerOf(this.state.you, purpose);
    const granted = answer === "granted";
    const act = () => (granted ? this.withdraw(purpose) : this.ask("dialog", { dialog: "consent", name: purpose }));
    const label = granted ? `meeting.consent.${purpose}.withdraw` : answer === "refused" ? "meeting.consent.change" : "meeting.consent.answer";
    return html`<span class="chip ${answer}"><span>${t(`meeting.consent.${purpose}.chip.${answer}`)}</span><button @click=${act}>${t(label)}</button></span>`;
  }

  /** How many have agreed, for those who wait for it. */
  renderTally() {
    const { granted, refused, unanswered, asked } = tallyOf(this.state, "recording");
    const more = t("meeting.consent.tally.more", { refused, unanswered });
    return html`<button class="tally" title=${more} @click=${() => this.ask("panel", { panel: "people" })}>${t("meeting.consent.tally", { granted, asked })}<span class="visually-hidden">, ${more}</span></button>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
        flex: none;
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--s-1) var(--s-2);
        padding-block-end: var(--s-2);
        font-size: var(--fs-1);
        line-height: 1.2;
      }
      .rec,
      .chip,
      .tally {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-block-size: 36px;
        border-radius: var(--r-full);
        background: var(--surface-2);
        color: var(--text);
      }
      .rec {
        padding-inline: var(--s-3);
        background: var(--danger-soft);
        color: var(--on-danger-soft);
        font-weight: 620;
      }
      .rec i {
        inline-size: 10px;
        block-size: 10px;
        border-radius: 50%;
        background: var(--danger);
        animation: beat 2s ease-in-out infinite;
      }
      .rec.stuck {
        background: var(--warn-soft);
        color: var(--on-warn-soft);
      }
      .rec.stuck i {
        background: var(--warn);
        animation: none;
      }
      .chip {
        padding-inline-start: var(--s-3);
        overflow: hidden;
      }
      .chip.refused,
      .chip.unanswered {
        background: var(--warn-soft);
        color: var(--on-warn-soft);
      }
      button {
        min-block-size: 36px;
        padding-inline: var(--s-3);
        border: 0;
        border-radius: var(--r-full);
        background: none;
        color: inherit;
        font: 560 var(--fs-1) / 1.2 var(--font);
        cursor: pointer;
      }
      .chip button {
        text-decoration: underline;
        text-underline-offset: 0.18em;
      }
      button:focus-visible {
        outline-offset: -3px;
      }
      .tally {
        background: none;
        border: 1px solid var(--line-strong);
      }
      @media (hover: none) {
        .rec,
        .chip,
        .tally,
        button {
          min-block-size: 44px;
        }
      }
      @keyframes beat {
        50% {
          opacity: 0.35;
        }
      }
    `,
  ];
}
customElements.define("gr-kept-strip", GrKeptStrip);

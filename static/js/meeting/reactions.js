import { css, html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { styled } from "../components/styled.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";

/** Reactions rise over the stage and fade; with reduced motion they stand still and go. Said once to screen readers. */
export class GrReactions extends MeetingElement {
  /** @param {{key: string}} reaction a stable place for each */
  placeOf({ key }) {
    let hash = 0;
    for (const c of key) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
    return 6 + (hash % 30);
  }

  render() {
    const { reactions } = this.state;
    return html`<div class="layer" aria-hidden="true">
        ${repeat(
          reactions,
          (one) => one.key,
          (one) => html`<div class="one" style=${styled({ "inset-inline-start": `${this.placeOf(one)}%` })}><span class="emoji">${one.emoji}</span><span class="who">${this.nameOf(one.from)}</span></div>`,
        )}
      </div>
      <div class="visually-hidden" role="status">${reactions.slice(-3).map((one) => html`<p>${t("meeting.reacted", { name: this.nameOf(one.from), emoji: one.emoji })}</p>`)}</div>`;
  }

  static styles = [
    base,
    css`
      :host {
        position: absolute;
        inset: 0;
        pointer-events: none;
        z-index: 4;
        overflow: hidden;
      }
      .one {
        position: absolute;
        inset-block-end: 12px;
        display: grid;
        justify-items: center;
        gap: 4px;
        animation: rise 4.5s ease-out forwards;
      }
      .emoji {
        font-size: 42px;
        line-height: 1;
      }
      .who {
        max-inline-size: 140px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        padding: 2px 8px;
        border-radius: var(--r-full);
        background: rgb(10 14 12 / 0.78);
        color: #fff;
        font-size: var(--fs-1);
      }
      @keyframes rise {
        from {
          transform: translateY(20px) scale(0.6);
          opacity: 0;
        }
        12% {
          transform: translateY(-20px) scale(1);
          opacity: 1;
        }
        75% {
          opacity: 1;
        }
        to {
          transform: translateY(-48vh);
          opacity: 0;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .one {
          animation: none !important;
        }
      }
    `,
  ];
}
customElements.define("gr-reactions", GrReactions);

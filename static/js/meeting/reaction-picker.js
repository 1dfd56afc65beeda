import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { place } from "../components/place.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";

/** Words for those who don't see the picture. */
const EMOJI = /** @type {const} */ ([
  ["👍", "thumbsUp"],
  ["👏", "clap"],
  ["❤️", "heart"],
  ["😂", "laugh"],
  ["😮", "wow"],
  ["😢", "sad"],
  ["🎉", "party"],
  ["🤔", "thinking"],
]);

/** A row of reactions over its button; stays open, so that applause can be more than one clap. */
export class GrReactionPicker extends MeetingElement {
  get panel() {
    return /** @type {HTMLElement} */ (this.renderRoot.querySelector(".panel"));
  }

  get open() {
    return this.panel.matches(":popover-open");
  }

  /** The focus goes back to where it came from. */
  hide() {
    this.panel.hidePopover();
  }

  get buttons() {
    return [...this.renderRoot.querySelectorAll("button")];
  }

  /** @param {HTMLElement} anchor */
  toggle(anchor) {
    if (this.open) return this.hide();
    this.panel.showPopover();
    place(this.panel, anchor);
    this.buttons[0]?.focus();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const { buttons } = this;
    const turn = getComputedStyle(this).direction === "rtl" ? -step : step;
    const at = buttons.findIndex((one) => one.matches(":focus"));
    buttons.at((at + turn) % buttons.length)?.focus();
  }

  render() {
    return html`<div class="panel" popover role="group" aria-label=${t("meeting.react")} @keydown=${this.onKey}>
      ${EMOJI.map(([emoji, word]) => html`<button type="button" aria-label=${t(`meeting.emoji.${word}`)} title=${t(`meeting.emoji.${word}`)} @click=${() => this.attempt(this.call.react(emoji))}>${emoji}</button>`)}
    </div>`;
  }

  static styles = [
    base,
    css`
      .panel {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: var(--s-1);
        gap: 2px;
        border: 1px solid var(--line);
        border-radius: var(--r-4);
        background: var(--overlay);
        box-shadow: var(--shadow-3);
        max-inline-size: calc(100vw - 16px);
        flex-wrap: wrap;
      }
      .panel:popover-open {
        display: flex;
      }
      button {
        inline-size: var(--touch);
        block-size: var(--touch);
        border: 0;
        border-radius: 50%;
        background: transparent;
        font-size: 22px;
        line-height: 1;
        cursor: pointer;
        transition: transform var(--fast) var(--ease);
      }
      button:hover {
        background: var(--surface-2);
        transform: scale(1.12);
      }
    `,
  ];
}
customElements.define("gr-reaction-picker", GrReactionPicker);

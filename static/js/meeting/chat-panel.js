import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { formatDate, formatList, t } from "../i18n/i18n.js";
import { MeetingElement, panel } from "./element.js";
import { plain } from "./chat-format.js";
import "./chat-compose.js";
import "./chat-message.js";

/** Messages of one person within this time stand together. */
const TOGETHER_MS = 3 * 60_000;
/** This near the end counts as being there. */
const NEAR = 48;

/** The conversation. It stays at the newest message unless the person has scrolled up; then it says how many have come. */
export class GrChatPanel extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, draft: { attribute: false }, below: { state: true }, said: { state: true } };

  constructor() {
    super();
    /** @type {any} */
    this.draft = undefined;
    this.atEnd = true;
    /** How many came while scrolled up. */
    this.below = 0;
    /** For the live region. */
    this.said = "";
    this.known = -1;
  }

  get scroller() {
    return /** @type {HTMLElement} */ (this.renderRoot.querySelector(".scroll"));
  }

  get compose() {
    return /** @type {import("./chat-compose.js").GrChatCompose} */ (this.renderRoot.querySelector("gr-chat-compose"));
  }

  async firstUpdated() {
    await this.compose.updateComplete;
    this.compose.focus();
  }

  willUpdate() {
    const { chat, you } = this.state;
    if (this.known >= 0 && chat.length > this.known) {
      const fresh = chat.slice(this.known);
      const last = fresh[fresh.length - 1];
      if (last.from === you?.id) this.atEnd = true;
      else this.said = t("meeting.chat.said", { name: last.fromName, text: plain(last.text || last.file?.name || "") });
      if (!this.atEnd) this.below += fresh.length;
    }
    this.known = chat.length;
  }

  updated() {
    if (this.atEnd) this.toEnd();
  }

  toEnd() {
    this.atEnd = true;
    this.below = 0;
    const { scroller } = this;
    scroller.scrollTop = scroller.scrollHeight;
    // Messages lay themselves out after this; follow them once.
    requestAnimationFrame(() => this.atEnd && (scroller.scrollTop = scroller.scrollHeight));
  }

  onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.below = 0;
  }

  /** @param {CustomEvent} event */
  async onReply({ detail }) {
    const back = detail.to ? (detail.from === this.state.you?.id ? detail.to : detail.from) : this.draft.to;
    this.compose.change({ replyTo: detail, to: back });
    this.compose.focus();
  }

  render() {
    const { chat } = this.state;
    return html`<div class="scroll" tabindex="0" role="log" aria-live="off" aria-label=${t("meeting.chat.list")} @scroll=${this.onScroll}>
        ${chat.length === 0 ? html`<div class="empty"><gr-icon name="chat"></gr-icon><p>${t("meeting.chat.empty")}</p></div>` : nothing}
        ${repeat(chat, (one) => one.clientId || one.id, (one, at) => this.renderOne(one, chat[at - 1]))}
      </div>
      <p class="visually-hidden" role="status">${this.said}</p>
      ${this.below ? html`<div class="new"><gr-button variant="primary" size="s" icon="chevron-down" @click=${this.toEnd}>${t("meeting.chat.newBelow", { count: this.below })}</gr-button></div>` : nothing}
      <div class="foot">
        <p class="typing" role="status">${this.typing()}</p>
        <gr-chat-compose data-focus .call=${this.call} .state=${this.state} .draft=${this.draft} @sent=${this.toEnd}></gr-chat-compose>
      </div>`;
  }

  /** @param {import("../call/call-state.js").ChatMessage} one @param {import("../call/call-state.js").ChatMessage|undefined} before */
  renderOne(one, before) {
    const day = new Date(one.sentAt).toDateString();
    const newDay = before ? new Date(before.sentAt).toDateString() !== day : day !== new Date().toDateString();
    const follows = !newDay && before?.from === one.from && before?.to === one.to && !one.replyTo && new Date(one.sentAt).getTime() - new Date(before.sentAt).getTime() < TOGETHER_MS;
    return html`${newDay ? html`<h3 class="day">${formatDate(one.sentAt)}</h3>` : nothing}
      <gr-chat-message .call=${this.call} .state=${this.state} .message=${one} ?follows=${follows} @reply=${this.onReply}></gr-chat-message>`;
  }

  typing() {
    const names = this.state.typing.filter((id) => id !== this.state.you?.id && this.person(id)).map((id) => this.nameOf(id));
    return names.length ? t("meeting.chat.typing", { names: formatList(names.slice(0, 3)), count: names.length }) : "";
  }

  static styles = [
    base,
    panel,
    css`
      .scroll {
        overflow-anchor: none;
      }
      .scroll:focus-visible {
        outline-offset: -3px;
      }
      .day {
        text-align: center;
      }
      .new {
        display: grid;
        justify-items: center;
        block-size: 0;
        overflow: visible;
      }
      .new gr-button {
        transform: translateY(-52px);
        block-size: var(--touch);
      }
      .typing {
        min-block-size: 1.2em;
        margin-block: -4px;
        font-size: var(--fs-1);
        line-height: 1.2;
        color: var(--text-2);
      }
    `,
  ];
}
customElements.define("gr-chat-panel", GrChatPanel);

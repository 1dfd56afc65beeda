import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { formatBytes, formatTime, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { MeetingElement } from "./element.js";
import { plain } from "./chat-format.js";
import { chatText } from "./chat-text.js";

/** One message. `follows` leaves the name away when the same person said the message before. */
export class GrChatMessage extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, message: { attribute: false }, follows: { type: Boolean, reflect: true } };

  constructor() {
    super();
    /** @type {import("../call/call-state.js").ChatMessage & {progress?: number}} */
    this.message = /** @type {any} */ (null);
    this.follows = false;
  }

  get mine() {
    return this.message.from === this.state.you?.id;
  }

  render() {
    const { message } = this;
    const author = this.mine ? t("meeting.chat.you") : message.fromName || this.nameOf(message.from);
    return html`<article class=${message.failed ? "failed" : message.pending ? "pending" : ""} aria-label=${t("meeting.chat.from", { name: author })}>
      ${this.follows ? nothing : html`<header><strong dir="auto">${author}</strong><time datetime=${message.sentAt}>${formatTime(message.sentAt)}</time></header>`}
      ${message.to ? html`<p class="private"><gr-icon name="lock"></gr-icon>${this.mine ? t("meeting.chat.privateTo", { name: this.nameOf(message.to) }) : t("meeting.chat.private")}</p>` : nothing}
      ${this.renderQuote()}
      ${message.text && message.text !== message.file?.name ? html`<div class="text" dir="auto">${chatText(message.text)}</div>` : nothing}
      ${message.file ? this.renderFile(message.file) : nothing} ${this.renderFate()}
      ${message.pending || message.failed ? nothing : html`<gr-button class="reply" variant="ghost" shape="icon" icon="reply" label=${t("meeting.chat.replyTo", { name: author })} @click=${() => this.dispatchEvent(new CustomEvent("reply", { detail: message }))}></gr-button>`}
    </article>`;
  }

  renderQuote() {
    const { replyTo } = this.message;
    if (!replyTo) return nothing;
    const quoted = this.state.chat.find((one) => one.id === replyTo);
    if (!quoted) return html`<blockquote>${t("meeting.chat.quoteGone")}</blockquote>`;
    return html`<blockquote dir="auto"><strong>${quoted.from === this.state.you?.id ? t("meeting.chat.you") : quoted.fromName}</strong> ${plain(quoted.text || quoted.file?.name || "")}</blockquote>`;
  }

  /** @param {import("../signalling/protocol.js").SharedFile} file */
  renderFile(file) {
    const inside = html`<gr-icon name="file"></gr-icon><span class="file-name" dir="auto">${file.name}</span><span class="size">${formatBytes(file.size)}</span>`;
    if (!file.url) return html`<div class="file">${inside}</div>`;
    return html`<a class="file" href=${file.url} download=${file.name}>${inside}<gr-icon name="download"></gr-icon></a>`;
  }

  renderFate() {
    const { message } = this;
    if (message.failed) {
      return html`<p class="fate error" role="alert"><gr-icon name="warning"></gr-icon><span>${errorText(message.failed, "meeting.chat.failed")}</span>
        <gr-button size="s" icon="refresh" @click=${() => this.attempt(this.call.retryChat(message.clientId))}>${t("common.retry")}</gr-button></p>`;
    }
    if (!message.pending) return nothing;
    if (message.progress === undefined) return html`<p class="fate">${t("meeting.chat.sending")}</p>`;
    return html`<p class="fate">${t("meeting.chat.uploading")} <progress max="1" .value=${message.progress} aria-label=${t("meeting.chat.uploading")}></progress></p>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
        padding-block-start: var(--s-3);
      }
      :host([follows]) {
        padding-block-start: 2px;
      }
      article {
        position: relative;
        padding: 2px var(--s-2);
        margin-inline: calc(-1 * var(--s-2));
        border-radius: var(--r-1);
        font-size: var(--fs-2);
      }
      article:hover,
      article:focus-within {
        background: var(--surface-2);
      }
      header {
        display: flex;
        gap: var(--s-2);
        align-items: baseline;
      }
      header strong {
        font-weight: 620;
      }
      time {
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .text {
        overflow-wrap: anywhere;
        white-space: pre-wrap;
        line-height: 1.45;
      }
      .pending .text {
        color: var(--text-2);
      }
      code {
        padding: 1px 4px;
        border-radius: 4px;
        background: var(--surface-3);
      }
      pre {
        margin: var(--s-1) 0;
        padding: var(--s-2);
        overflow-x: auto;
        border-radius: var(--r-1);
        background: var(--surface-3);
        white-space: pre;
        direction: ltr;
        text-align: left;
      }
      pre code {
        padding: 0;
        background: none;
      }
      blockquote {
        margin: 2px 0 4px;
        padding: 2px var(--s-2);
        border-inline-start: 3px solid var(--accent);
        color: var(--text-2);
        font-size: var(--fs-1);
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-line-clamp: 2;
        -webkit-box-orient: vertical;
        overflow: hidden;
      }
      .private {
        display: flex;
        gap: 4px;
        align-items: center;
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .private gr-icon {
        font-size: 13px;
      }
      .file {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-block-size: var(--touch);
        margin-block: 4px;
        padding: var(--s-1) var(--s-3);
        border: 1px solid var(--line);
        border-radius: var(--r-2);
        background: var(--surface);
        color: var(--text);
        text-decoration: none;
      }
      a.file:hover {
        background: var(--surface-3);
      }
      .file-name {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .size {
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .fate {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-2);
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      .fate.error {
        color: var(--danger);
      }
      progress {
        flex: 1;
        accent-color: var(--accent);
      }
      .reply {
        position: absolute;
        inset-block-start: -10px;
        inset-inline-end: 0;
        opacity: 0;
      }
      .reply::part(button) {
        min-block-size: 36px;
        min-inline-size: 36px;
        inline-size: 36px;
        background: var(--overlay);
        border: 1px solid var(--line);
      }
      article:hover .reply,
      article:focus-within .reply {
        opacity: 1;
      }
      @media (hover: none) {
        .reply {
          opacity: 1;
        }
        .reply::part(button) {
          background: none;
          border-color: transparent;
          color: var(--text-2);
        }
      }
    `,
  ];
}
customElements.define("gr-chat-message", GrChatMessage);

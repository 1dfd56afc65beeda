import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { base } from "../../style/tokens.js";
import { formatBytes, t } from "../i18n/i18n.js";
import { toast } from "../components/index.js";
import { MeetingElement } from "./element.js";
import { getConfig } from "../rest/api.js";
import { plain } from "./chat-format.js";

const LONGEST = 4000;
/** Others see "is writing" as long as this is renewed. */
const TYPING_MS = 3000;

/** Where a message is written: to all or to one, as a reply, with a file. What was written survives a closed panel. */
export class GrChatCompose extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, draft: { attribute: false }, uploading: { state: true } };

  constructor() {
    super();
    /** @type {{text: string, to: string, replyTo: import("../call/call-state.js").ChatMessage|null, file: File|null}} shared with the meeting, which keeps it */
    this.draft = { text: "", to: "", replyTo: null, file: null };
    this.typingUntil = 0;
    this.typingTimer = 0;
    /** How much of the file is up, 0 to 1; null when none is on its way, undefined when nobody knows. @type {number|null|undefined} */
    this.uploading = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stopTyping();
  }

  get area() {
    return /** @type {HTMLTextAreaElement} */ (this.renderRoot.querySelector("textarea"));
  }

  focus() {
    this.area?.focus();
  }

  /** @param {Partial<GrChatCompose["draft"]>} changes */
  change(changes) {
    Object.assign(this.draft, changes);
    this.requestUpdate();
  }

  onInput() {
    this.change({ text: this.area.value });
    this.fitHeight();
    if (!this.area.value.trim()) return this.stopTyping();
    clearTimeout(this.typingTimer);
    this.typingTimer = window.setTimeout(() => this.stopTyping(), TYPING_MS);
    if (Date.now() < this.typingUntil) return;
    this.typingUntil = Date.now() + TYPING_MS - 500;
    // Only a courtesy to the others: if it fails, nothing is lost.
    Promise.resolve(this.call.setTyping(true)).catch(() => {});
  }

  stopTyping() {
    clearTimeout(this.typingTimer);
    if (!this.typingUntil) return;
    this.typingUntil = 0;
    Promise.resolve(this.call.setTyping(false)).catch(() => {});
  }

  fitHeight() {
    this.area.style.blockSize = "auto";
    this.area.style.blockSize = `${Math.min(140, this.area.scrollHeight)}px`;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && (this.draft.replyTo || this.draft.file)) {
      event.stopPropagation();
      this.change({ replyTo: null, file: null });
    }
  }

  /** @param {ClipboardEvent} event */
  onPaste(event) {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    this.take(file);
  }

  /** @param {File|undefined} file */
  async take(file) {
    if (!file) return;
    const limit = (await getConfig().catch(() => null))?.maxFileBytes ?? Infinity;
    if (file.size > limit) toast({ text: t("meeting.chat.tooLarge", { limit: formatBytes(limit) }), kind: "error" });
    else this.change({ file });
  }

  async send() {
    if (this.uploading !== null) return;
    const { file } = this.draft;
    if (!file && !this.draft.text.trim()) return;
    const shared = file ? await this.upload(file) : undefined;
    if (file && !shared) return;
    const { text, to, replyTo } = this.draft;
    // A refused message stays in the list with its reason and a retry.
    Promise.resolve(this.call.sendChat(text.trim() || shared?.name, { to: this.target(to), replyTo: replyTo?.id, file: shared })).catch(() => {});
    this.change({ text: "", replyTo: null, file: null });
    this.stopTyping();
    this.updateComplete.then(() => this.fitHeight());
    this.dispatchEvent(new Event("sent"));
  }

  /** What could not be brought up stays in the draft. @param {File} file @returns {Promise<import("../signalling/protocol.js").SharedFile|undefined>} */
  async upload(file) {
    this.uploading = undefined;
    const shared = await this.attempt(this.call.upload(file, (/** @type {number} */ part) => (this.uploading = part)));
    this.uploading = null;
    return shared;
  }

  /** @param {string} to */
  target(to) {
    return this.person(to) ? to : undefined;
  }

  render() {
    if (!this.state.can.chat) return html`<p class="closed"><gr-icon name="lock"></gr-icon>${t("meeting.chat.closed")}</p>`;
    const { draft } = this;
    const others = this.state.participants.filter((one) => one.id !== this.state.you?.id);
    const options = [{ value: "", label: t("meeting.chat.everyone") }, ...others.map((one) => ({ value: one.id, label: one.displayName }))];
    return html`${others.length ? html`<gr-select label=${t("meeting.chat.to")} hide-label .options=${options} .value=${this.target(draft.to) ?? ""} @change=${(/** @type {any} */ e) => this.change({ to: e.target.value })}></gr-select>` : nothing}
      ${draft.replyTo ? this.renderAttached("reply", `${draft.replyTo.fromName}: ${plain(draft.replyTo.text, 60)}`, { replyTo: null }) : nothing}
      ${this.uploading === null ? nothing : this.renderUpload()}
      ${draft.file ? this.renderAttached("file", `${draft.file.name} · ${formatBytes(draft.file.size)}`, { file: null }) : nothing}
      <div class="box" @dragover=${(/** @type {Event} */ e) => e.preventDefault()} @drop=${(/** @type {DragEvent} */ e) => (e.preventDefault(), this.take(e.dataTransfer?.files[0]))}>
        <gr-button variant="ghost" shape="icon" icon="attach" label=${t("meeting.chat.attach")} @click=${() => /** @type {HTMLElement} */ (this.renderRoot.querySelector("input[type=file]")).click()}></gr-button>
        <input type="file" hidden aria-label=${t("meeting.chat.attach")} @change=${(/** @type {any} */ e) => (this.take(e.target.files[0]), (e.target.value = ""))} />
        <textarea rows="1" dir="auto" maxlength=${LONGEST} aria-label=${t("meeting.chat.write")} aria-describedby="how" placeholder=${t("meeting.chat.write")} .value=${live(draft.text)} @input=${this.onInput} @keydown=${this.onKey} @paste=${this.onPaste} @blur=${this.stopTyping}></textarea>
        <gr-button class="send" variant=${draft.text.trim() || draft.file ? "primary" : "ghost"} shape="icon" icon="send" label=${t("meeting.chat.send")} ?busy=${this.uploading !== null} @click=${this.send}></gr-button>
      </div>
      <p id="how" class="how">${t("meeting.chat.how")}</p>`;
  }

  renderUpload() {
    const label = t("meeting.chat.uploading");
    return html`<p class="upload" role="status"><span>${label}</span>${this.uploading === undefined ? html`<progress aria-label=${label}></progress>` : html`<progress max="1" .value=${this.uploading ?? 0} aria-label=${label}></progress>`}</p>`;
  }

  /** @param {string} icon @param {string} text @param {Partial<GrChatCompose["draft"]>} without */
  renderAttached(icon, text, without) {
    return html`<div class="attached"><gr-icon name=${icon}></gr-icon><span class="ellipsis" dir="auto">${text}</span>
      <gr-button variant="ghost" shape="icon" icon="close" label=${t("meeting.chat.dropIt")} @click=${() => this.change(without)}></gr-button></div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--s-2);
      }
      .box {
        display: flex;
        align-items: flex-end;
        border: 1px solid var(--line-strong);
        border-radius: var(--r-3);
        background: var(--surface);
      }
      .box:focus-within {
        outline: 3px solid var(--focus);
        outline-offset: -1px;
      }
      textarea {
        flex: 1;
        min-inline-size: 0;
        min-block-size: var(--touch);
        padding: 11px 0;
        border: 0;
        outline: none;
        resize: none;
        background: none;
        color: inherit;
        font: 400 var(--fs-3) / 1.4 var(--font);
      }
      textarea:focus-visible {
        outline: none;
      }
      ::placeholder {
        color: var(--text-2);
        opacity: 1;
      }
      .send::part(button) {
        border-radius: var(--r-3);
      }
      .how {
        font-size: 0.75rem;
        color: var(--text-2);
      }
      .upload {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      progress {
        flex: 1;
        min-inline-size: 0;
        accent-color: var(--accent);
      }
      .attached {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding-inline-start: var(--s-3);
        border-radius: var(--r-2);
        background: var(--surface-2);
        font-size: var(--fs-1);
      }
      .attached .ellipsis {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .closed {
        display: flex;
        gap: var(--s-2);
        align-items: center;
        color: var(--text-2);
        font-size: var(--fs-2);
      }
      @media (hover: none) {
        .how {
          display: none;
        }
      }
    `,
  ];
}
customElements.define("gr-chat-compose", GrChatCompose);

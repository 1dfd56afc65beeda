import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t, useMessages } from "../i18n/i18n.js";
import "../components/index.js";
import { Controls } from "../meeting/controls.js";
import { dialogOf } from "../meeting/dialogs.js";
import { MeetingElement } from "../meeting/element.js";
import { tilesOf } from "../meeting/layout.js";
import { openQuestions } from "../room/consents.js";
import { Notices } from "../meeting/notices.js";
import "../meeting/alone.js";
import "../meeting/audio.js";
import "../meeting/banners.js";
import "../meeting/chat-panel.js";
import "../meeting/control-bar.js";
import "../meeting/details-panel.js";
import "../meeting/kept-strip.js";
import "../meeting/people-panel.js";
import "../meeting/reactions.js";
import "../meeting/side-panel.js";
import "../meeting/stage.js";
import "../meeting/unmute-dialog.js";
import "../meeting/waiting-panel.js";

await useMessages("meeting");

/** Below this width the bar has no place for every button, and a panel none beside the stage. */
const NARROW = 720;
/** Below this height, a phone lying on its side. */
const LOW = 420;
/** Toasts rise above the bar. */
const LIFT = "96px";

/** `<gr-meeting .call=${call}>`: the meeting. Holds what only this person sees (panel, pin, layout) and puts the parts together. */
export class GrMeeting extends MeetingElement {
  static properties = {
    call: { attribute: false },
    panel: { state: true },
    choice: { state: true },
    pinned: { state: true },
    hideSelf: { state: true },
    asked: { state: true },
    blocked: { state: true },
    later: { state: true },
    narrow: { state: true },
  };

  constructor() {
    super();
    this.panel = "";
    /** @type {import("../meeting/layout.js").LayoutChoice} */
    this.choice = "auto";
    /** A tile's key. @type {string|null} */
    this.pinned = null;
    this.hideSelf = false;
    /** @type {import("../meeting/dialogs.js").Asked|null} */
    this.asked = null;
    this.blocked = false;
    /** Questions that were put off, so that they are not asked over and over. @type {Set<string>} */
    this.later = new Set();
    this.narrow = isNarrow();
    /** How much of the chat was read. */
    this.read = 0;
    this.draft = { text: "", to: "", replyTo: null, file: null };
    this.notices = new Notices();
    this.controls = new Controls(this);
    this.onChange = () => this.requestUpdate();
    this.onResize = () => (this.narrow = isNarrow());
    this.addEventListener("ask", (event) => {
      const { what, ...fields } = /** @type {CustomEvent} */ (event).detail;
      this.controls.run(what, fields);
    });
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("resize", this.onResize);
    this.onResize();
    document.documentElement.style.setProperty("--toast-lift", LIFT);
    this.listenTo(this.call, true);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("resize", this.onResize);
    document.documentElement.style.removeProperty("--toast-lift");
    this.listenTo(this.call, false);
  }

  /** @param {any} call @param {boolean} on */
  listenTo(call, on) {
    call?.[on ? "addEventListener" : "removeEventListener"]("change", this.onChange);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("call") && changed.get("call")) this.listenTo(changed.get("call"), false);
    if (changed.has("call")) this.listenTo(this.call, true);
    this.state = this.call?.state;
    if (!this.state?.you) return;
    if (!this.hasUpdated || this.panel === "chat") this.read = this.state.chat.length;
    if (this.pinned && !tilesOf(this.state).some((tile) => tile.key === this.pinned)) this.pinned = null;
    if (this.panel === "waiting" && !this.state.can.admit) this.panel = "";
  }

  updated() {
    if (this.state?.you) this.notices.show(this.state, { onKnock: () => this.openDoor(), atDoor: this.panel === "waiting" });
  }

  get bar() {
    return /** @type {import("../meeting/control-bar.js").GrControlBar|null} */ (this.renderRoot.querySelector("gr-control-bar"));
  }

  get stage() {
    return /** @type {import("../meeting/stage.js").GrStage|null} */ (this.renderRoot.querySelector("gr-stage"));
  }

  get unread() {
    return this.state.chat.slice(this.read).filter((one) => one.from !== this.state.you?.id).length;
  }

  /** @param {string} panel the open one closes; "" closes any */
  togglePanel(panel) {
    const closing = !panel || this.panel === panel;
    // The focus would go with the panel: it returns to the button that leads there again.
    const open = this.renderRoot.querySelector(".panel");
    if (closing && open?.matches(":focus-within")) this.bar?.focusPanel(this.panel);
    this.panel = closing ? "" : panel;
  }

  openDoor() {
    if (this.state.can.admit) this.panel = "waiting";
  }

  /** @param {import("../meeting/dialogs.js").Asked} asked */
  openDialog(asked) {
    this.asked = asked.dialog ? asked : null;
  }

  /** @param {string} key */
  pin(key) {
    this.pinned = this.pinned === key ? null : key;
    if (this.pinned && this.choice === "grid") this.choice = "auto";
  }

  /** What is to be asked now: not over another dialog, and not again what was put off. */
  get question() {
    if (this.asked) return null;
    return openQuestions(this.state).find((purpose) => !this.later.has(this.keyOf(purpose))) ?? null;
  }

  /** A new recording is a new question. @param {import("../signalling/protocol.js").Purpose} purpose */
  keyOf(purpose) {
    return purpose === "recording" ? `recording ${this.state.room?.recording?.id}` : purpose;
  }

  /** @param {import("../signalling/protocol.js").Purpose} purpose */
  putOff(purpose) {
    this.later = new Set([...this.later, this.keyOf(purpose)]);
  }

  toggleSelf() {
    this.hideSelf = !this.hideSelf;
  }

  /** @param {string} to */
  writeTo(to) {
    this.draft = { ...this.draft, to };
    this.panel = "chat";
  }

  unblock() {
    /** @type {import("../meeting/audio.js").GrAudio|null} */ (this.renderRoot.querySelector("gr-audio"))?.unblock();
  }

  render() {
    const { state, call } = this;
    if (!state?.you) return html`<gr-spinner></gr-spinner>`;
    const observers = state.participants.filter((one) => one.role === "observer").length;
    return html`<h1 class="visually-hidden" tabindex="-1">${state.room?.name || state.room?.roomCode}</h1>
      <div class="middle ${this.panel ? "with-panel" : ""} ${this.narrow ? "narrow" : ""}">
        <div class="area">
          <gr-banners .call=${call} .state=${state} ?blocked=${this.blocked}></gr-banners>
          <gr-kept-strip .call=${call} .state=${state}></gr-kept-strip>
          <div class="scene">
            ${observers ? html`<button class="observers" @click=${() => (this.panel = "people")}><gr-icon name="person"></gr-icon>${t("meeting.observers", { count: observers })}</button>` : nothing}
            <gr-stage .call=${call} .state=${state} choice=${this.choice} .pinned=${this.pinned} ?hideSelf=${this.hideSelf} .hideSelf=${this.hideSelf}></gr-stage>
            <gr-reactions .call=${call} .state=${state}></gr-reactions>
            ${this.controls.talking ? html`<p class="talking" role="status"><gr-icon name="mic"></gr-icon>${t("meeting.talking")}</p>` : nothing}
          </div>
          ${state.participants.length === 1 ? html`<gr-alone .call=${call} .state=${state}></gr-alone>` : nothing}
        </div>
        ${this.panel ? this.renderPanel() : nothing}
      </div>
      <gr-control-bar .call=${call} .state=${state} panel=${this.panel} choice=${this.choice} .unread=${this.unread} .hideSelf=${this.hideSelf} ?narrow=${this.narrow}></gr-control-bar>
      <gr-audio .call=${call} .state=${state} @blocked=${(/** @type {CustomEvent} */ e) => (this.blocked = e.detail)}></gr-audio>
      ${dialogOf(this.asked, call, state)} ${this.renderQuestion()} ${state.unmuteRequest ? html`<gr-unmute-dialog .call=${call} .state=${state}></gr-unmute-dialog>` : nothing}`;
  }

  renderQuestion() {
    const { question } = this;
    if (!question) return nothing;
    return html`<gr-consent-dialog purpose=${question} .call=${this.call} .state=${this.state} @later=${() => this.putOff(question)}></gr-consent-dialog>`;
  }

  renderPanel() {
    return html`<gr-side-panel class="panel" heading=${t(`meeting.panel.${this.panel}`)} ?sheet=${this.narrow} @close=${() => this.togglePanel("")}>${this.renderPanelBody()}</gr-side-panel>`;
  }

  renderPanelBody() {
    const { call, state } = this;
    if (this.panel === "chat") return html`<gr-chat-panel data-focus .call=${call} .state=${state} .draft=${this.draft}></gr-chat-panel>`;
    if (this.panel === "people") return html`<gr-people-panel .call=${call} .state=${state}></gr-people-panel>`;
    if (this.panel === "waiting") return html`<gr-waiting-panel .call=${call} .state=${state}></gr-waiting-panel>`;
    return html`<gr-details-panel .call=${call} .state=${state}></gr-details-panel>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        block-size: 100%;
        max-block-size: 100dvh;
        min-block-size: 0;
        overflow: hidden;
        background: var(--bg);
      }
      .middle {
        flex: 1;
        min-block-size: 0;
        position: relative;
        display: flex;
        gap: var(--s-2);
        padding: var(--s-2);
        padding-inline: max(var(--s-2), env(safe-area-inset-left)) max(var(--s-2), env(safe-area-inset-right));
        padding-block-start: max(var(--s-2), env(safe-area-inset-top));
      }
      .area {
        flex: 1;
        min-inline-size: 0;
        display: flex;
        flex-direction: column;
      }
      .scene {
        flex: 1;
        min-block-size: 0;
        position: relative;
        display: flex;
        flex-direction: column;
        gap: var(--s-2);
      }
      gr-stage {
        flex: 1;
      }
      .panel {
        flex: none;
        inline-size: clamp(300px, 28vw, 372px);
      }
      .narrow .panel {
        position: absolute;
        z-index: 10;
        inset-block-end: 0;
        inset-inline: 0;
        inline-size: auto;
        block-size: min(78%, 620px);
      }
      /* In a line of its own: over the stage it would lie on a hand or a face. */
      .observers {
        flex: none;
        align-self: center;
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-block-size: 32px;
        padding-inline: var(--s-3);
        border: 0;
        border-radius: var(--r-full);
        background: var(--surface-2);
        color: var(--text);
        font: 520 var(--fs-1) / 1 var(--font);
        cursor: pointer;
      }
      /* Lasts as long as the key is down: over the stage, so that nothing moves. */
      .talking {
        position: absolute;
        z-index: 5;
        inset-block-end: var(--s-3);
        inset-inline: 0;
        inline-size: fit-content;
        margin-inline: auto;
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-2) var(--s-4);
        border-radius: var(--r-full);
        background: var(--accent-soft);
        color: var(--on-accent-soft);
        box-shadow: var(--shadow-2);
        font-size: var(--fs-2);
      }
      /* Above the shadow of a sheet. */
      gr-control-bar {
        flex: none;
        position: relative;
        z-index: 11;
      }
    `,
  ];
}
customElements.define("gr-meeting", GrMeeting);

function isNarrow() {
  return innerWidth < NARROW || innerHeight < LOW;
}

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { t, useMessages } from "../i18n/i18n.js";
import "../components/index.js";
import { MeetingElement } from "../meeting/element.js";
import { PreviewSender } from "../meeting/preview-sender.js";
import "./device-pickers.js";
import "./device-preview.js";

await useMessages("meeting");

/** `<gr-waiting-room .call=${call}>`: the place in line, the host's words, and a look in the mirror meanwhile. */
export class GrWaitingRoom extends MeetingElement {
  static properties = { call: { attribute: false }, recorded: { attribute: false }, offering: { state: true } };

  constructor() {
    super();
    /** The meeting behind the door is being recorded, as far as that was known when this page came. */
    this.recorded = false;
    this.offering = false;
    this.onChange = () => this.requestUpdate();
    this.sender = new PreviewSender(() => this.call);
  }

  connectedCallback() {
    super.connectedCallback();
    this.call?.addEventListener("change", this.onChange);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.call?.removeEventListener("change", this.onChange);
    this.sender.stop(this.call?.state.phase === "waiting");
  }

  willUpdate() {
    this.state = this.call?.state;
    if (this.offering && !this.state?.camera.on) this.offer(false);
  }

  /** @param {boolean} on */
  offer(on) {
    this.offering = on;
    if (on) this.attempt(this.sender.start());
    else this.sender.stop(true);
  }

  render() {
    const { waiting, connection } = this.state ?? {};
    if (!waiting) return html`<gr-spinner></gr-spinner>`;
    return html`<div class="page">
      <div class="two">
        <section class="mirror" aria-label=${t("waitingRoom.check")}>
          <gr-device-preview .media=${this.call.media} name=${this.call.state.you?.displayName ?? ""}></gr-device-preview>
          <gr-device-pickers .media=${this.call.media}></gr-device-pickers>
        </section>
        <section class="card stack">
          <div>
            <p class="muted small"><bdi>${waiting.roomName}</bdi></p>
            <h1 tabindex="-1">${t("waitingRoom.heading")}</h1>
          </div>
          ${connection === "reconnecting" ? html`<p class="note warn" role="alert"><gr-icon name="wifi"></gr-icon><span>${t("waitingRoom.reconnecting")}</span></p>` : nothing}
          <div class="place" role="status">
            <span class="number" aria-hidden="true">${waiting.position}</span>
            <span>${waiting.position === 1 ? t("waitingRoom.first") : t("waitingRoom.position", { position: waiting.position, before: waiting.position - 1 })}</span>
          </div>
          <p class="note ${waiting.hostPresent ? "good" : ""}" role="status"><gr-icon name=${waiting.hostPresent ? "check" : "clock"}></gr-icon><span>${t(waiting.hostPresent ? "waitingRoom.hostPresent" : "waitingRoom.hostAbsent")}</span></p>
          ${this.recorded ? html`<p class="note warn" role="status"><gr-icon name="record"></gr-icon><span>${t("waitingRoom.recorded")}</span></p>` : nothing}
          ${waiting.message ? html`<div class="message" role="status"><strong>${t("waitingRoom.message")}</strong><p dir="auto">${waiting.message}</p></div>` : nothing}
          <gr-switch label=${t("waitingRoom.offer")} hint=${t(this.state.camera.on ? "waitingRoom.offerHint" : "waitingRoom.offerNoCamera")} ?disabled=${!this.state.camera.on} .checked=${this.offering} @change=${(/** @type {any} */ e) => this.offer(e.target.checked)}></gr-switch>
          <p class="muted small">${t("waitingRoom.stay")}</p>
          <gr-button icon="leave" @click=${() => this.attempt(this.call.leave())}>${t("waitingRoom.leave")}</gr-button>
        </section>
      </div>
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      :host {
        display: block;
      }
      .two {
        display: grid;
        grid-template-columns: minmax(0, 1.25fr) minmax(320px, 1fr);
        gap: var(--s-6);
        align-items: start;
      }
      .mirror {
        display: grid;
        gap: var(--s-4);
        min-inline-size: 0;
      }
      .place {
        display: flex;
        align-items: center;
        gap: var(--s-4);
      }
      .number {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 56px;
        block-size: 56px;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--on-accent-soft);
        font-size: var(--fs-5);
        font-weight: 650;
      }
      .message {
        display: grid;
        gap: var(--s-1);
        padding: var(--s-3) var(--s-4);
        border-inline-start: 4px solid var(--accent);
        border-radius: var(--r-1);
        background: var(--surface-2);
        overflow-wrap: anywhere;
      }
      .message strong {
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      .message p {
        white-space: pre-wrap;
      }
      @media (max-width: 860px) {
        .two {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--s-4);
        }
        .card {
          order: -1;
        }
      }
    `,
  ];
}
customElements.define("gr-waiting-room", GrWaitingRoom);

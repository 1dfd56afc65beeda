import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { has, t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";
import { isHost } from "./people.js";

/** What must not be missed, above the stage so that it covers nobody: reconnecting, sound that waits for a click, a bad connection, a room too large. */
export class GrBanners extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, blocked: { type: Boolean }, largeSeen: { state: true } };

  constructor() {
    super();
    this.blocked = false;
    this.largeSeen = false;
  }

  render() {
    return html`<div class="list">
      ${this.renderReconnect()} ${this.renderBlocked()} ${this.renderDevice()} ${this.renderScreen()} ${this.renderRecording()} ${this.renderWarning()} ${this.renderLarge()}
    </div>`;
  }

  renderReconnect() {
    if (this.state.connection !== "reconnecting") return nothing;
    const attempt = this.state.reconnect?.attempt ?? 1;
    return html`<div class="one warn" role="alert"><span class="ring" aria-hidden="true"></span><span><strong>${t("meeting.reconnecting")}</strong> ${t(attempt > 3 ? "meeting.reconnecting.long" : "meeting.reconnecting.why")}</span></div>`;
  }

  renderBlocked() {
    if (!this.blocked) return nothing;
    return html`<div class="one" role="alert"><gr-icon name="speaker"></gr-icon><span>${t("meeting.blocked")}</span><gr-button variant="primary" @click=${() => this.ask("unblock")}>${t("meeting.blocked.hear")}</gr-button></div>`;
  }

  renderDevice() {
    const { microphone, camera } = this.state;
    const kind = microphone.error ? "microphone" : camera.error ? "camera" : null;
    const error = microphone.error ?? camera.error;
    if (!kind || !error) return nothing;
    return html`<div class="one warn" role="status"><gr-icon name=${kind === "camera" ? "camera-off" : "mic-off"}></gr-icon><span>${t(`meeting.device.${kind}`)}: ${t(`meeting.device.error.${error.code}`)}</span></div>`;
  }

  renderScreen() {
    if (!this.state.screen.on) return nothing;
    return html`<div class="one" role="status"><gr-icon name="screen"></gr-icon><span>${t("meeting.screen.sharing")}</span><gr-button variant="danger" @click=${() => this.ask("screen")}>${t("meeting.screen.stop")}</gr-button></div>`;
  }

  /** Hosts are told why nothing is kept, as long as it is so. */
  renderRecording() {
    const problem = this.state.room?.recording?.problem;
    if (!problem || !isHost(this.state.you)) return nothing;
    return html`<div class="one warn" role="alert"><gr-icon name="record-off"></gr-icon><span><strong>${t(`meeting.recording.problem.${problem}`)}</strong> ${t("meeting.recording.problem.goesOn")}</span></div>`;
  }

  renderWarning() {
    const { warning } = this.state;
    if (!warning) return nothing;
    const advice = `meeting.advice.${warning.reason}`;
    return html`<div class="one warn" role="status">
      <gr-icon name="wifi"></gr-icon><span><strong>${t(`meeting.warning.${warning.reason}`)}</strong> ${has(advice) ? t(advice) : warning.advice}</span>
      ${this.state.camera.on ? html`<gr-button @click=${() => this.ask("camera")}>${t("meeting.camera.stop")}</gr-button>` : nothing}
      <gr-button variant="ghost" shape="icon" icon="close" label=${t("common.dismiss")} @click=${() => this.call.dismissWarning()}></gr-button>
    </div>`;
  }

  renderLarge() {
    if (this.state.topology?.wanted !== "sfu" || this.state.topology.mode !== "mesh" || this.largeSeen) return nothing;
    return html`<div class="one warn" role="status">
      <gr-icon name="people"></gr-icon><span><strong>${t("meeting.large")}</strong> ${t("meeting.large.why")}</span>
      <gr-button variant="ghost" shape="icon" icon="close" label=${t("common.dismiss")} @click=${() => (this.largeSeen = true)}></gr-button>
    </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
        flex: none;
      }
      .list {
        display: grid;
        justify-items: center;
      }
      .one {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        max-inline-size: min(720px, 100%);
        min-block-size: 48px;
        margin-block-end: var(--s-2);
        padding: var(--s-1) var(--s-2) var(--s-1) var(--s-4);
        padding-inline: var(--s-4) var(--s-2);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        background: var(--overlay);
        font-size: var(--fs-2);
        line-height: 1.35;
        animation: in var(--slow) var(--ease);
      }
      .one > span:not(.ring) {
        flex: 1;
        padding-block: var(--s-1);
        padding-inline-end: var(--s-2);
      }
      .one.warn {
        background: var(--warn-soft);
        color: var(--on-warn-soft);
        border-color: transparent;
      }
      .one.warn gr-button[variant="ghost"] {
        --ink: currentColor;
        --fill-hover: transparent;
      }
      gr-button {
        flex: none;
      }
      @media (max-width: 600px) {
        .one > span:not(.ring) {
          flex-basis: 60%;
        }
        .one > gr-button:not([shape="icon"]) {
          order: 1;
          flex: 1 0 100%;
          padding-block-end: var(--s-1);
        }
      }
      .ring {
        flex: none;
        inline-size: 20px;
        block-size: 20px;
        border: 3px solid currentColor;
        border-block-start-color: transparent;
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      @keyframes in {
        from {
          opacity: 0;
          transform: translateY(-8px);
        }
      }
      @media (max-width: 600px) {
        .one {
          font-size: var(--fs-1);
          gap: var(--s-2);
          padding-inline-start: var(--s-3);
          flex-wrap: wrap;
        }
      }
    `,
  ];
}
customElements.define("gr-banners", GrBanners);

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { formatDateTime, t } from "../i18n/i18n.js";
import { copy } from "../browser/clipboard.js";
import { linkTo } from "../app/room-code.js";
import { errorText } from "../i18n/problem.js";
import { session, user } from "../app/session.js";
import { changeSettings, settings } from "../browser/storage.js";
import "./device-preview.js";
import "./device-pickers.js";

const NAME_LIMIT = 80;

/** Before going in: how do I look and sound, who am I. Nothing here is a must but a name; no device is fine too. */
export class GrPrejoin extends GrElement {
  static properties = {
    call: { attribute: false },
    media: { attribute: false },
    info: { attribute: false },
    name: { state: true },
    nameError: { state: true },
    password: { state: true },
    passwordError: { state: true },
    askPassword: { state: true },
    failed: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../call/call.js").Call|null} */
    this.call = null;
    /** @type {import("../media/media.js").LocalMedia|null} */
    this.media = null;
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.info = null;
    this.name = settings().displayName ?? user()?.displayName ?? "";
    this.nameError = "";
    this.password = "";
    this.passwordError = "";
    this.askPassword = false;
    this.failed = "";
    this.busy = false;
    this.refresh = () => {
      this.name ||= user()?.displayName ?? "";
      this.requestUpdate();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.refresh);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.refresh);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("media") || !this.media) return;
    const { microphone = true, camera = true } = settings();
    this.media.start({ microphone, camera });
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    if (this.busy || !this.call) return;
    const displayName = this.name.trim();
    if (!displayName) {
      this.nameError = t("prejoin.noName");
      return this.focusField(".name");
    }
    this.busy = true;
    this.failed = "";
    this.passwordError = "";
    this.keepChoices(displayName);
    try {
      await this.call.join({ displayName, ...(this.password && { password: this.password }) });
    } catch (error) {
      this.onFailed(error);
    } finally {
      this.busy = false;
    }
  }

  /** @param {string} displayName */
  keepChoices(displayName) {
    const { microphone, camera } = this.media?.state ?? {};
    changeSettings({
      displayName,
      // A device that failed was still wanted: next time it is tried again.
      ...(microphone && { microphone: microphone.on || microphone.error !== null }),
      ...(camera && { camera: camera.on || camera.error !== null }),
    });
  }

  /** @param {unknown} error */
  onFailed(error) {
    const { code = "" } = /** @type {{code?: string}} */ (error ?? {});
    if (/password/.test(code)) {
      this.askPassword = true;
      this.passwordError = t(this.password ? "prejoin.wrongPassword" : "prejoin.needsPassword");
      this.focusField(".password");
    } else this.failed = errorText(error, "prejoin.failed");
  }

  /** @param {string} selector */
  async focusField(selector) {
    await this.updateComplete;
    const field = this.renderRoot.querySelector(selector);
    if (field instanceof HTMLElement) field.focus();
  }

  render() {
    const { info } = this;
    const busy = this.busy || this.call?.state.phase === "connecting";
    return html`<div class="page">
      <div class="look">
        <gr-device-preview .media=${this.media} .name=${this.name}></gr-device-preview>
        <gr-device-pickers .media=${this.media}></gr-device-pickers>
      </div>
      <form class="card" @submit=${this.onSubmit} novalidate>
        <div class="stack tight">
          <h1 tabindex="-1">${info?.name || t("prejoin.title")}</h1>
          ${this.renderFacts()}
        </div>
        <gr-field class="name" label=${t("prejoin.name")} name="name" autocomplete="name" maxlength=${NAME_LIMIT} required .value=${this.name} error=${this.nameError} @input=${this.onName}></gr-field>
        ${info?.hasPassword || this.askPassword ? this.renderPassword() : nothing}
        <div role="alert">${this.failed ? html`<p class="note danger"><gr-icon name="warning"></gr-icon>${this.failed}</p>` : nothing}</div>
        ${this.renderRecorded()}
        <gr-button block variant="primary" size="l" type="submit" ?busy=${busy}>${t("prejoin.join")}</gr-button>
        <p class="muted small">${t(this.mayWait() ? "prejoin.mayWait" : "prejoin.direct")}</p>
        ${info ? html`<gr-button block variant="ghost" icon="link" @click=${() => copy(linkTo(info.roomCode), t("recent.linkCopied"))}>${t("prejoin.copyLink")}</gr-button>` : nothing}
      </form>
    </div>`;
  }

  mayWait() {
    const setting = this.info?.waitingRoom;
    return setting === "everyone" || (setting === "guests" && !user());
  }

  renderFacts() {
    const { info } = this;
    if (!info) return nothing;
    const planned = info.startsAt && new Date(info.startsAt).getTime() > Date.now();
    return html`<p class="facts muted small">
      <bdi class="code">${info.roomCode}</bdi>
      ${info.live ? html`<span><gr-icon name="people"></gr-icon>${t("rooms.live", { n: info.participantCount })}</span>` : html`<span>${t("prejoin.nobody")}</span>`}
      ${planned ? html`<span><gr-icon name="calendar"></gr-icon>${formatDateTime(info.startsAt ?? "")}</span>` : nothing}
      ${info.locked ? html`<span><gr-icon name="lock"></gr-icon>${t("rooms.locked")}</span>` : nothing}
    </p>`;
  }

  /** As far as it is known out here: that it is recorded now, or always is. */
  renderRecorded() {
    const now = Boolean(this.info?.recording);
    if (!now && this.info?.settings?.recording !== "auto") return nothing;
    return html`<p class="note warn recorded"><gr-icon name="record"></gr-icon><span>${t(now ? "prejoin.recorded" : "prejoin.mayRecord")}</span></p>`;
  }

  renderPassword() {
    return html`<gr-field class="password" label=${t("prejoin.password")} type="password" autocomplete="off" maxlength="128" .value=${this.password} error=${this.passwordError} @input=${this.onPassword}></gr-field>`;
  }

  /** @param {Event} event */
  onName(event) {
    this.name = /** @type {HTMLInputElement} */ (event.target).value;
    this.nameError = "";
  }

  /** @param {Event} event */
  onPassword(event) {
    this.password = /** @type {HTMLInputElement} */ (event.target).value;
    this.passwordError = "";
  }

  static styles = [
    base,
    layout,
    css`
      .page {
        display: grid;
        grid-template-columns: minmax(0, 1.55fr) minmax(300px, 1fr);
        gap: var(--s-6);
        align-items: start;
        padding-block-start: var(--s-5);
      }
      .look {
        display: grid;
        gap: var(--s-4);
        min-inline-size: 0;
      }
      form {
        display: grid;
        gap: var(--s-4);
        grid-template-columns: minmax(0, 1fr);
        padding: var(--s-5);
      }
      h1 {
        overflow-wrap: anywhere;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-1) var(--s-3);
      }
      .facts span {
        display: inline-flex;
        align-items: center;
        gap: var(--s-1);
      }
      .code {
        font-family: var(--mono);
      }
      [role="alert"]:empty {
        position: absolute;
      }
      @media (max-width: 820px) {
        .page {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--s-4);
          padding-block-start: var(--s-2);
        }
        .look {
          display: contents;
        }
        gr-device-pickers {
          order: 3;
        }
      }
    `,
  ];
}
customElements.define("gr-prejoin", GrPrejoin);

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

const WHO = ["everyone", "presenters", "hosts"];

/** The room's settings; each takes effect for everybody at once. */
export class GrSettingsDialog extends MeetingDialog {
  static properties = { ...MeetingDialog.properties, roomName: { state: true } };

  constructor() {
    super();
    /** @type {string|null} */
    this.roomName = null;
  }

  /** @param {Partial<import("../signalling/protocol.js").Settings>} settings */
  async change(settings) {
    await this.attempt(this.call.updateRoom({ settings }));
    // A refused change must not look as if it had been made.
    this.requestUpdate();
  }

  saveName() {
    const name = this.roomName?.trim();
    if (name && name !== this.state.room?.name) this.attempt(this.call.updateRoom({ name }));
  }

  render() {
    const { room, can } = this.state;
    if (!room) return html``;
    return html`<gr-dialog open wide heading=${t("meeting.settings")} @close=${this.close}>
      <div class="stack">
        <gr-field label=${t("meeting.settings.name")} maxlength="80" .value=${this.roomName ?? room.name} @input=${(/** @type {any} */ e) => (this.roomName = e.target.value)} @change=${this.saveName}></gr-field>
        <div class="two">
          ${this.choice("waitingRoom", ["everyone", "guests", "off"])} ${this.choice("chat", WHO)} ${this.choice("screenShare", WHO)} ${this.choice("unmute", WHO)} ${this.choice("topology", ["auto", "mesh", "sfu"])} ${this.choice("videoCodec", ["vp8", "vp9", "h264", "av1"])}
          ${this.renderRecording(room)}
        </div>
        <div>
          ${can.lock ? html`<gr-switch label=${t("meeting.lock")} hint=${t("meeting.lock.hint")} ?checked=${room.locked} @change=${(/** @type {any} */ e) => this.attempt(this.call.lock(e.target.checked))}></gr-switch>` : ""}
          ${this.toggle("muteOnEntry")} ${this.toggle("joinBeforeHost")} ${this.toggle("allowGuests")} ${this.toggle("admitKnown")} ${this.toggle("handOverHost")}
          ${room.canReadEmotion === false ? this.absent("emotion") : this.toggle("emotion")}
        </div>
      </div>
      <div slot="actions"><gr-button variant="primary" @click=${this.close}>${t("meeting.settings.done")}</gr-button></div>
    </gr-dialog>`;
  }

  /** A server that cannot record says so, rather than offer it in vain. @param {import("../signalling/protocol.js").Room} room */
  renderRecording(room) {
    return room.canRecord === false ? this.absent("recording") : this.choice("recording", ["off", "manual", "auto"]);
  }

  /** @param {"recording"|"emotion"} key */
  absent(key) {
    return html`<p class="muted small">${t(`meeting.settings.${key}.absent`)}</p>`;
  }

  /** @param {"waitingRoom"|"chat"|"screenShare"|"unmute"|"topology"|"videoCodec"|"recording"} key @param {string[]} values */
  choice(key, values) {
    const options = values.map((value) => ({ value, label: t(`meeting.settings.${WHO === values ? "who" : key}.${value}`) }));
    return html`<gr-select label=${t(`meeting.settings.${key}`)} .options=${options} .value=${this.state.room?.settings[key] ?? ""} @change=${(/** @type {any} */ e) => this.change({ [key]: e.target.value })}></gr-select>`;
  }

  /** @param {"muteOnEntry"|"joinBeforeHost"|"allowGuests"|"admitKnown"|"handOverHost"|"emotion"} key */
  toggle(key) {
    return html`<gr-switch label=${t(`meeting.settings.${key}`)} hint=${t(`meeting.settings.${key}.hint`)} .checked=${Boolean(this.state.room?.settings[key])} @change=${(/** @type {any} */ e) => this.change({ [key]: e.target.checked })}></gr-switch>`;
  }

  static styles = [
    base,
    dialogStyles,
    css`
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(240px, 100%), 1fr));
        gap: var(--s-4);
      }
    `,
  ];
}
customElements.define("gr-settings-dialog", GrSettingsDialog);

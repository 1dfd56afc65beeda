import { html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { changeSettings, settings } from "../browser/storage.js";
import { t } from "../i18n/i18n.js";
import { chosenCodec, sendable } from "../peers/codecs.js";
import { MeetingDialog, dialogStyles } from "./dialog-base.js";

/** Devices in one place, where the bar has no room for their menus. */
export class GrDevicesDialog extends MeetingDialog {
  render() {
    const { devices, microphone, camera, speaker, lowPower } = this.state;
    return html`<gr-dialog open heading=${t("meeting.devices")} @close=${this.close}>
      <div class="stack">
        ${this.pick("microphone", "mic", devices.microphones, microphone.deviceId)} ${this.pick("camera", "camera", devices.cameras, camera.deviceId)}
        ${devices.speakers.length ? this.pick("speaker", "speaker", devices.speakers, speaker.deviceId) : ""}
        <gr-switch label=${t("meeting.lowPower")} hint=${t("meeting.lowPower.hint")} ?checked=${lowPower} @change=${(/** @type {any} */ e) => this.attempt(this.call.setLowPower(e.target.checked))}></gr-switch>
        ${this.pictures()} ${this.codec()}
      </div>
      <div slot="actions"><gr-button variant="primary" @click=${this.close}>${t("meeting.settings.done")}</gr-button></div>
    </gr-dialog>`;
  }

  pictures() {
    const options = ["all", "low", "none"].map((value) => ({ value, label: t(`meeting.videoMode.${value}`) }));
    return html`<gr-select label=${t("meeting.videoMode")} hint=${t("meeting.videoMode.hint")} icon="grid" .options=${options} .value=${this.state.videoMode} @change=${(/** @type {any} */ e) => this.call.setVideoMode(e.target.value)}></gr-select>`;
  }

  codec() {
    const can = sendable();
    if (can.length < 2) return nothing;
    const room = chosenCodec(undefined, this.state.room?.settings.videoCodec, can);
    const options = [{ value: "", label: t("meeting.codec.room", { codec: room }) }, ...can.map((value) => ({ value, label: value === "VP8" ? t("meeting.codec.usual", { codec: value }) : value }))];
    return html`<gr-select label=${t("meeting.codec")} hint=${t("meeting.codec.hint")} icon="settings" .options=${options} .value=${settings().codec ?? ""} @change=${(/** @type {any} */ e) => changeSettings({ codec: e.target.value || undefined })}></gr-select>`;
  }

  /** @param {string} kind @param {string} icon @param {import("../call/call-state.js").Device[]} list @param {string|null} current */
  pick(kind, icon, list, current) {
    const options = list.map((one, at) => ({ value: one.deviceId, label: one.label || t("meeting.device.unnamed", { number: at + 1 }) }));
    return html`<gr-select label=${t(`meeting.device.${kind}`)} icon=${icon} empty=${t(`meeting.device.no-${kind}`)} .options=${options} .value=${current ?? options[0]?.value ?? ""} @change=${(/** @type {any} */ e) => this.attempt(this.call.selectDevice(kind, e.target.value))}></gr-select>`;
  }

  static styles = [base, dialogStyles];
}
customElements.define("gr-devices-dialog", GrDevicesDialog);

import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";

/** The small menu beside the microphone or camera button: another device, without leaving the call. */
export class GrDeviceMenu extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, kind: {} };

  constructor() {
    super();
    /** @type {"microphone"|"camera"} */
    this.kind = "microphone";
  }

  /** @returns {import("../components/menu.js").MenuItem[]} */
  items() {
    const { devices, microphone, camera, speaker } = this.state;
    if (this.kind === "camera") return section("camera", devices.cameras, camera.deviceId);
    const speakers = section("speaker", devices.speakers, speaker.deviceId);
    const microphones = section("microphone", devices.microphones, microphone.deviceId);
    return devices.speakers.length ? [...microphones, { separator: true }, ...speakers] : microphones;
  }

  /** @param {CustomEvent<string>} event */
  choose({ detail }) {
    const [kind, ...id] = detail.split(":");
    this.attempt(this.call.selectDevice(kind, id.join(":")));
  }

  render() {
    const label = t(`meeting.devices.${this.kind}`);
    return html`<gr-menu label=${label} .items=${this.items()} @select=${this.choose}>
      <gr-button slot="trigger" variant="soft" icon="chevron-up" label=${label}></gr-button>
    </gr-menu>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: inline-flex;
      }
      gr-button::part(button) {
        min-inline-size: 28px;
        inline-size: 28px;
        block-size: 100%;
        padding: 0;
        border-start-start-radius: 0;
        border-end-start-radius: 0;
        border-start-end-radius: var(--r-full);
        border-end-end-radius: var(--r-full);
      }
      gr-menu {
        block-size: 100%;
      }
    `,
  ];
}
customElements.define("gr-device-menu", GrDeviceMenu);

/** @param {string} kind @param {import("../call/call-state.js").Device[]} list @param {string|null} current @returns {import("../components/menu.js").MenuItem[]} */
function section(kind, list, current) {
  /** @type {import("../components/menu.js").MenuItem} */
  const heading = { id: `heading-${kind}`, label: t(list.length ? `meeting.device.${kind}` : `meeting.device.no-${kind}`), disabled: true };
  const known = list.some((one) => one.deviceId === current);
  const items = list.map((one, at) => ({
    id: `${kind}:${one.deviceId}`,
    label: one.label || t("meeting.device.unnamed", { number: at + 1 }),
    checked: known ? one.deviceId === current : at === 0,
  }));
  return [heading, ...items];
}

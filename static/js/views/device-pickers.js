import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { t } from "../i18n/i18n.js";
import { playTestTone } from "../media/speaker-test.js";

/** Camera, microphone, speaker, and a tone to hear that one hears. Changes take effect at once. */
export class GrDevicePickers extends GrElement {
  static properties = { media: { attribute: false }, testing: { state: true } };

  constructor() {
    super();
    /** @type {import("../media/media.js").LocalMedia|null} */
    this.media = null;
    this.testing = false;
    /** @type {import("../media/media.js").LocalMedia|null} */
    this.heard = null;
    this.onChange = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.heard?.removeEventListener("change", this.onChange);
    this.heard = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("media")) this.listen();
  }

  listen() {
    if (this.heard === this.media) return;
    this.heard?.removeEventListener("change", this.onChange);
    this.heard = this.media;
    this.heard?.addEventListener("change", this.onChange);
  }

  /** @param {"microphone"|"camera"|"speaker"} kind */
  pick(kind) {
    return (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      this.media?.select(kind, value).catch(() => toast({ text: t("devices.failed"), kind: "error" }));
    };
  }

  async test() {
    this.testing = true;
    try {
      await playTestTone(this.media?.state.speaker.deviceId ?? null);
    } catch {
      toast({ text: t("devices.toneFailed"), kind: "error" });
    } finally {
      this.testing = false;
    }
  }

  render() {
    const state = this.media?.state;
    if (!state) return nothing;
    const { devices, microphone, camera, speaker } = state;
    return html`<div class="grid">
      ${this.renderOne("microphone", "mic", devices.microphones, microphone.deviceId)} ${this.renderOne("camera", "camera", devices.cameras, camera.deviceId)}
      <div class="speaker">
        ${devices.speakers.length ? this.renderOne("speaker", "speaker", devices.speakers, speaker.deviceId) : nothing}
        <gr-button icon="speaker" ?busy=${this.testing} @click=${this.test}>${t("devices.test")}</gr-button>
      </div>
    </div>`;
  }

  /** @param {"microphone"|"camera"|"speaker"} kind @param {string} icon @param {import("../call/call-state.js").Device[]} list @param {string|null} chosen */
  renderOne(kind, icon, list, chosen) {
    const options = list.map(({ deviceId, label }, at) => ({ value: deviceId, label: label || t(`devices.${kind}N`, { n: at + 1 }) }));
    const value = options.some((option) => option.value === chosen) ? (chosen ?? "") : (options[0]?.value ?? "");
    return html`<gr-select label=${t(`devices.${kind}`)} icon=${icon} empty=${t("devices.none")} .options=${options} .value=${value} @change=${this.pick(kind)}></gr-select>`;
  }

  static styles = [
    base,
    css`
      .grid {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--s-4);
      }
      .speaker {
        grid-column: 1 / -1;
        display: flex;
        gap: var(--s-3);
        align-items: flex-end;
      }
      .speaker gr-select {
        flex: 1;
      }
      .speaker gr-button {
        flex: none;
      }
      @media (max-width: 560px) {
        .grid {
          grid-template-columns: minmax(0, 1fr);
        }
        .speaker {
          flex-wrap: wrap;
        }
        .speaker gr-select {
          flex-basis: 100%;
        }
      }
    `,
  ];
}
customElements.define("gr-device-pickers", GrDevicePickers);

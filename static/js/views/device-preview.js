import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { GrMeter } from "../components/meter.js";
import { t } from "../i18n/i18n.js";
import { changeSettings, settings } from "../browser/storage.js";

/** The own picture in a mirror, the own level, the two switches, and plain help where a device can't be had. */
export class GrDevicePreview extends GrElement {
  static properties = { media: { attribute: false }, name: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../media/media.js").LocalMedia|null} */
    this.media = null;
    this.name = "";
    this.frame = 0;
    /** @type {import("../media/media.js").LocalMedia|null} */
    this.heard = null;
    this.onChange = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen();
    const draw = () => {
      const meter = this.renderRoot.querySelector("gr-meter");
      if (meter instanceof GrMeter) meter.show(this.media?.level() ?? 0);
      this.frame = requestAnimationFrame(draw);
    };
    this.frame = requestAnimationFrame(draw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.frame);
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

  updated() {
    const video = this.renderRoot.querySelector("video");
    const stream = this.media?.preview ?? null;
    if (video && video.srcObject !== stream) {
      video.srcObject = stream;
      video.play().catch(() => undefined);
    }
  }

  /** Failures show in the help below. @param {"microphone"|"camera"} kind */
  toggle(kind) {
    const { media } = this;
    if (!media) return;
    const on = !media.state[kind].on;
    changeSettings({ [kind]: on });
    (kind === "microphone" ? media.setMicrophone(on) : media.setCamera(on)).catch(() => undefined);
  }

  render() {
    const state = this.media?.state;
    if (!state) return nothing;
    const { microphone, camera } = state;
    return html`<div class="stage">
        <video class=${settings().mirror === false ? "" : "mirror"} ?hidden=${!camera.on} autoplay playsinline .muted=${true} aria-label=${t("preview.video")}></video>
        ${camera.on ? nothing : html`<div class="none"><gr-avatar name=${this.name || "?"}></gr-avatar><p>${t(camera.pending ? "preview.cameraStarting" : "preview.cameraOff")}</p></div>`}
        <div class="bar">
          ${this.renderToggle("microphone", microphone, "mic")} ${this.renderToggle("camera", camera, "camera")}
        </div>
      </div>
      <div class="level">
        <gr-icon name=${microphone.on ? "mic" : "mic-off"}></gr-icon>
        <gr-meter label=${t("preview.level")}></gr-meter>
        <span class="small muted">${t(microphone.on ? "preview.speak" : "preview.muted")}</span>
      </div>
      <div role="status">${this.renderHelp()}</div>`;
  }

  /** @param {"microphone"|"camera"} kind @param {import("../call/call-state.js").DeviceState} device @param {string} icon */
  renderToggle(kind, device, icon) {
    return html`<gr-button
      class=${device.on ? "" : "off"}
      shape="round"
      size="l"
      icon=${device.on ? icon : `${icon}-off`}
      label=${t(device.on ? `preview.${kind}TurnOff` : `preview.${kind}TurnOn`)}
      ?busy=${device.pending}
      @click=${() => this.toggle(kind)}
    ></gr-button>`;
  }

  renderHelp() {
    if (!isSecureContext) return this.renderNote("insecure");
    const { microphone, camera } = this.media?.state ?? {};
    const [first, second] = [microphone?.error?.code, camera?.error?.code];
    if (!first && !second) return nothing;
    if (first && first === second) return this.renderNote(`both.${first}`);
    return html`${first ? this.renderNote(`microphone.${first}`) : nothing}${second ? this.renderNote(`camera.${second}`) : nothing}`;
  }

  /** @param {string} key */
  renderNote(key) {
    return html`<div class="help">
      <gr-icon name="warning"></gr-icon>
      <div>
        <p><strong>${t(`help.${key}.title`)}</strong></p>
        <p>${t(`help.${key}.text`)}</p>
      </div>
    </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
        min-inline-size: 0;
      }
      .stage {
        color-scheme: dark;
        position: relative;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--r-3);
        background: #191d1b;
        color: #eceeea;
      }
      video {
        position: absolute;
        inset: 0;
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }
      .mirror {
        transform: scaleX(-1);
      }
      .none {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--s-3);
        padding-block-end: var(--s-7);
        font-size: var(--fs-2);
      }
      gr-avatar {
        --size: clamp(64px, 16vw, 104px);
      }
      .bar {
        position: absolute;
        inset-block-end: var(--s-4);
        inset-inline: 0;
        display: flex;
        justify-content: center;
        gap: var(--s-3);
      }
      .bar gr-button::part(button) {
        background: rgb(30 35 32 / 0.85);
        color: #fff;
        border-color: rgb(255 255 255 / 0.35);
      }
      .bar gr-button::part(button):hover {
        background: rgb(52 59 55 / 0.95);
      }
      .bar gr-button.off::part(button) {
        background: #b3261e;
        border-color: transparent;
      }
      .bar gr-button.off::part(button):hover {
        background: #8f1d17;
      }
      .level {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--s-3);
        padding-inline: var(--s-1);
      }
      .level gr-icon {
        color: var(--text-2);
      }
      .help {
        display: flex;
        gap: var(--s-3);
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-2);
        background: var(--warn-soft);
        color: var(--on-warn-soft);
        font-size: var(--fs-2);
      }
      .help + .help {
        margin-block-start: var(--s-2);
      }
      .help gr-icon {
        margin-block-start: 2px;
      }
      @media (max-width: 480px) {
        .stage {
          aspect-ratio: 4 / 3;
        }
      }
    `,
  ];
}
customElements.define("gr-device-preview", GrDevicePreview);

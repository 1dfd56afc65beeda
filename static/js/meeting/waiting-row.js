import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";
import "./clock.js";

/** One person at the door. */
export class GrWaitingRow extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, knock: { attribute: false }, large: { state: true } };

  constructor() {
    super();
    /** @type {import("../signalling/protocol.js").WaitingPerson} */
    this.knock = /** @type {any} */ (null);
    this.large = false;
  }

  /** @param {CustomEvent<string>} event */
  onMore({ detail }) {
    this.ask("dialog", { dialog: detail, who: this.knock.id, name: this.knock.displayName });
  }

  render() {
    const { knock } = this;
    const image = this.state.previews[knock.id];
    const items = [
      { id: "write-waiting", label: t("meeting.waiting.write"), icon: "chat" },
      { id: "deny-message", label: t("meeting.waiting.denyWith"), icon: "close", danger: true },
    ];
    const more = t("meeting.tile.menu", { name: knock.displayName });
    return html`<div class="row">
        ${image
          ? html`<button class="face" aria-expanded=${this.large ? "true" : "false"} aria-label=${t("meeting.waiting.preview", { name: knock.displayName })} @click=${() => (this.large = !this.large)}><img src=${image} alt="" /></button>`
          : html`<gr-avatar name=${knock.displayName} key=${knock.id}></gr-avatar>`}
        <span class="who"
          ><span class="name"><bdi>${knock.displayName}</bdi></span
          ><span class="hint">${knock.online ? nothing : html`${t("meeting.waiting.offline")} · `}<gr-clock since=${knock.since}></gr-clock>${knock.known ? html` · <span class="known">${t("meeting.waiting.known")}</span>` : nothing}</span></span
        >
        <gr-menu label=${more} .items=${items} @select=${this.onMore}><gr-button slot="trigger" variant="ghost" shape="icon" icon="more" label=${more}></gr-button></gr-menu>
      </div>
      ${image && this.large ? html`<img class="large" src=${image} alt=${t("meeting.waiting.previewOf", { name: knock.displayName })} />` : nothing}
      <div class="acts">
        <gr-button @click=${() => this.attempt(this.call.deny(knock.id))} label=${t("meeting.waiting.denyOne", { name: knock.displayName })}>${t("meeting.waiting.deny")}</gr-button>
        <gr-button variant="primary" @click=${() => this.attempt(this.call.admit(knock.id))} label=${t("meeting.waiting.admitOne", { name: knock.displayName })}>${t("meeting.waiting.admit")}</gr-button>
      </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
        padding-block: var(--s-2) var(--s-3);
        border-block-end: 1px solid var(--line);
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--s-3);
      }
      .who {
        flex: 1;
        min-inline-size: 0;
        display: grid;
        font-size: var(--fs-2);
        line-height: 1.35;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        text-align: start;
        font-weight: 560;
      }
      .hint {
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .known {
        color: var(--good);
      }
      .face {
        flex: none;
        padding: 0;
        inline-size: 64px;
        block-size: 48px;
        border: 0;
        border-radius: var(--r-1);
        overflow: hidden;
        background: var(--surface-3);
        cursor: zoom-in;
      }
      .face img,
      .large {
        display: block;
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }
      .large {
        block-size: auto;
        margin-block-start: var(--s-2);
        border-radius: var(--r-2);
      }
      .acts {
        display: flex;
        gap: var(--s-2);
        margin-block-start: var(--s-2);
      }
      .acts gr-button {
        flex: 1;
      }
    `,
  ];
}
customElements.define("gr-waiting-row", GrWaitingRow);

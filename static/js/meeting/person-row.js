import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { leftOut as leftOutOf } from "../room/consents.js";
import { MeetingElement } from "./element.js";
import { handNumber } from "./people.js";
import { actOn, toolItems } from "./tools.js";
import "./path-badge.js";
import "./quality-bars.js";

/** One person in the list: who, how they are here, and what may be done. */
export class GrPersonRow extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, who: {} };

  constructor() {
    super();
    this.who = "";
  }

  render() {
    const person = this.person(this.who);
    if (!person) return nothing;
    const self = person.id === this.state.you?.id;
    const number = handNumber(this.state, person.id);
    const leftOut = leftOutOf(this.state, person);
    const hints = [person.role !== "participant" && t(`meeting.role.${person.role}`), person.guest && t("meeting.guest"), leftOut && t(`meeting.left.${leftOut}`), person.connection === "reconnecting" && t("meeting.tile.reconnecting")].filter(Boolean);
    const items = toolItems(this.state, person);
    const label = t("meeting.tile.menu", { name: person.displayName });
    return html`<div class="row">
      <gr-avatar name=${person.displayName} key=${person.id}></gr-avatar>
      <span class="who"><span class="name"><bdi>${person.displayName}</bdi>${self ? html` <span class="you">(${t("common.you")})</span>` : nothing}</span>${hints.length ? html`<span class="hint">${hints.join(" · ")}</span>` : nothing}</span>
      ${number ? html`<span class="hand" role="img" aria-label=${t("meeting.tile.hand", { number })}><gr-icon name="hand"></gr-icon>${number}</span>` : nothing}
      <gr-quality level=${this.state.quality[person.id]?.level ?? ""}></gr-quality>
      ${person.role === "observer" ? nothing : html`<span class="media" role="img" aria-label=${[t(person.muted ? "meeting.tile.muted" : "meeting.tile.unmuted"), t(person.videoOn ? "meeting.tile.cameraOn" : "meeting.tile.cameraOff")].join(", ")}>
            <gr-icon class=${person.muted ? "off" : ""} name=${person.muted ? "mic-off" : "mic"}></gr-icon><gr-icon class=${person.videoOn ? "" : "off"} name=${person.videoOn ? "camera" : "camera-off"}></gr-icon>
          </span>`}
      ${items.length
        ? html`<gr-menu label=${label} .items=${items} @select=${(/** @type {CustomEvent} */ e) => actOn(this, e.detail, person.id)}><gr-button slot="trigger" variant="ghost" shape="icon" icon="more" label=${label}></gr-button></gr-menu>`
        : html`<span class="gap"></span>`}
    </div>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        min-block-size: 56px;
      }
      gr-avatar {
        --size: 36px;
      }
      .who {
        flex: 1;
        min-inline-size: 0;
        display: grid;
        font-size: var(--fs-2);
        line-height: 1.3;
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        text-align: start;
      }
      .you,
      .hint {
        color: var(--text-2);
      }
      .hint {
        font-size: var(--fs-1);
      }
      .hand {
        display: inline-flex;
        align-items: center;
        gap: 2px;
        padding: 2px 8px;
        border-radius: var(--r-full);
        background: var(--warn-soft);
        color: var(--on-warn-soft);
        font: 620 var(--fs-1) / 1.4 var(--font);
      }
      .media {
        display: inline-flex;
        gap: 6px;
        font-size: 15px;
      }
      .media .off {
        color: var(--text-2);
        opacity: 0.75;
      }
      .gap {
        inline-size: var(--s-1);
      }
    `,
  ];
}
customElements.define("gr-person-row", GrPersonRow);

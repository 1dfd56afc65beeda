import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { tallyOf } from "../room/consents.js";
import { MeetingElement, panel } from "./element.js";
import { hands, roster } from "./people.js";
import "./person-row.js";

/** Below this many a search is clutter. */
const SEARCH_FROM = 8;

/** Everybody, raised hands first in their order, observers apart, and the host's tools for all. */
export class GrPeoplePanel extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, search: { state: true } };

  constructor() {
    super();
    this.search = "";
  }

  /** @param {CustomEvent<string>} event */
  onTool({ detail }) {
    /** @type {Record<string, () => unknown>} */
    const tools = {
      "ask-unmute-all": () => this.attempt(this.call.askUnmute("all", "audio")),
      "stop-video-all": () => this.attempt(this.call.muteOther("all", "video")),
      "lower-all": () => this.attempt(this.call.lowerHands()),
      lock: () => this.ask("lock"),
      settings: () => this.ask("dialog", { dialog: "settings" }),
    };
    tools[detail]?.();
  }

  render() {
    const { state } = this;
    const { members, observers } = roster(state, this.search);
    const raised = this.search ? [] : hands(state);
    return html`${state.participants.length >= SEARCH_FROM ? html`<div class="search"><gr-field label=${t("meeting.people.search")} hide-label placeholder=${t("meeting.people.search")} .value=${this.search} @input=${(/** @type {any} */ e) => (this.search = e.target.value)}><gr-icon slot="before" name="search" class="glass"></gr-icon></gr-field></div>` : nothing}
      <div class="scroll" tabindex="0" role="group" aria-label=${t("meeting.panel.people")}>
        ${this.renderAnswers()} ${raised.length ? html`<h3>${t("meeting.people.hands")}</h3>${this.renderList(raised)}` : nothing}
        ${members.length ? html`<h3>${t("meeting.people.inCall", { count: members.length })}</h3>${this.renderList(members)}` : nothing}
        ${observers.length ? html`<h3>${t("meeting.people.observers", { count: observers.length })}</h3>${this.renderList(observers)}` : nothing}
        ${members.length + observers.length === 0 ? html`<p class="empty">${t("meeting.people.none")}</p>` : nothing}
      </div>
      <div class="foot">
        <gr-button block icon="link" @click=${() => this.ask("dialog", { dialog: "invite" })}>${t("meeting.invite")}</gr-button>
        ${state.can.moderate ? this.renderTools() : nothing}
      </div>`;
  }

  /** Who is in the recording, in sum; each row says it of one. */
  renderAnswers() {
    if (!this.state.room?.recording) return nothing;
    const { granted, refused, unanswered } = tallyOf(this.state, "recording");
    return html`<div class="answers"><gr-icon name="record"></gr-icon><span>${t("meeting.consent.answers", { granted, refused, unanswered })}</span></div>`;
  }

  renderTools() {
    const { state } = this;
    /** @type {import("../components/menu.js").MenuItem[]} */
    const items = [
      { id: "ask-unmute-all", label: t("meeting.all.askUnmute"), icon: "mic" },
      { id: "stop-video-all", label: t("meeting.all.stopVideo"), icon: "camera-off" },
      { id: "lower-all", label: t("meeting.all.lowerHands"), icon: "hand" },
    ];
    if (state.can.lock) items.push({ separator: true }, { id: "lock", label: t(state.room?.locked ? "meeting.unlock" : "meeting.lock"), icon: state.room?.locked ? "unlock" : "lock" });
    if (state.can.update_room) items.push({ id: "settings", label: t("meeting.settings"), icon: "settings" });
    return html`<div class="tools">
      <gr-button icon="mic-off" @click=${() => this.attempt(this.call.muteOther("all", "audio"))}>${t("meeting.all.mute")}</gr-button>
      <gr-menu label=${t("meeting.all.tools")} .items=${items} @select=${this.onTool}><gr-button slot="trigger" icon="more" shape="icon" label=${t("meeting.all.tools")}></gr-button></gr-menu>
    </div>`;
  }

  /** @param {import("../signalling/protocol.js").Participant[]} list */
  renderList(list) {
    return html`<ul>
      ${repeat(list, (one) => one.id, (one) => html`<li><gr-person-row .call=${this.call} .state=${this.state} who=${one.id}></gr-person-row></li>`)}
    </ul>`;
  }

  static styles = [
    base,
    panel,
    css`
      .glass {
        margin-inline-start: 12px;
      }
      .search {
        padding: 0 var(--s-4) var(--s-2);
      }
      .scroll:focus-visible {
        outline-offset: -3px;
      }
      .answers {
        display: flex;
        align-items: center;
        gap: var(--s-2);
        padding: var(--s-2) var(--s-3);
        border-radius: var(--r-2);
        background: var(--surface-2);
        font-size: var(--fs-1);
      }
      .tools {
        display: flex;
        gap: var(--s-2);
      }
      .tools > gr-button {
        flex: 1;
      }
      .scroll {
        padding-inline-end: var(--s-2);
      }
    `,
  ];
}
customElements.define("gr-people-panel", GrPeoplePanel);

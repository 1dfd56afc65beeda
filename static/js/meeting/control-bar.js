import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { mayRecord } from "../room/consents.js";
import { MeetingElement, badge } from "./element.js";
import { isHost } from "./people.js";
import "./clock.js";
import "./device-menu.js";
import "./reaction-picker.js";

/** The bar at the thumb: your own media in the middle, panels at the end, the room at the start. */
export class GrControlBar extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, panel: {}, unread: { type: Number }, choice: {}, hideSelf: { type: Boolean }, narrow: { type: Boolean, reflect: true } };

  constructor() {
    super();
    this.panel = "";
    this.unread = 0;
    this.choice = "auto";
    this.hideSelf = false;
    this.narrow = false;
  }

  get picker() {
    return /** @type {import("./reaction-picker.js").GrReactionPicker} */ (this.renderRoot.querySelector("gr-reaction-picker"));
  }

  /** To the button that opens the panel, or to the menu that has it. @param {string} panel */
  focusPanel(panel) {
    const button = this.renderRoot.querySelector(`[data-panel="${panel}"]`) ?? this.renderRoot.querySelector(".more gr-button");
    /** @type {HTMLElement|null} */ (button)?.focus();
  }

  showReactions() {
    const anchor = this.renderRoot.querySelector(this.narrow ? ".more" : ".react");
    if (anchor instanceof HTMLElement && this.state.can.react) this.picker.toggle(anchor);
  }

  /** @param {CustomEvent<string>} event */
  onMore({ detail }) {
    const [kind, value] = detail.split(":");
    if (kind === "layout") this.ask("layout", { choice: value });
    else if (kind === "panel") this.ask("panel", { panel: value });
    else if (kind === "dialog") this.ask("dialog", { dialog: value });
    else if (kind === "react") this.showReactions();
    else this.ask(kind);
  }

  /** @returns {import("../components/menu.js").MenuItem[]} */
  moreItems() {
    const { state } = this;
    const { can } = state;
    /** @type {import("../components/menu.js").MenuItem[]} */
    const items = [];
    if (this.narrow) {
      if (can.share_screen && navigator.mediaDevices && "getDisplayMedia" in navigator.mediaDevices) items.push({ id: "screen", label: t(state.screen.on ? "meeting.screen.stop" : "meeting.screen.start"), icon: state.screen.on ? "screen-off" : "screen" });
      if (can.raise_hand) items.push({ id: "hand", label: t(state.you?.handRaisedAt ? "meeting.hand.lower" : "meeting.hand.raise"), icon: "hand" });
      if (can.react) items.push({ id: "react", label: t("meeting.react"), icon: "smile" });
      items.push({ id: "panel:people", label: t("meeting.panel.people"), icon: "people" }, { separator: true });
    }
    for (const choice of ["auto", "grid", "speaker"]) {
      items.push({ id: `layout:${choice}`, label: t(`meeting.layout.${choice}`), icon: choice === "auto" ? "layout" : choice === "grid" ? "grid" : "person", checked: this.choice === choice });
    }
    items.push({ separator: true });
    if (this.hideSelf) items.push({ id: "hide-self", label: t("meeting.tool.showSelf"), icon: "camera" });
    items.push({ id: "dialog:devices", label: t("meeting.devices"), icon: "camera" });
    items.push({ id: "dialog:invite", label: t("meeting.invite"), icon: "link" }, { id: "panel:details", label: t("meeting.panel.details"), icon: "chart" });
    if (mayRecord(state)) items.push({ id: "record", label: t(state.room?.recording ? "meeting.record.stop" : "meeting.record.start"), icon: state.room?.recording ? "stop" : "record" });
    if (can.lock) items.push({ id: "lock", label: t(state.room?.locked ? "meeting.unlock" : "meeting.lock"), icon: state.room?.locked ? "unlock" : "lock" });
    if (can.update_room) items.push({ id: "dialog:settings", label: t("meeting.settings"), icon: "settings" });
    if (can.rename_self) items.push({ id: "dialog:rename-self", label: t("meeting.renameSelf"), icon: "edit" });
    items.push({ id: "dialog:help", label: t("meeting.help"), icon: "keyboard" });
    return items;
  }

  render() {
    const { state } = this;
    return html`<div class="bar" role="toolbar" aria-label=${t("meeting.controls")}>
      ${this.narrow ? nothing : html`<div class="room">
            <strong class="ellipsis"><bdi>${state.room?.name || state.room?.roomCode || ""}</bdi></strong>
            <span class="when">${state.room?.locked ? html`<gr-icon name="lock"></gr-icon><span class="visually-hidden">${t("meeting.locked")}</span>` : nothing}<gr-clock since=${state.startedAt}></gr-clock></span>
          </div>`}
      <div class="middle">
        ${this.renderMicrophone()} ${this.renderCamera()} ${this.narrow ? nothing : html`${this.renderScreen()} ${this.renderHand()} ${this.renderReact()} ${this.renderRecord()}`}
        ${this.narrow ? this.renderPanels() : nothing}
        <gr-menu class="more" label=${t("common.more")} .items=${this.moreItems()} @select=${this.onMore}>
          <gr-button slot="trigger" variant="soft" shape="round" size="l" icon="more" label=${t("common.more")}></gr-button>
        </gr-menu>
        ${this.renderLeave()}
      </div>
      ${this.narrow ? nothing : html`<div class="panels">${this.renderPanels()}</div>`}
      <gr-reaction-picker .call=${this.call} .state=${state}></gr-reaction-picker>
    </div>`;
  }

  renderMicrophone() {
    const { microphone, can } = this.state;
    if (!can.publish_audio) return nothing;
    const off = !microphone.on;
    const describe = microphone.error ? t(`meeting.device.error.${microphone.error.code}`) : !can.unmute && off ? t("meeting.mic.notAllowed") : "";
    return html`<div class="pair ${off ? "off" : ""}">
      <gr-button
        class="with-menu mic"
        variant=${off ? "danger" : "soft"}
        size="l"
        icon=${off ? "mic-off" : "mic"}
        label=${t(off ? "meeting.mic.unmute" : "meeting.mic.mute")}
        shortcut="M"
        describe=${describe}
        ?busy=${microphone.pending}
        @click=${() => this.ask("microphone")}
      ></gr-button>
      ${microphone.error ? html`<span class="badge warn" aria-hidden="true">!</span>` : nothing}
      <gr-device-menu kind="microphone" .call=${this.call} .state=${this.state}></gr-device-menu>
    </div>`;
  }

  renderCamera() {
    const { camera, can } = this.state;
    if (!can.publish_video) return nothing;
    const off = !camera.on;
    return html`<div class="pair ${off ? "off" : ""}">
      <gr-button
        class="with-menu camera"
        variant=${off ? "danger" : "soft"}
        size="l"
        icon=${off ? "camera-off" : "camera"}
        label=${t(off ? "meeting.camera.start" : "meeting.camera.stop")}
        shortcut="V"
        describe=${camera.error ? t(`meeting.device.error.${camera.error.code}`) : ""}
        ?busy=${camera.pending}
        @click=${() => this.ask("camera")}
      ></gr-button>
      ${camera.error ? html`<span class="badge warn" aria-hidden="true">!</span>` : nothing}
      <gr-device-menu kind="camera" .call=${this.call} .state=${this.state}></gr-device-menu>
    </div>`;
  }

  renderScreen() {
    const { screen, can } = this.state;
    if (!can.share_screen) return nothing;
    return html`<gr-button variant="soft" shape="round" size="l" toggle ?pressed=${screen.on} icon=${screen.on ? "screen-off" : "screen"} label=${t(screen.on ? "meeting.screen.stop" : "meeting.screen.start")} shortcut="S" ?busy=${screen.pending} @click=${() => this.ask("screen")}></gr-button>`;
  }

  renderHand() {
    const up = Boolean(this.state.you?.handRaisedAt);
    if (!this.state.can.raise_hand) return nothing;
    return html`<gr-button variant="soft" shape="round" size="l" toggle ?pressed=${up} icon="hand" label=${t(up ? "meeting.hand.lower" : "meeting.hand.raise")} shortcut="H" @click=${() => this.ask("hand")}></gr-button>`;
  }

  renderReact() {
    if (!this.state.can.react) return nothing;
    return html`<gr-button class="react" variant="soft" shape="round" size="l" icon="smile" label=${t("meeting.react")} shortcut="R" @click=${this.showReactions}></gr-button>`;
  }

  /** Only where the window has a place for it; the menu has it always. */
  renderRecord() {
    if (!mayRecord(this.state)) return nothing;
    const on = Boolean(this.state.room?.recording);
    return html`<gr-button class="record" variant="soft" shape="round" size="l" toggle ?pressed=${on} icon=${on ? "stop" : "record"} label=${t(on ? "meeting.record.stop" : "meeting.record.start")} shortcut="O" @click=${() => this.ask("record")}></gr-button>`;
  }

  renderLeave() {
    const label = t(isHost(this.state.you) ? "meeting.leaveOrEnd" : "meeting.leave");
    return html`<gr-button class="leave" variant="danger" size="l" icon="phone" label=${label} @click=${() => this.ask("leave")}></gr-button>`;
  }

  renderPanels() {
    const { state } = this;
    const waiting = state.waitingList.length;
    const showWaiting = state.can.admit && (waiting > 0 || state.room?.settings.waitingRoom !== "off");
    return html`${this.renderPanelButton("chat", "chat", "C", this.unread, t("meeting.unread", { count: this.unread }))}
    ${this.narrow ? nothing : this.renderPanelButton("people", "people", "P", state.participants.length, t("meeting.count", { count: state.participants.length }), "calm")}
    ${showWaiting && (!this.narrow || waiting > 0) ? this.renderPanelButton("waiting", "door", "W", waiting, t("meeting.waitingCount", { count: waiting }), "warn") : nothing}`;
  }

  /** @param {string} panel @param {string} icon @param {string} shortcut @param {number} count @param {string} words @param {string} [look] */
  renderPanelButton(panel, icon, shortcut, count, words, look = "") {
    const open = this.panel === panel;
    const label = t(`meeting.panel.${panel}`);
    return html`<span class="counted">
      <gr-button data-panel=${panel} variant=${this.narrow ? "soft" : "ghost"} shape="round" size="l" toggle ?pressed=${open} icon=${icon} label=${label} shortcut=${shortcut} describe=${count ? words : ""} @click=${() => this.ask("panel", { panel })}></gr-button>
      ${count ? html`<span class="badge ${look}" aria-hidden="true">${count > 99 ? "99+" : count}</span>` : nothing}
    </span>`;
  }

  static styles = [
    base,
    badge,
    css`
      :host {
        display: block;
        background: var(--surface);
        border-block-start: 1px solid var(--line);
        padding-block-end: env(safe-area-inset-bottom);
      }
      .bar {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto minmax(max-content, 1fr);
        align-items: center;
        gap: var(--s-4);
        padding: var(--s-2) var(--s-5);
        min-block-size: 72px;
      }
      .room {
        display: grid;
        font-size: var(--fs-2);
        line-height: 1.3;
      }
      .room strong {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-weight: 620;
      }
      .when {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        color: var(--text-2);
        font-size: var(--fs-1);
      }
      .middle {
        display: flex;
        align-items: center;
        gap: var(--s-3);
      }
      .panels {
        display: flex;
        justify-content: flex-end;
        gap: var(--s-1);
      }
      .pair {
        display: flex;
        align-items: stretch;
        gap: 1px;
      }
      .with-menu::part(button) {
        inline-size: 54px;
        padding: 0;
        font-size: var(--fs-4);
        border-start-start-radius: var(--r-full);
        border-end-start-radius: var(--r-full);
        border-start-end-radius: 0;
        border-end-end-radius: 0;
      }
      .leave::part(button) {
        inline-size: 68px;
        padding: 0;
        font-size: var(--fs-5);
        border-radius: var(--r-full);
      }
      .counted,
      .pair {
        position: relative;
        display: inline-flex;
      }
      .badge {
        position: absolute;
        inset-block-start: -2px;
        inset-inline-end: -4px;
        box-shadow: 0 0 0 2px var(--surface);
      }
      .badge.calm {
        background: var(--surface-3);
        color: var(--text);
      }
      gr-reaction-picker {
        position: absolute;
      }
      @media (max-width: 1099px) {
        .record {
          display: none;
        }
      }
      @media (max-width: 1020px) {
        .bar {
          padding-inline: var(--s-4);
          gap: var(--s-2);
        }
        .middle {
          gap: var(--s-2);
        }
      }
      /* Half a name says nothing: the buttons have the place. */
      @media (max-width: 819px) {
        .room {
          display: none;
        }
        .bar {
          grid-template-columns: auto auto;
          justify-content: space-between;
        }
      }
      :host([narrow]) .bar {
        display: flex;
        justify-content: center;
        padding: var(--s-2);
        min-block-size: 68px;
      }
      :host([narrow]) .middle {
        flex: 1;
        max-inline-size: 520px;
        justify-content: space-evenly;
        gap: 2px;
      }
      :host([narrow]) gr-device-menu {
        display: none;
      }
      :host([narrow]) .with-menu::part(button) {
        inline-size: 52px;
        border-radius: var(--r-full);
      }
      :host([narrow]) .leave::part(button) {
        inline-size: 56px;
      }
      @media (max-width: 359px) {
        :host([narrow]) .bar {
          padding-inline: 2px;
        }
        :host([narrow]) .middle {
          gap: 0;
        }
      }
    `,
  ];
}
customElements.define("gr-control-bar", GrControlBar);

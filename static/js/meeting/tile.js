import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement } from "./element.js";
import { answerOf, leftOut, readsEmotion } from "../room/consents.js";
import { handNumber } from "./people.js";
import { actOn, toolItems } from "./tools.js";
import "./arousal.js";
import "./path-badge.js";
import "./quality-bars.js";
import "./video.js";

/** One picture on the stage: a person's camera or a shared screen, and what there is to know about it. */
export class GrTile extends MeetingElement {
  static properties = {
    call: { attribute: false },
    state: { attribute: false },
    who: {},
    kind: { reflect: true },
    place: { reflect: true },
    pinned: { type: Boolean },
    speaking: { type: Boolean, reflect: true },
    small: { type: Boolean, reflect: true },
  };

  constructor() {
    super();
    this.who = "";
    /** @type {"camera"|"screen"} */
    this.kind = "camera";
    /** @type {"stage"|"strip"|"float"} */
    this.place = "stage";
    this.pinned = false;
    this.speaking = false;
    this.small = false;
  }

  /** Somebody begins to speak, a figure is another one: the state changes many times a second, and rarely in what a tile shows. @param {Map<string, unknown>} changed */
  shouldUpdate(changed) {
    const before = /** @type {import("../call/call-state.js").CallState|undefined} */ (changed.get("state"));
    if (changed.size !== 1 || !before) return true;
    const [then, now] = [before, this.state].map((state) => shownOn(state, this.who, this.kind));
    return then.some((one, at) => one !== now[at]);
  }

  get self() {
    return this.state.you?.id === this.who;
  }

  get link() {
    return this.self ? undefined : this.state.links[this.who];
  }

  /** That the server hears this person, and what for. */
  get tap() {
    return this.state.taps.list.find((one) => one.participantId === this.who) ?? null;
  }

  /** Why there is no live picture right now, in words. */
  trouble() {
    if (this.person(this.who)?.connection === "reconnecting") return t("meeting.tile.reconnecting");
    if (this.link?.state === "restarting") return t("meeting.tile.restarting");
    if (this.link?.state === "failed") return t("meeting.tile.failed");
    if (this.link?.state === "new" || this.link?.state === "connecting") return t("meeting.tile.connecting");
    return "";
  }

  /** Why the picture that is there is not shown, in words: their camera is on, but nothing of it comes. */
  paused() {
    const person = this.person(this.who);
    if (this.self || !person || !(this.kind === "screen" || person.videoOn)) return "";
    if (this.state.videoMode === "none" && this.kind === "camera") return t("meeting.tile.soundOnly");
    const reason = this.state.limited[this.who]?.[this.kind];
    return reason ? t(`meeting.tile.paused.${reason}`) : "";
  }

  /** @param {CustomEvent<string>} event */
  onTool(event) {
    if (event.detail === "pin") this.ask("pin", { key: this.kind === "screen" ? `${this.who}:screen` : this.who });
    else if (event.detail === "hide-self") this.ask("hide-self");
    else actOn(this, event.detail, this.who);
  }

  render() {
    const person = this.person(this.who);
    if (!person) return nothing;
    const screen = this.kind === "screen";
    const name = screen ? t(this.self ? "meeting.tile.yourScreen" : "meeting.tile.screenOf", { name: person.displayName }) : this.self ? t("meeting.tile.you", { name: person.displayName }) : person.displayName;
    const paused = this.paused();
    const shown = (screen || person.videoOn) && !paused;
    const trouble = this.trouble();
    return html`<div class="tile" role="group" aria-label=${this.describe(name, person, trouble || paused)}>
      <gr-video .call=${this.call} who=${this.who} kind=${this.kind} ?mirrored=${this.self && !screen} ?contain=${screen} ?hidden=${!shown}></gr-video>
      ${shown || trouble ? nothing : html`<div class="face ${paused ? "paused" : ""}"><gr-avatar name=${person.displayName} key=${person.id}></gr-avatar>${paused ? html`<span>${paused}</span>` : nothing}</div>`}
      ${trouble ? html`<div class="trouble">${shown ? nothing : html`<gr-avatar name=${person.displayName} key=${person.id}></gr-avatar>`}<span class="ring" aria-hidden="true"></span><span>${trouble}</span></div>` : nothing}
      ${screen ? nothing : this.renderFlags(person)} ${this.renderMenu(person, name)}
      <div class="label">
        ${screen ? html`<gr-icon name="screen"></gr-icon>` : person.muted ? html`<gr-icon class="muted-mic" name="mic-off"></gr-icon>` : nothing}
        <span class="name">${name}</span>
        ${this.place === "float" || screen ? nothing : html`<gr-quality level=${this.state.quality[this.who]?.level ?? ""}></gr-quality>`}
        ${this.showsMood(person) ? html`<gr-arousal .emotion=${this.state.emotions[this.who] ?? null}></gr-arousal>` : nothing}
        ${screen || (this.place === "float" && !this.tap) ? nothing : html`<gr-path .path=${this.link?.path ?? null} .tap=${this.tap}></gr-path>`}
      </div>
    </div>`;
  }

  /** @param {string} name @param {import("../signalling/protocol.js").Participant} person @param {string} trouble */
  describe(name, person, trouble) {
    const number = handNumber(this.state, person.id);
    const out = leftOut(this.state, person);
    const parts = this.kind === "screen" ? [name] : [name, person.muted && t("meeting.tile.muted"), !person.videoOn && t("meeting.tile.cameraOff"), number && t("meeting.tile.hand", { number }), out && t(`meeting.left.${out}`), trouble];
    return parts.filter(Boolean).join(", ");
  }

  /** One's own while it is analysed; another's as soon as something of it is shared with us. @param {import("../signalling/protocol.js").Participant} person */
  showsMood(person) {
    if (this.kind === "screen") return false;
    const analysed = this.state.room && readsEmotion(this.state.room) && answerOf(person, "emotion") === "granted";
    return analysed && (this.self || this.who in this.state.emotions);
  }

  /** @param {import("../signalling/protocol.js").Participant} person */
  renderFlags(person) {
    const number = handNumber(this.state, person.id);
    const out = leftOut(this.state, person);
    return html`<div class="flags">
      ${out ? html`<span class="flag out" title=${t(`meeting.left.${out}.why`)}><gr-icon name="record-off"></gr-icon><span>${t(`meeting.left.${out}.short`)}</span></span>` : nothing}
      ${number ? html`<span class="flag hand" title=${t("meeting.tile.hand", { number })}><gr-icon name="hand"></gr-icon>${number}</span>` : nothing}
      ${this.pinned ? html`<span class="flag" title=${t("meeting.tile.pinned")}><gr-icon name="pin"></gr-icon></span>` : nothing}
      ${this.state.room?.spotlight === person.id ? html`<span class="flag" title=${t("meeting.tile.spotlit")}><gr-icon name="spotlight"></gr-icon></span>` : nothing}
    </div>`;
  }

  /** @param {import("../signalling/protocol.js").Participant} person @param {string} name */
  renderMenu(person, name) {
    /** @type {import("../components/menu.js").MenuItem[]} */
    const items = [{ id: "pin", label: t(this.pinned ? "meeting.tool.unpin" : "meeting.tool.pin"), icon: "pin" }];
    if (this.self && this.kind === "camera") items.push({ id: "hide-self", label: t("meeting.tool.hideSelf"), icon: "camera-off" });
    const tools = toolItems(this.state, person);
    if (tools.length && this.kind === "camera") items.push({ separator: true }, ...tools);
    const label = t("meeting.tile.menu", { name });
    return html`<gr-menu class="menu" label=${label} .items=${items} @select=${this.onTool}>
      <gr-button slot="trigger" variant="soft" shape="round" icon="more" label=${label}></gr-button>
    </gr-menu>`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
        color-scheme: dark;
        color: var(--text);
        container-type: size;
      }
      .tile {
        position: relative;
        inline-size: 100%;
        block-size: 100%;
        border-radius: var(--r-3);
        overflow: hidden;
        background: #20302a;
        isolation: isolate;
      }
      :host([kind="screen"]) .tile {
        background: #0d0f0e;
      }
      :host([place="float"]) .tile {
        box-shadow: var(--shadow-3);
        outline: 1px solid rgb(255 255 255 / 0.18);
      }
      .tile::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: inherit;
        border: 3px solid transparent;
        pointer-events: none;
        transition: border-color var(--fast) var(--ease);
      }
      :host([speaking]) .tile::after {
        border-color: #76cda3;
      }
      .face {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
      }
      .face:not(.paused) gr-avatar {
        --size: clamp(40px, min(34cqw, 42cqh), 136px);
      }
      .label {
        position: absolute;
        inset-block-end: var(--s-2);
        inset-inline-start: var(--s-2);
        max-inline-size: calc(100% - 2 * var(--s-2));
        display: flex;
        align-items: center;
        gap: 6px;
        padding: 4px 9px;
        border-radius: var(--r-full);
        background: rgb(10 14 12 / 0.72);
        font-size: var(--fs-1);
        line-height: 1.3;
      }
      .label gr-icon {
        font-size: 13px;
      }
      .label gr-arousal {
        flex: none;
      }
      .muted-mic {
        color: var(--danger);
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        unicode-bidi: plaintext;
      }
      .flags {
        position: absolute;
        inset-block-start: var(--s-2);
        inset-inline-start: var(--s-2);
        display: flex;
        gap: var(--s-1);
      }
      .flag {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        min-block-size: 28px;
        padding-inline: 8px;
        border-radius: var(--r-full);
        background: rgb(10 14 12 / 0.72);
        font: 620 var(--fs-1) / 1 var(--font);
      }
      .flag.hand {
        background: #edbe69;
        color: #2b1d00;
      }
      .flag.out {
        font-weight: 520;
      }
      .menu {
        position: absolute;
        inset-block-start: 6px;
        inset-inline-end: 6px;
        opacity: 0;
        transition: opacity var(--fast) var(--ease);
      }
      .tile:hover .menu,
      .tile:focus-within .menu,
      .menu[open] {
        opacity: 1;
      }
      .menu gr-button {
        --fill: rgb(10 14 12 / 0.72);
      }
      .trouble {
        position: absolute;
        inset: 0;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: var(--s-2);
        padding: var(--s-3);
        text-align: center;
        background: rgb(12 16 14 / 0.66);
        font-size: var(--fs-2);
      }
      .trouble gr-avatar {
        --size: clamp(32px, min(22cqw, 26cqh), 80px);
      }
      .paused {
        align-content: center;
        gap: var(--s-2);
        padding: var(--s-2) var(--s-3) 36px;
        font-size: var(--fs-1);
        line-height: 1.3;
        text-align: center;
        text-wrap: balance;
      }
      .paused gr-avatar {
        --size: clamp(32px, min(22cqw, 26cqh), 80px);
      }
      .ring {
        flex: none;
        inline-size: 24px;
        block-size: 24px;
        border: 3px solid rgb(255 255 255 / 0.3);
        border-block-start-color: #fff;
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      @media (hover: none) {
        .menu {
          opacity: 1;
        }
        :host([small]) .menu {
          transform: scale(0.8);
          transform-origin: top right;
        }
        .menu gr-button {
          --fill: rgb(10 14 12 / 0.4);
        }
      }
      @container (max-width: 260px) {
        .flag.out span,
        gr-arousal::part(hint) {
          display: none;
        }
      }
      @container (max-width: 150px) {
        gr-arousal {
          display: none;
        }
      }
      @container (max-width: 180px) {
        .tile {
          border-radius: var(--r-2);
        }
        .label {
          padding: 2px 7px;
          inset-block-end: 6px;
          inset-inline-start: 6px;
          max-inline-size: calc(100% - 12px);
        }
        .trouble {
          font-size: var(--fs-1);
        }
      }
      @container (max-height: 110px) or (max-width: 150px) {
        .paused {
          padding: var(--s-1);
        }
        .paused span {
          display: none;
        }
      }
      @container (max-height: 110px) {
        .trouble .ring {
          display: none;
        }
      }
    `,
  ];
}
customElements.define("gr-tile", GrTile);

/** All of a state that a tile and its menu show. @param {import("../call/call-state.js").CallState} state @param {string} who @param {"camera"|"screen"} kind @returns {unknown[]} */
function shownOn(state, who, kind) {
  const person = state.participants.find((one) => one.id === who);
  const { state: link, path } = state.links[who] ?? {};
  const told = [link, path, state.quality[who]?.level, state.limited[who]?.[kind], state.emotions[who], state.room?.recording?.id, state.room?.settings.emotion];
  return [person, handNumber(state, who), ...told, state.videoMode, state.room?.spotlight, state.can, state.you?.id];
}

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { pagedList, pagedListStyles } from "./paged-list.js";
import { deleteRoom, listRooms } from "../rest/api.js";
import { copy } from "../browser/clipboard.js";
import { formatDateTime, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { linkTo } from "../app/room-code.js";
import { navigate } from "../app/router.js";
import { known, session, user } from "../app/session.js";
import "./create-room.js";
import "./room-settings.js";
import "./session-list.js";

/** The rooms of the signed-in person: open, share, change, delete, and what happened in them. */
export class GrRooms extends GrElement {
  static properties = {
    rooms: { state: true },
    cursor: { state: true },
    failed: { state: true },
    creating: { state: true },
    editing: { state: true },
    deleting: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {import("../rest/api.js").RoomInfo[]|null} */
    this.rooms = null;
    /** @type {string|null} */
    this.cursor = null;
    this.failed = "";
    /** @type {"now"|"later"|null} */
    this.creating = null;
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.editing = null;
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.deleting = null;
    /** Ids of the rooms whose sessions are unfolded. @type {Set<string>} */
    this.shown = new Set();
    this.refresh = () => (this.requestUpdate(), this.load());
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.refresh);
    this.load();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.refresh);
  }

  /** @param {string|null} [cursor] */
  async load(cursor = null) {
    if (!user()) return;
    this.failed = "";
    try {
      const page = await listRooms(cursor ?? undefined);
      this.rooms = [...(cursor ? (this.rooms ?? []) : []), ...page.items];
      this.cursor = page.nextCursor ?? null;
    } catch (error) {
      this.failed = errorText(error, "rooms.failed");
    }
  }

  async deleteChosen() {
    const room = this.deleting;
    this.deleting = null;
    if (!room) return;
    try {
      await deleteRoom(room.roomId);
      this.rooms = this.rooms?.filter((one) => one.roomId !== room.roomId) ?? null;
      toast({ text: t("rooms.deleted"), kind: "good" });
    } catch (error) {
      toast({ text: errorText(error, "rooms.failed"), kind: "error" });
    }
  }

  /** @param {import("../rest/api.js").RoomInfo} room @param {string} action */
  act(room, action) {
    if (action === "copy") copy(linkTo(room.roomCode), t("recent.linkCopied"));
    else if (action === "recordings") navigate(`/rooms/${room.roomId}/recordings`);
    else if (action === "edit") this.editing = room;
    else if (action === "delete") this.deleting = room;
    else navigate(`/r/${room.roomCode}`);
  }

  /** @param {string} id */
  toggle(id) {
    const shown = new Set(this.shown);
    if (!shown.delete(id)) shown.add(id);
    this.shown = shown;
  }

  /** @param {CustomEvent<import("../rest/api.js").RoomInfo>} event */
  onSaved(event) {
    const saved = event.detail;
    this.rooms = this.rooms?.map((room) => (room.roomId === saved.roomId ? { ...room, ...saved } : room)) ?? null;
    this.editing = null;
  }

  render() {
    return html`<div class="page stack wide">
      <div class="row between">
        <h1 tabindex="-1">${t("rooms.title")}</h1>
        ${user() ? html`<div class="row"><gr-button icon="calendar" @click=${() => (this.creating = "later")}>${t("home.schedule")}</gr-button><gr-button variant="primary" icon="plus" @click=${() => (this.creating = "now")}>${t("rooms.create")}</gr-button></div>` : nothing}
      </div>
      ${this.renderList()}
      <gr-create-room .mode=${this.creating} @close=${() => ((this.creating = null), this.load())}></gr-create-room>
      <gr-room-settings .room=${this.editing} @close=${() => (this.editing = null)} @saved=${this.onSaved}></gr-room-settings>
      ${this.renderDeleting()}
    </div>`;
  }

  renderList() {
    if (!known()) return html`<gr-spinner></gr-spinner>`;
    if (!user()) {
      return html`<section class="card row between"><p class="grow">${t("rooms.signedOut")}</p><gr-button variant="primary" href="/sign-in?next=/rooms">${t("app.signIn")}</gr-button></section>`;
    }
    const { rooms: items, cursor, failed } = this;
    return pagedList({
      items,
      cursor,
      failed,
      load: (from) => this.load(from),
      row: (room) => this.renderRoom(room),
      empty: { icon: "door", text: t("rooms.empty") },
    });
  }

  /** @param {import("../rest/api.js").RoomInfo} room */
  renderRoom(room) {
    const open = this.shown.has(room.roomId);
    const name = room.name || room.roomCode;
    const planned = room.startsAt && new Date(room.startsAt).getTime() > Date.now();
    const items = [
      { id: "copy", label: t("common.copyLink"), icon: "copy" },
      { id: "recordings", label: t("rooms.recordings"), icon: "record" },
      { id: "edit", label: t("rooms.edit"), icon: "settings" },
      { separator: /** @type {const} */ (true) },
      { id: "delete", label: t("rooms.delete"), icon: "trash", danger: true },
    ];
    return html`<li class="card">
      <div class="head">
        <div class="grow">
          <h2 class="ellipsis">${name}</h2>
          <p class="facts muted small">
            <bdi class="code">${room.roomCode}</bdi>
            ${room.live ? html`<span class="badge live">${t("rooms.live", { n: room.participantCount ?? 0 })}</span>` : nothing}
            ${planned ? html`<span class="badge"><gr-icon name="calendar"></gr-icon>${formatDateTime(room.startsAt ?? "")}</span>` : nothing}
            ${room.hasPassword ? html`<span class="badge"><gr-icon name="key"></gr-icon>${t("rooms.password")}</span>` : nothing}
            ${room.locked ? html`<span class="badge"><gr-icon name="lock"></gr-icon>${t("rooms.locked")}</span>` : nothing}
          </p>
        </div>
        <gr-button class="open" variant=${room.live ? "primary" : "secondary"} href="/r/${room.roomCode}" label=${t("rooms.openOne", { room: name })}>${t("rooms.open")}</gr-button>
        <gr-menu label=${t("recent.actions", { room: name })} .items=${items} @select=${(/** @type {CustomEvent<string>} */ e) => this.act(room, e.detail)}>
          <gr-button slot="trigger" variant="ghost" shape="icon" icon="more" label=${t("recent.actions", { room: name })}></gr-button>
        </gr-menu>
      </div>
      <gr-button class="fold" variant="ghost" size="s" .expanded=${open} trailing=${open ? "chevron-up" : "chevron-down"} @click=${() => this.toggle(room.roomId)}>${t("rooms.sessions")}</gr-button>
      ${open ? html`<gr-session-list .roomId=${room.roomId}></gr-session-list>` : nothing}
    </li>`;
  }

  renderDeleting() {
    return html`<gr-dialog heading=${t("rooms.deleteTitle")} ?open=${this.deleting !== null} @close=${() => (this.deleting = null)}>
      <p>${t("rooms.deleteText", { room: this.deleting?.name || this.deleting?.roomCode || "" })}</p>
      <div slot="actions">
        <gr-button @click=${() => (this.deleting = null)}>${t("common.cancel")}</gr-button>
        <gr-button variant="danger" @click=${this.deleteChosen}>${t("common.delete")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    layout,
    pagedListStyles,
    css`
      li.card {
        padding: var(--s-4) var(--s-4) var(--s-2) var(--s-5);
        padding-inline: var(--s-5) var(--s-4);
      }
      .head {
        display: flex;
        align-items: center;
        gap: var(--s-2);
      }
      @media (max-width: 480px) {
        .head {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .head .open {
          grid-row: 2;
          grid-column: 1 / -1;
          inline-size: 100%;
        }
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--s-1) var(--s-3);
        margin-block-start: 2px;
      }
      .code {
        font-family: var(--mono);
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: var(--s-1);
      }
      .live {
        padding: 2px 10px;
        border-radius: var(--r-full);
        background: var(--accent-soft);
        color: var(--on-accent-soft);
        font-weight: 560;
      }
      .fold {
        margin-inline-start: calc(-1 * var(--s-3));
        margin-block-start: var(--s-1);
      }
    `,
  ];
}
customElements.define("gr-rooms", GrRooms);

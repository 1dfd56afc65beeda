import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { copy } from "../browser/clipboard.js";
import { formatDateTime, formatRelative, t } from "../i18n/i18n.js";
import { linkTo } from "../app/room-code.js";
import { forgetRoom, recentRooms } from "../browser/storage.js";
import { navigate } from "../app/router.js";

/** Rooms this device was in or planned, newest first; nothing at all before the first. */
export class GrRecentRooms extends GrElement {
  static properties = { list: { state: true } };

  constructor() {
    super();
    this.list = recentRooms();
  }

  /** @param {string} code @param {string} action */
  act(code, action) {
    if (action === "copy") copy(linkTo(code), t("recent.linkCopied"));
    else if (action === "forget") {
      forgetRoom(code);
      this.list = recentRooms();
    } else navigate(`/r/${code}`);
  }

  render() {
    if (!this.list.length) return nothing;
    return html`<section aria-labelledby="recent">
      <h2 id="recent">${t("recent.title")}</h2>
      <ul>
        ${this.list.map((room) => this.renderRoom(room))}
      </ul>
    </section>`;
  }

  /** @param {import("../browser/storage.js").RecentRoom} room */
  renderRoom({ code, name, at, startsAt }) {
    const planned = startsAt && new Date(startsAt).getTime() > Date.now();
    const items = [
      { id: "join", label: t("recent.open"), icon: "door" },
      { id: "copy", label: t("common.copyLink"), icon: "copy" },
      { id: "forget", label: t("recent.forget"), icon: "close" },
    ];
    return html`<li>
      <a href="/r/${code}">
        <gr-icon name=${planned ? "calendar" : "door"}></gr-icon>
        <span class="text">
          <span class="name">${name || code}</span>
          <span class="muted small">${planned ? t("recent.startsAt", { when: formatDateTime(startsAt) }) : formatRelative(at)}${name && !planned ? html` · <bdi>${code}</bdi>` : nothing}</span>
        </span>
      </a>
      <gr-menu label=${t("recent.actions", { room: name || code })} .items=${items} @select=${(/** @type {CustomEvent<string>} */ e) => this.act(code, e.detail)}>
        <gr-button slot="trigger" variant="ghost" shape="icon" icon="more" label=${t("recent.actions", { room: name || code })}></gr-button>
      </gr-menu>
    </li>`;
  }

  static styles = [
    base,
    layout,
    css`
      section {
        display: grid;
        gap: var(--s-4);
        padding-block: var(--s-4);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
        gap: var(--s-3);
      }
      li {
        display: flex;
        align-items: center;
        padding-inline-end: var(--s-2);
        border: 1px solid var(--line);
        border-radius: var(--r-3);
        background: var(--surface);
        transition: box-shadow var(--fast) var(--ease);
      }
      li:hover {
        box-shadow: var(--shadow-2);
      }
      a {
        flex: 1;
        min-inline-size: 0;
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding: var(--s-4);
        border-radius: inherit;
        color: var(--text);
        text-decoration: none;
      }
      a > gr-icon {
        color: var(--accent);
        font-size: 1.25rem;
      }
      .text {
        display: grid;
        min-inline-size: 0;
      }
      .name {
        font-weight: 580;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];
}
customElements.define("gr-recent-rooms", GrRecentRooms);

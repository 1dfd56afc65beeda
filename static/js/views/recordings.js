import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { pagedList, pagedListStyles } from "./paged-list.js";
import { getRoom } from "../rest/api.js";
import { bearerOf, codeOfPage, isRefusal, withAccess } from "../rest/access.js";
import { listRecordings } from "../rest/recordings.js";
import { isGoingOn, lengthOf } from "../app/recordings.js";
import { formatBytes, formatDateTime, formatDuration, has, t, useMessages } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";

await useMessages("recordings");

const AGAIN_MS = 4_000;

/** The recordings of one room, newest first, each with what has become of it. */
export class GrRecordings extends GrElement {
  static properties = { roomId: { attribute: false }, room: { state: true }, items: { state: true }, cursor: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.roomId = "";
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.room = null;
    /** @type {import("../rest/recordings.js").Recording[]|null} */
    this.items = null;
    /** @type {string|null} */
    this.cursor = null;
    this.failed = "";
    this.timer = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("roomId") && this.roomId) this.start();
  }

  get code() {
    return codeOfPage();
  }

  async start() {
    this.items = null;
    // The name is a courtesy: the list does not wait for it.
    getRoom(this.roomId, bearerOf(this.code)).then((room) => (this.room = room), () => (this.room = null));
    await this.load();
  }

  /** @param {string|null} [cursor] */
  async load(cursor = null) {
    this.failed = "";
    try {
      const page = await withAccess(this.code, (how) => listRecordings(this.roomId, { ...how, ...(cursor && { cursor }) }));
      this.items = [...(cursor ? (this.items ?? []) : []), ...page.items];
      this.cursor = page.nextCursor ?? null;
    } catch (error) {
      this.failed = isRefusal(error) ? t("recordings.notYours") : errorText(error, "recordings.failed");
    }
    this.follow();
  }

  /** As long as one of them changes. What fails in between is no news. */
  follow() {
    clearTimeout(this.timer);
    if (!this.isConnected || !this.items?.some(isGoingOn)) return;
    this.timer = window.setTimeout(async () => {
      const page = await withAccess(this.code, (how) => listRecordings(this.roomId, how)).catch(() => null);
      const fresh = new Map(page?.items.map((one) => [one.recordingId, one]));
      if (page && this.items) this.items = this.items.map((one) => fresh.get(one.recordingId) ?? one);
      this.follow();
    }, AGAIN_MS);
  }

  render() {
    return html`<div class="page stack wide">
      <div>
        ${this.room ? html`<p class="muted small"><bdi>${this.room.name || this.room.roomCode}</bdi></p>` : nothing}
        <h1 tabindex="-1">${t("recordings.title")}</h1>
      </div>
      ${this.renderList()}
    </div>`;
  }

  renderList() {
    const { items, cursor, failed } = this;
    return pagedList({
      items,
      cursor,
      failed,
      load: (from) => this.load(from),
      row: (one) => this.renderOne(one),
      empty: { icon: "record", text: t("recordings.empty"), hint: t("recordings.emptyHint") },
      tight: true,
    });
  }

  /** @param {import("../rest/recordings.js").Recording} one */
  renderOne(one) {
    const query = this.code ? `?code=${encodeURIComponent(this.code)}` : "";
    const facts = [formatDuration(lengthOf(one, Date.now()) / 1000), one.bytes > 0 && formatBytes(one.bytes)].filter(Boolean).join(" · ");
    const problem = one.problem && has(`recordings.problem.${one.problem}`) ? t(`recordings.problem.${one.problem}`) : "";
    return html`<li>
      <a class="card" href="/rooms/${this.roomId}/recordings/${one.recordingId}${query}">
        <span class="picture">${one.thumbnailUrl ? html`<img src=${one.thumbnailUrl} alt="" loading="lazy" />` : html`<gr-icon name=${one.state === "ready" ? "play" : "record"}></gr-icon>`}</span>
        <span class="grow"><strong>${formatDateTime(one.startedAt)}</strong><span class="muted small">${facts}</span>${problem ? html`<span class="small">${problem}</span>` : nothing}</span>
        <span class="badge ${one.state}">${one.state === "processing" && one.progress ? t("recordings.state.processingAt", { percent: Math.round(one.progress * 100) }) : t(`recordings.state.${one.state}`)}</span>
        <gr-icon name="chevron-right"></gr-icon>
      </a>
    </li>`;
  }

  static styles = [
    base,
    layout,
    pagedListStyles,
    css`
      a.card {
        display: flex;
        align-items: center;
        gap: var(--s-4);
        padding: var(--s-3) var(--s-4) var(--s-3) var(--s-3);
        padding-inline: var(--s-3) var(--s-4);
        color: var(--text);
        text-decoration: none;
      }
      a.card:hover {
        background: var(--surface-2);
      }
      .grow {
        display: grid;
        gap: 2px;
      }
      .picture {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 112px;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--r-2);
        background: var(--surface-3);
        color: var(--text-2);
        font-size: 1.5rem;
      }
      img {
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }
      .badge {
        padding: 3px 10px;
        border-radius: var(--r-full);
        background: var(--surface-2);
        font-size: var(--fs-1);
        font-weight: 560;
        white-space: nowrap;
      }
      .badge.recording,
      .badge.failed {
        background: var(--danger-soft);
        color: var(--on-danger-soft);
      }
      .badge.ready {
        background: var(--accent-soft);
        color: var(--on-accent-soft);
      }
      @media (max-width: 600px) {
        a.card {
          flex-wrap: wrap;
          gap: var(--s-2) var(--s-3);
        }
        .picture {
          inline-size: 80px;
        }
        a.card > gr-icon {
          display: none;
        }
        .grow {
          flex-basis: 50%;
        }
      }
    `,
  ];
}
customElements.define("gr-recordings", GrRecordings);

import { css, html } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { listSessions } from "../rest/api.js";
import { formatDateTime, formatDuration, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";

/** @typedef {{sessionId: string, startedAt: string, endedAt: string|null}} SessionInfo */

/** The sessions of one room, newest first, each leading to its report. */
export class GrSessionList extends GrElement {
  static properties = { roomId: { attribute: false }, sessions: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.roomId = "";
    /** @type {SessionInfo[]|null} */
    this.sessions = null;
    this.failed = "";
  }

  /** @param {Map<string, unknown>} changed */
  async updated(changed) {
    if (!changed.has("roomId") || !this.roomId) return;
    try {
      this.sessions = (await listSessions(this.roomId)).items;
    } catch (error) {
      this.failed = errorText(error, "rooms.failed");
    }
  }

  render() {
    if (this.failed) return html`<p class="note danger" role="alert">${this.failed}</p>`;
    if (!this.sessions) return html`<p class="muted small" role="status">${t("common.loading")}</p>`;
    if (!this.sessions.length) return html`<p class="muted small">${t("rooms.noSessions")}</p>`;
    return html`<ul>
      ${this.sessions.map((one) => this.renderOne(one))}
    </ul>`;
  }

  /** @param {SessionInfo} one */
  renderOne({ sessionId, startedAt, endedAt }) {
    const seconds = endedAt ? (new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1000 : null;
    return html`<li>
      <a href="/rooms/${this.roomId}/sessions/${sessionId}">
        <gr-icon name="chart"></gr-icon>
        <span class="grow">${formatDateTime(startedAt)}</span>
        <span class="muted small">${seconds === null ? t("rooms.running") : formatDuration(seconds)}</span>
        <gr-icon name="chevron-right"></gr-icon>
      </a>
    </li>`;
  }

  static styles = [
    base,
    layout,
    css`
      :host {
        display: block;
        padding-block-end: var(--s-2);
      }
      li + li {
        border-block-start: 1px solid var(--line);
      }
      a {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        min-block-size: var(--touch);
        color: var(--text);
        text-decoration: none;
      }
      a:hover {
        text-decoration: underline;
      }
      .muted {
        white-space: nowrap;
      }
      gr-icon {
        color: var(--text-2);
      }
    `,
  ];
}
customElements.define("gr-session-list", GrSessionList);

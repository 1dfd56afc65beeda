import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { formatDuration, formatNumber, t } from "../i18n/i18n.js";
import { levelOf } from "../app/report.js";
import "./recording-told.js";

const ICON = /** @type {Record<string, string>} */ ({ left: "leave", ended_by_host: "check", expired: "clock", joined_elsewhere: "screen", room_locked: "lock", room_full: "people" });

/** After the call: why it ended, how it was, who was there, and the ways on. Fires `rejoin`. */
export class GrAfterCall extends GrElement {
  static properties = { call: { attribute: false }, seen: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../call/call.js").Call|null} */
    this.call = null;
    /** @type {import("../call/call-state.js").Participant[]} */
    this.seen = [];
  }

  async firstUpdated() {
    await this.updateComplete;
    this.renderRoot.querySelector("h1")?.focus();
  }

  render() {
    const state = this.call?.state;
    const ended = state?.ended;
    if (!state || !ended) return nothing;
    const { reason, message, mayRejoin } = ended;
    return html`<div class="page narrow">
      <gr-icon class="mark" name=${ICON[reason] ?? "info"}></gr-icon>
      <div class="stack tight">
        <h1 tabindex="-1">${t(`ended.${reason}.title`)}</h1>
        <p class="muted">${t(`ended.${reason}.text`)}</p>
      </div>
      ${message ? html`<blockquote class="note" dir="auto"><gr-icon name="chat"></gr-icon>${message}</blockquote>` : nothing}
      <div class="actions">
        ${mayRejoin ? html`<gr-button variant="primary" size="l" icon="refresh" @click=${() => this.dispatchEvent(new Event("rejoin"))}>${t("ended.rejoin")}</gr-button>` : nothing}
        <gr-button size="l" variant=${mayRejoin ? "secondary" : "primary"} href="/">${t("ended.home")}</gr-button>
      </div>
      ${state.summary && this.seen.length ? this.renderSummary(state.summary) : nothing}
    </div>`;
  }

  /** @param {import("../call/call-state.js").Summary} summary */
  renderSummary({ seconds, chatCount, quality }) {
    const facts = [
      [t("report.length"), formatDuration(seconds)],
      [t("report.people"), formatNumber(Math.max(this.seen.length, 1))],
      [t("report.messages"), formatNumber(chatCount)],
      ...(quality === null ? [] : [[t("report.quality"), t(`quality.${levelOf(quality)}`)]]),
    ];
    return html`<section class="card stack" aria-labelledby="summary">
      <h2 id="summary">${t("ended.summary")}</h2>
      <dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <h3>${t("ended.people")}</h3>
      <ul>
        ${this.seen.map((one) => html`<li><gr-avatar name=${one.displayName} key=${one.userId ?? one.id}></gr-avatar><span><bdi>${one.displayName}</bdi>${one.id === this.call?.state.you?.id ? html` <span class="muted">(${t("common.you")})</span>` : nothing}</span></li>`)}
      </ul>
      ${this.renderReportLink()}
    </section>`;
  }

  /** For hosts, and for those of whom something is in it; the code lets people without an account show that they were there. */
  renderReportLink() {
    const { you, room, sessionId, summary } = this.call?.state ?? {};
    if (!room || !sessionId) return nothing;
    const host = you?.role === "host" || you?.role === "cohost";
    const code = `?code=${encodeURIComponent(room.roomCode)}`;
    const report = host || you?.consents.emotion === "granted";
    return html`${summary?.recorded ? html`<gr-recording-told .roomId=${room.roomId} .sessionId=${sessionId} .code=${room.roomCode}></gr-recording-told>` : nothing}
    <div class="row">
      ${report ? html`<gr-button icon="chart" href=${`/rooms/${room.roomId}/sessions/${sessionId}${code}`}>${t("ended.report")}</gr-button>` : nothing}
      ${summary?.recorded ? html`<gr-button icon="record" href=${`/rooms/${room.roomId}/recordings${code}`}>${t("ended.recordings")}</gr-button>` : nothing}
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      .page {
        display: grid;
        justify-items: center;
        align-content: start;
        gap: var(--s-5);
        padding-block-start: var(--s-7);
        text-align: center;
      }
      .mark {
        font-size: 1.75rem;
        padding: 14px;
        box-sizing: content-box;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--on-accent-soft);
      }
      blockquote {
        margin: 0;
        overflow-wrap: anywhere;
        text-align: start;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: var(--s-3);
      }
      .card {
        inline-size: 100%;
        text-align: start;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(92px, 1fr));
        gap: var(--s-3);
      }
      dt {
        font-size: var(--fs-1);
        color: var(--text-2);
      }
      dd {
        font-weight: 600;
      }
      ul {
        display: grid;
        gap: var(--s-2);
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        overflow-wrap: anywhere;
      }
      gr-avatar {
        --size: 32px;
      }
    `,
  ];
}
customElements.define("gr-after-call", GrAfterCall);

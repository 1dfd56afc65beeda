import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { codeOfPage, isRefusal, withAccess } from "../rest/access.js";
import { getReport } from "../rest/api.js";
import { saveFile } from "../browser/clipboard.js";
import { formatDateTime, formatDuration, formatNumber, formatTime, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { averageScore, brokenMoments, lengthOf, levelOf, participantsCsv, phaseOf } from "../app/report.js";
import { factsOf, factsStyle } from "./facts.js";
import { failedNote } from "./failed-note.js";
import "./emotion-chart.js";
import "./quality-chart.js";

/** As long as the session is not over, its report changes. */
const AGAIN_MS = 5_000;

/** What happened in one session: who and how long, quality over time, chat; as JSON and CSV too. */
export class GrReport extends GrElement {
  static properties = { roomId: { attribute: false }, sessionId: { attribute: false }, report: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.roomId = "";
    this.sessionId = "";
    /** @type {import("../app/report.js").Report|null} */
    this.report = null;
    this.failed = "";
    this.timer = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("sessionId") || changed.has("roomId")) this.load();
  }

  async load() {
    this.failed = "";
    try {
      this.report = await this.ask();
    } catch (error) {
      this.failed = isRefusal(error) ? t("report.notYours") : errorText(error, "report.failed");
    }
    this.follow();
  }

  /** Until the session is over. What fails in between is no news: the report that is on the page stays. */
  follow() {
    clearTimeout(this.timer);
    if (!this.isConnected || this.failed || !this.report || phaseOf(this.report) === "ended") return;
    this.timer = window.setTimeout(async () => {
      const { sessionId } = this;
      const report = await this.ask().catch(() => null);
      if (report && sessionId === this.sessionId) this.report = report;
      this.follow();
    }, AGAIN_MS);
  }

  ask() {
    const { roomId, sessionId } = this;
    return withAccess(codeOfPage(), (how) => getReport(roomId, sessionId, how));
  }

  /** @param {"json"|"csv"} kind */
  save(kind) {
    if (!this.report) return;
    const name = `greenroom-${this.report.startedAt.slice(0, 10)}-${this.sessionId.slice(0, 8)}.${kind}`;
    if (kind === "json") saveFile(name, "application/json", JSON.stringify(this.report, null, 2));
    else saveFile(name, "text/csv", participantsCsv(this.report));
  }

  render() {
    return html`<div class="page stack wide">
      <div class="row between">
        <h1 tabindex="-1">${t("report.title")}</h1>
        ${this.report
          ? html`<div class="row">
              <gr-button icon="download" @click=${() => this.save("csv")}>${t("report.csv")}</gr-button>
              <gr-button icon="download" @click=${() => this.save("json")}>${t("report.json")}</gr-button>
            </div>`
          : nothing}
      </div>
      ${this.failed ? failedNote(this.failed, () => this.load()) : this.report ? this.renderReport(this.report) : html`<gr-spinner></gr-spinner>`}
    </div>`;
  }

  /** @param {import("../app/report.js").Report} report */
  renderReport(report) {
    const phase = phaseOf(report);
    const score = averageScore(report.quality);
    const facts = [
      [t("report.when"), formatDateTime(report.startedAt)],
      [t("report.length"), formatDuration(lengthOf(report, Date.now()))],
      [t("report.people"), formatNumber(report.participants.length)],
      [t("report.peak"), formatNumber(report.peak)],
      [t("report.messages"), formatNumber(report.chatCount)],
      [t("report.quality"), score === null ? "–" : t(`quality.${levelOf(score)}`)],
    ];
    return html`<div role="status">${phase === "ended" ? nothing : html`<p class="note"><gr-icon name="clock"></gr-icon><span>${t(`report.${phase}`)}</span></p>`}</div>
      ${factsOf(facts)}
      ${this.renderPeople(report)} ${this.renderQuality(report)} ${this.renderEmotions(report)} ${this.renderChat(report)}
      <p class="small"><a href=${`/rooms/${this.roomId}/recordings${location.search}`}>${t("report.recordings")}</a></p>`;
  }

  /** On a phone the rows look like cards; the roles say that they are still a table. @param {import("../app/report.js").Report} report */
  renderPeople(report) {
    return html`<section class="card stack" aria-labelledby="people">
      <h2 id="people">${t("report.people")}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("report.peopleTable")}>
        <table role="table">
          <thead role="rowgroup">
            <tr role="row">${["name", "role", "joined", "left", "time"].map((one) => html`<th role="columnheader" scope="col" class=${one === "time" ? "end" : ""}>${t(`report.${one}`)}</th>`)}</tr>
          </thead>
          <tbody role="rowgroup">
            ${report.participants.map(
              (one) => html`<tr role="row">
                <th role="rowheader" scope="row"><span class="person"><gr-avatar name=${one.displayName} key=${one.id}></gr-avatar><bdi>${one.displayName}</bdi></span></th>
                <td role="cell" class="role">${t(`role.${one.role}`)}</td>
                <td role="cell" data-name=${t("report.joined")}>${formatTime(one.joinedAt)}</td>
                <td role="cell" data-name=${t("report.left")}>${one.leftAt ? formatTime(one.leftAt) : "–"}</td>
                <td role="cell" class="end" data-name=${t("report.time")}>${formatDuration(one.seconds)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  /** @param {import("../app/report.js").Report} report */
  renderQuality(report) {
    const broken = brokenMoments(report.quality);
    const nameOf = (/** @type {string} */ id) => report.participants.find((one) => one.id === id)?.displayName ?? "–";
    return html`<section class="card stack" aria-labelledby="quality">
      <h2 id="quality">${t("report.qualityOverTime")}</h2>
      ${report.quality.length ? html`<gr-quality-chart .report=${report}></gr-quality-chart>` : html`<p class="muted">${t("report.noQuality")}</p>`}
      ${broken.length
        ? html`<h3>${t("report.broken")}</h3>
            <ul class="stack tight">
              ${broken.map(({ participantId, from, to }) => html`<li class="note warn"><gr-icon name="warning"></gr-icon><span>${t("report.brokenOne", { name: nameOf(participantId), from: formatTime(from), to: formatTime(to) })}</span></li>`)}
            </ul>`
        : nothing}
    </section>`;
  }

  /** @param {import("../app/report.js").Report} report */
  renderEmotions(report) {
    if (!report.emotions?.length) return nothing;
    return html`<section class="card stack" aria-labelledby="emotions">
      <h2 id="emotions">${t("report.emotions")}</h2>
      <p class="note"><gr-icon name="info"></gr-icon><span>${t("report.emotionsCannot")}</span></p>
      <gr-emotion-chart .report=${report}></gr-emotion-chart>
    </section>`;
  }

  /** @param {import("../app/report.js").Report} report */
  renderChat(report) {
    if (!report.chat?.length) return nothing;
    return html`<section class="card stack" aria-labelledby="chat">
      <h2 id="chat">${t("report.chat")}</h2>
      <ol class="stack tight">
        ${report.chat.map((line) => html`<li class="line"><p class="small muted"><strong><bdi>${line.fromName}</bdi></strong> · ${formatTime(line.sentAt)}</p><p class="text" dir="auto">${line.text}</p></li>`)}
      </ol>
    </section>`;
  }

  static styles = [
    base,
    layout,
    factsStyle,
    css`
      .page {
        max-inline-size: 920px;
        align-content: start;
      }
      .scroll {
        overflow-x: auto;
        border-radius: var(--r-1);
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-size: var(--fs-2);
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: var(--s-2) var(--s-3) var(--s-2) 0;
        padding-inline: 0 var(--s-4);
        text-align: start;
        white-space: nowrap;
        border-block-end: 1px solid var(--line);
      }
      tbody tr:last-child > * {
        border: 0;
      }
      thead th {
        font-size: var(--fs-1);
        font-weight: 500;
        color: var(--text-2);
      }
      tbody th {
        font-weight: 560;
      }
      .end {
        text-align: end;
        padding-inline-end: 0;
      }
      .person {
        display: flex;
        align-items: center;
        gap: var(--s-3);
      }
      gr-avatar {
        --size: 32px;
      }
      @media (max-width: 600px) {
        /* A card a person: their name and role, and below it the three times. */
        thead {
          position: absolute;
          clip-path: inset(50%);
        }
        table {
          display: block;
          position: relative;
        }
        tbody {
          display: grid;
        }
        tbody tr {
          display: grid;
          grid-template-columns: repeat(3, minmax(0, 1fr));
          align-items: center;
          gap: var(--s-2) var(--s-3);
          padding-block: var(--s-4);
        }
        tbody tr:first-child {
          padding-block-start: 0;
        }
        tbody tr:last-child {
          padding-block-end: 0;
        }
        tbody tr + tr {
          border-block-start: 1px solid var(--line);
        }
        tbody th {
          grid-column: span 2;
          white-space: normal;
          overflow-wrap: anywhere;
        }
        tbody th,
        td {
          padding: 0;
          border: 0;
        }
        .role {
          text-align: end;
          color: var(--text-2);
        }
        .end {
          text-align: start;
        }
        td[data-name]::before {
          content: attr(data-name) / "";
          display: block;
          font-size: var(--fs-1);
          color: var(--text-2);
        }
      }
      .line {
        max-inline-size: 70ch;
      }
      .text {
        text-align: match-parent;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("gr-report", GrReport);

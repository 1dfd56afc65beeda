import { css, html, svg } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { chartKey } from "./chart-styles.js";
import { formatNumber, formatTime, t } from "../i18n/i18n.js";
import { averageScore, byParticipant, FAIR, GOOD, levelOf } from "../app/report.js";

const W = 760;
const H = 220;
const LEFT = 34;
const BOTTOM = 24;
const TOP = 8;
const DASHES = ["", "7 4", "2 4", "10 3 2 3", "4 2"];

/** Quality over time, a line a person; the same as a table for those who don't see it. Time runs from left to right in every language. */
export class GrQualityChart extends GrElement {
  static properties = { report: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../app/report.js").Report|null} */
    this.report = null;
  }

  render() {
    if (!this.report) return html``;
    const { participants, quality, startedAt, endedAt } = this.report;
    const start = new Date(startedAt).getTime();
    const end = Math.max(start + 60_000, endedAt ? new Date(endedAt).getTime() : 0, ...quality.map((point) => new Date(point.at).getTime()));
    const x = (/** @type {number} */ time) => LEFT + ((time - start) / (end - start)) * (W - LEFT - 8);
    const y = (/** @type {number} */ score) => TOP + ((5 - score) / 4) * (H - TOP - BOTTOM);
    const lines = [...byParticipant(quality)].map(([id, points], at) => ({
      id,
      points,
      at,
      name: participants.find((one) => one.id === id)?.displayName ?? "–",
    }));
    return html`<figure dir="ltr">
        <div class="scroll" tabindex="0" role="region" aria-label=${t("report.chartRegion")}><svg class="chart" viewBox="0 0 ${W} ${H}" role="img" aria-label=${t("report.chartLabel")}>
          ${svg`<rect class="poor" x=${LEFT} y=${y(FAIR)} width=${W - LEFT - 8} height=${y(1) - y(FAIR)}></rect>
          <rect class="fair" x=${LEFT} y=${y(GOOD)} width=${W - LEFT - 8} height=${y(FAIR) - y(GOOD)}></rect>
          ${[1, 2, 3, 4, 5].map((score) => svg`<line class="grid" x1=${LEFT} x2=${W - 8} y1=${y(score)} y2=${y(score)}></line><text x=${LEFT - 10} y=${y(score) + 4} text-anchor="end">${score}</text>`)}
          ${[0, 0.25, 0.5, 0.75, 1].map((part) => svg`<text x=${x(start + part * (end - start))} y=${H - 4} text-anchor=${part === 0 ? "start" : part === 1 ? "end" : "middle"}>${formatTime(start + part * (end - start))}</text>`)}
          ${lines.map(({ points, at }) => svg`<polyline class="line c${at % 6}" stroke-dasharray=${DASHES[at % DASHES.length]} points=${points.map((point) => `${x(new Date(point.at).getTime()).toFixed(1)},${y(point.score).toFixed(1)}`).join(" ")}></polyline>`)}`}
        </svg></div>
        <figcaption>
          ${lines.map(({ name, at }) => html`<span class="key"><svg viewBox="0 0 28 6" aria-hidden="true"><line class="line c${at % 6}" x1="0" x2="28" y1="3" y2="3" stroke-dasharray=${DASHES[at % DASHES.length]}></line></svg><bdi>${name}</bdi></span>`)}
        </figcaption>
      </figure>
      <details>
        <summary>${t("report.asTable")}</summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${t("report.asTable")}>
          <table>
            <thead><tr><th scope="col">${t("report.name")}</th><th scope="col">${t("report.average")}</th><th scope="col">${t("report.lowest")}</th><th scope="col">${t("report.lowestAt")}</th></tr></thead>
            <tbody>${lines.map((line) => this.renderRow(line))}</tbody>
          </table>
        </div>
      </details>`;
  }

  /** @param {{name: string, points: import("../app/report.js").QualityPoint[]}} line */
  renderRow({ name, points }) {
    const average = averageScore(points) ?? 0;
    const worst = points.reduce((least, point) => (point.score < least.score ? point : least));
    const show = (/** @type {number} */ score) => html`${formatNumber(score, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} (${t(`quality.${levelOf(score)}`)})`;
    return html`<tr><th scope="row"><bdi>${name}</bdi></th><td>${show(average)}</td><td>${show(worst.score)}</td><td>${formatTime(worst.at)}</td></tr>`;
  }

  static styles = [
    base,
    chartKey,
    css`
      svg {
        display: block;
        inline-size: 100%;
        block-size: auto;
      }
      /* Narrow windows scroll the chart rather than shrink its words. */
      .chart {
        min-inline-size: 560px;
      }
      figure {
        margin: 0;
      }
      text {
        font: 12px var(--font);
        fill: var(--text-2);
      }
      .grid {
        stroke: var(--line);
      }
      .poor {
        fill: var(--danger-soft);
        opacity: 0.6;
      }
      .fair {
        fill: var(--warn-soft);
        opacity: 0.6;
      }
      .line {
        fill: none;
        stroke-width: 2.2;
        stroke-linejoin: round;
      }
      details {
        margin-block-start: var(--s-3);
      }
      summary {
        display: flex;
        align-items: center;
        min-block-size: var(--touch);
        color: var(--accent);
        font-size: var(--fs-2);
        cursor: pointer;
        border-radius: var(--r-1);
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        inline-size: 100%;
        border-collapse: collapse;
        font-size: var(--fs-2);
      }
      th,
      td {
        padding-block: var(--s-2);
        padding-inline: 0 var(--s-4);
        text-align: start;
        border-block-start: 1px solid var(--line);
        white-space: nowrap;
      }
      thead th {
        border: 0;
        color: var(--text-2);
        font-size: var(--fs-1);
        font-weight: 500;
      }
      tbody th {
        font-weight: 500;
      }
    `,
  ];
}
customElements.define("gr-quality-chart", GrQualityChart);

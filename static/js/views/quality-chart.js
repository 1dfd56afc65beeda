import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { timeChart, timeChartStyles } from "./time-chart.js";
import { averageScore, byParticipant, FAIR, GOOD, levelOf } from "../app/report.js";
import { formatNumber, formatTime, t } from "../i18n/i18n.js";

/** `<gr-quality-chart .report=${…}>`: how good the connection of each person was over the session. */
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
    const start = Date.parse(startedAt);
    return timeChart({
      label: t("report.chartLabel"),
      region: t("report.chartRegion"),
      height: 220,
      left: 34,
      start,
      end: Math.max(start + 60_000, endedAt ? Date.parse(endedAt) : 0, ...quality.map((point) => Date.parse(point.at))),
      range: [1, 5],
      marks: [1, 2, 3, 4, 5].map((value) => ({ value, text: formatNumber(value) })),
      bands: [
        { from: 1, to: FAIR, look: "poor" },
        { from: FAIR, to: GOOD, look: "fair" },
      ],
      steps: 4,
      lines: [...byParticipant(quality)].map(([id, points]) => lineOf(points, participants.find((one) => one.id === id)?.displayName ?? "–")),
      columns: ["name", "average", "lowest", "lowestAt"].map((one) => t(`report.${one}`)),
    });
  }

  static styles = [
    base,
    timeChartStyles,
    css`
      .poor {
        fill: var(--danger-soft);
        opacity: 0.6;
      }
      .fair {
        fill: var(--warn-soft);
        opacity: 0.6;
      }
    `,
  ];
}
customElements.define("gr-quality-chart", GrQualityChart);

/** @param {import("../app/report.js").QualityPoint[]} points @param {string} name @returns {import("./time-chart.js").ChartLine} */
function lineOf(points, name) {
  const worst = points.reduce((least, point) => (point.score < least.score ? point : least));
  const show = (/** @type {number} */ score) => html`${formatNumber(score, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} (${t(`quality.${levelOf(score)}`)})`;
  return {
    name: html`<bdi>${name}</bdi>`,
    points: points.map(({ at, score }) => ({ at, value: score })),
    cells: [show(averageScore(points) ?? 0), show(worst.score), formatTime(worst.at)],
  };
}

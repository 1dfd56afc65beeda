import { css, html } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { timeChart, timeChartStyles } from "./time-chart.js";
import { byParticipant, whoSounded } from "../app/report.js";
import { formatNumber, t } from "../i18n/i18n.js";

/** Beyond such a silence nobody knows how somebody sounded: the line breaks. */
const BREAK_MS = 20_000;

/** `<gr-emotion-chart .report=${…}>`: how animated each voice sounded over the session, of those who agreed and shared it. */
export class GrEmotionChart extends GrElement {
  static properties = { report: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../app/report.js").Report|null} */
    this.report = null;
  }

  render() {
    if (!this.report?.emotions?.length) return html``;
    const { emotions, participants, startedAt, endedAt } = this.report;
    const times = emotions.map((one) => Date.parse(one.at));
    const start = Math.min(Date.parse(startedAt), ...times);
    return timeChart({
      label: t("report.emotionsLabel"),
      region: t("report.emotions"),
      height: 180,
      left: 72,
      start,
      end: Math.max(endedAt ? Date.parse(endedAt) : 0, start + 1000, ...times),
      range: [0, 1],
      marks: [{ value: 0, text: t("report.calm") }, { value: 0.5 }, { value: 1, text: t("report.animated") }],
      steps: 2,
      breakMs: BREAK_MS,
      lines: [...byParticipant(emotions).values()].map((points) => lineOf(points, whoSounded(points[0], participants))),
      columns: ["name", "average", "clips", "named"].map((one) => t(`report.${one}`)),
    });
  }

  static styles = [
    base,
    timeChartStyles,
    css`
      .outside {
        color: var(--text-2);
        font-weight: 400;
      }
    `,
  ];
}
customElements.define("gr-emotion-chart", GrEmotionChart);

/** @param {import("../app/report.js").EmotionPoint[]} clips @param {{name: string, outside: boolean}} who @returns {import("./time-chart.js").ChartLine} */
function lineOf(clips, { name, outside }) {
  const mean = clips.reduce((sum, one) => sum + one.arousal, 0) / clips.length;
  const named = clips.filter((one) => one.label).length / clips.length;
  const percent = (/** @type {number} */ value) => formatNumber(value, { style: "percent", maximumFractionDigits: 0 });
  return {
    name: outside ? html`<span><bdi>${name}</bdi> <span class="outside">${t("report.outside")}</span></span>` : html`<bdi>${name}</bdi>`,
    points: clips.map(({ at, arousal }) => ({ at, value: arousal })),
    cells: [percent(mean), formatNumber(clips.length), percent(named)],
  };
}

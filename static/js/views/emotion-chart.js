import { css, html, svg } from "lit";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { chartKey } from "./chart-styles.js";
import { byParticipant, whoSounded } from "../app/report.js";
import { formatNumber, formatTime, t } from "../i18n/i18n.js";

const [W, H, LEFT, TOP, BOTTOM] = [760, 180, 72, 12, 26];
const LINES = 6;
/** Beyond such a silence nobody knows how somebody sounded: the line breaks. */
const BREAK_MS = 20_000;
const DASHES = ["", "8 4", "2 4", "10 3 2 3"];

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
    const end = Math.max(endedAt ? Date.parse(endedAt) : 0, start + 1000, ...times);
    const x = (/** @type {number} */ at) => LEFT + ((at - start) / (end - start)) * (W - LEFT - 8);
    const y = (/** @type {number} */ arousal) => TOP + (1 - Math.min(1, Math.max(0, arousal))) * (H - TOP - BOTTOM);
    const lines = [...byParticipant(emotions)].map(([, points], at) => ({ points, at, ...whoSounded(points[0], participants) }));
    return html`<figure dir="ltr">
        <div class="scroll" tabindex="0" role="region" aria-label=${t("report.emotions")}>
          <svg class="chart" viewBox="0 0 ${W} ${H}" role="img" aria-label=${t("report.emotionsLabel")}>
            ${svg`${[0, 0.5, 1].map((value) => svg`<line class="grid" x1=${LEFT} x2=${W - 8} y1=${y(value)} y2=${y(value)}></line>`)}
            <text x=${LEFT - 10} y=${y(1) + 4} text-anchor="end">${t("report.animated")}</text><text x=${LEFT - 10} y=${y(0) + 4} text-anchor="end">${t("report.calm")}</text>
            ${[0, 0.5, 1].map((part) => svg`<text x=${x(start + part * (end - start))} y=${H - 4} text-anchor=${part === 0 ? "start" : part === 1 ? "end" : "middle"}>${formatTime(start + part * (end - start))}</text>`)}
            ${lines.map(({ points, at }) => svg`<path class="line c${at % LINES}" stroke-dasharray=${DASHES[at % DASHES.length]} d=${path(points, x, y)}></path>`)}`}
          </svg>
        </div>
        <figcaption>${lines.map(({ name, outside, at }) => html`<span class="key"><svg viewBox="0 0 28 6" aria-hidden="true"><line class="line c${at % LINES}" x1="0" x2="28" y1="3" y2="3" stroke-dasharray=${DASHES[at % DASHES.length]}></line></svg>${titled(name, outside)}</span>`)}</figcaption>
      </figure>
      <details>
        <summary>${t("report.asTable")}</summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${t("report.asTable")}>
          <table>
            <thead><tr>${["name", "average", "clips", "named"].map((one) => html`<th scope="col">${t(`report.${one}`)}</th>`)}</tr></thead>
            <tbody>${lines.map((line) => this.renderRow(line))}</tbody>
          </table>
        </div>
      </details>`;
  }

  /** @param {{name: string, outside: boolean, points: import("../app/report.js").EmotionPoint[]}} line */
  renderRow({ name, outside, points }) {
    const mean = points.reduce((sum, one) => sum + one.arousal, 0) / points.length;
    const named = points.filter((one) => one.label).length / points.length;
    const percent = (/** @type {number} */ value) => formatNumber(value, { style: "percent", maximumFractionDigits: 0 });
    return html`<tr><th scope="row">${titled(name, outside)}</th><td>${percent(mean)}</td><td>${formatNumber(points.length)}</td><td>${percent(named)}</td></tr>`;
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
      .line {
        fill: none;
        stroke-width: 2.2;
        stroke-linejoin: round;
        stroke-linecap: round;
      }
      .outside {
        color: var(--text-2);
        font-weight: 400;
      }
      summary {
        display: flex;
        align-items: center;
        min-block-size: var(--touch);
        color: var(--accent);
        font-size: var(--fs-2);
        cursor: pointer;
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
        white-space: nowrap;
        border-block-start: 1px solid var(--line);
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
customElements.define("gr-emotion-chart", GrEmotionChart);

/** @param {string} name @param {boolean} outside */
function titled(name, outside) {
  return outside ? html`<span><bdi>${name}</bdi> <span class="outside">${t("report.outside")}</span></span>` : html`<bdi>${name}</bdi>`;
}

/** @param {import("../app/report.js").EmotionPoint[]} points @param {(at: number) => number} x @param {(arousal: number) => number} y */
function path(points, x, y) {
  let before = -Infinity;
  return points
    .map(({ at, arousal }) => {
      const time = Date.parse(at);
      const place = `${x(time).toFixed(1)},${y(arousal).toFixed(1)}`;
      // A clip by itself is a dot.
      const step = time - before > BREAK_MS ? `M${place}h0.1` : `L${place}`;
      before = time;
      return step;
    })
    .join(" ");
}

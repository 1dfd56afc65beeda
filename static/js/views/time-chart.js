import { css, html, nothing, svg } from "lit";
import { formatTime, t } from "../i18n/i18n.js";

const [W, TOP, BOTTOM, RIGHT] = [760, 10, 25, 8];
const COLOURS = 6;
const DASHES = ["", "8 4", "2 4", "10 3 2 3", "4 2"];

/**
 * One person in a chart.
 * @typedef {object} ChartLine
 * @property {unknown} name as it stands in the key and in the table
 * @property {{at: string, value: number}[]} points in the order of time
 * @property {unknown[]} cells of their row in the table
 */

/**
 * @typedef {object} TimeChart
 * @property {string} label what one who doesn't see it is told
 * @property {string} region the name of what scrolls
 * @property {number} height
 * @property {number} left room for the words at the marks
 * @property {number} start milliseconds
 * @property {number} end
 * @property {[low: number, high: number]} range of the values
 * @property {{value: number, text?: string}[]} marks
 * @property {{from: number, to: number, look: string}[]} [bands] stretches of values that mean something
 * @property {number} steps into which the time is cut
 * @property {number} [breakMs] behind such a pause a line begins anew
 * @property {ChartLine[]} lines
 * @property {string[]} columns of the table
 */

/** Values over time, a line a person, and the same as a table for those who don't see it. Time runs from left to right in every language. @param {TimeChart} chart */
export function timeChart(chart) {
  const { label, region, height, left, start, end, marks, bands = [], steps, breakMs, lines, columns } = chart;
  const [low, high] = chart.range;
  const x = (/** @type {number} */ time) => left + ((time - start) / (end - start)) * (W - left - RIGHT);
  const y = (/** @type {number} */ value) => TOP + ((high - Math.min(high, Math.max(low, value))) / (high - low)) * (height - TOP - BOTTOM);
  const times = Array.from({ length: steps + 1 }, (_, step) => ({ time: start + (step / steps) * (end - start), anchor: step === 0 ? "start" : step === steps ? "end" : "middle" }));
  return html`<figure dir="ltr">
      <div class="scroll" tabindex="0" role="region" aria-label=${region}>
        <svg class="chart" viewBox="0 0 ${W} ${height}" role="img" aria-label=${label}>
          ${svg`${bands.map(({ from, to, look }) => svg`<rect class=${look} x=${left} y=${y(to)} width=${W - left - RIGHT} height=${y(from) - y(to)}></rect>`)}
          ${marks.map(({ value, text }) => svg`<line class="grid" x1=${left} x2=${W - RIGHT} y1=${y(value)} y2=${y(value)}></line>${text ? svg`<text x=${left - 10} y=${y(value) + 4} text-anchor="end">${text}</text>` : nothing}`)}
          ${times.map(({ time, anchor }) => svg`<text x=${x(time)} y=${height - 4} text-anchor=${anchor}>${formatTime(time)}</text>`)}
          ${lines.map(({ points }, at) => svg`<path class="line ${colour(at)}" stroke-dasharray=${dash(at)} d=${path(points, x, y, breakMs)}></path>`)}`}
        </svg>
      </div>
      <figcaption>${lines.map(({ name }, at) => html`<span class="key"><svg viewBox="0 0 28 6" aria-hidden="true"><line class="line ${colour(at)}" x1="0" x2="28" y1="3" y2="3" stroke-dasharray=${dash(at)}></line></svg>${name}</span>`)}</figcaption>
    </figure>
    <details>
      <summary>${t("report.asTable")}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("report.asTable")}>
        <table>
          <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
          <tbody>${lines.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
    </details>`;
}

const colour = (/** @type {number} */ at) => `c${at % COLOURS}`;
const dash = (/** @type {number} */ at) => DASHES[at % DASHES.length];

/** @param {ChartLine["points"]} points @param {(time: number) => number} x @param {(value: number) => number} y @param {number} [breakMs] */
function path(points, x, y, breakMs = Infinity) {
  /** @type {number|null} */
  let before = null;
  return points
    .map(({ at, value }) => {
      const time = Date.parse(at);
      const place = `${x(time).toFixed(1)},${y(value).toFixed(1)}`;
      // A point by itself is a dot.
      const step = before === null || time - before > breakMs ? `M${place}h0.1` : `L${place}`;
      before = time;
      return step;
    })
    .join(" ");
}

export const timeChartStyles = css`
  figure {
    margin: 0;
  }
  svg {
    display: block;
    inline-size: 100%;
    block-size: auto;
  }
  /* Narrow windows scroll the chart rather than shrink its words. */
  .chart {
    min-inline-size: 560px;
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
  .c0 {
    stroke: light-dark(#1f6b4a, #76cda3);
  }
  .c1 {
    stroke: light-dark(#8a4b12, #e0a35e);
  }
  .c2 {
    stroke: light-dark(#2f5d8a, #84b6e8);
  }
  .c3 {
    stroke: light-dark(#7b3b63, #dd9bc4);
  }
  .c4 {
    stroke: light-dark(#565f1d, #bcc76d);
  }
  .c5 {
    stroke: light-dark(#4b4f8f, #a9adf0);
  }
  figcaption {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-1) var(--s-4);
    margin-block-start: var(--s-2);
    font-size: var(--fs-1);
  }
  .key {
    display: inline-flex;
    align-items: center;
    gap: var(--s-2);
  }
  .key svg {
    inline-size: 28px;
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
`;

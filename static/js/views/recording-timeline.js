import { css, html, svg } from "lit";
import { live } from "lit/directives/live.js";
import { base } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { styled } from "../components/styled.js";
import { formatClock, formatNumber, t } from "../i18n/i18n.js";
import { nextTurn, turnAt } from "../app/recordings.js";

/** How far the arrow keys go. */
const STEP_MS = 5_000;
const LINES = 6;

/**
 * `<gr-recording-timeline .lanes .chapters .durationMs .nowMs>`: a lane a speaker, and the place in the whole. `seek` (detail: milliseconds)
 * asks for another place: a click in a lane, a speaker's name (their next turn), the slider.
 */
export class GrRecordingTimeline extends GrElement {
  static properties = { lanes: { attribute: false }, chapters: { attribute: false }, durationMs: { attribute: false }, nowMs: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../app/recordings.js").Lane[]} */
    this.lanes = [];
    /** @type {import("../rest/recordings.js").Chapter[]} */
    this.chapters = [];
    this.durationMs = 0;
    this.nowMs = 0;
  }

  /** @param {number|null} ms */
  seek(ms) {
    if (ms !== null) this.emit("seek", ms);
  }

  /** In a turn to its beginning; beside one to the very place. @param {PointerEvent|MouseEvent} event @param {import("../app/recordings.js").Lane} lane */
  onLane(event, lane) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const ms = ((event.clientX - box.left) / box.width) * this.durationMs;
    this.seek(turnAt(lane, ms)?.fromMs ?? ms);
  }

  /** @param {Event} event */
  onSlide(event) {
    this.seek(Number(/** @type {HTMLInputElement} */ (event.target).value));
  }

  render() {
    const { durationMs, nowMs } = this;
    const total = this.lanes.reduce((sum, lane) => sum + lane.ms, 0) || 1;
    const told = t("recordings.position", { now: formatClock(nowMs / 1000), all: formatClock(durationMs / 1000) });
    return html`<div class="grid">
      ${this.lanes.map((lane, at) => this.renderLane(lane, at, lane.ms / total))}
      <span class="time" aria-hidden="true">${formatClock(nowMs / 1000)}</span>
      <div class="slide" dir="ltr">
        ${this.chapters.map(({ atMs }) => html`<i style=${styled({ left: `${share(atMs, durationMs)}%` })}></i>`)}
        <input type="range" min="0" max=${Math.max(1, Math.round(durationMs))} step=${STEP_MS} .value=${live(String(Math.round(nowMs)))} aria-label=${t("recordings.place")} aria-valuetext=${told} @input=${this.onSlide} />
      </div>
    </div>`;
  }

  /** @param {import("../app/recordings.js").Lane} lane @param {number} at @param {number} part of all that was said */
  renderLane(lane, at, part) {
    const { durationMs, nowMs } = this;
    const speaking = turnAt(lane, nowMs) !== null;
    const percent = formatNumber(part, { style: "percent", maximumFractionDigits: 0 });
    return html`<button class="name ${speaking ? "on" : ""}" title=${t("recordings.nextTurn", { name: lane.name })} @click=${() => this.seek(nextTurn(lane, nowMs))}>
        <bdi>${lane.name}</bdi><span>${percent}</span><span class="visually-hidden">${t("recordings.nextTurn", { name: lane.name })}</span>
      </button>
      <div class="lane" @click=${(/** @type {MouseEvent} */ event) => this.onLane(event, lane)}>
        <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
          ${lane.turns.map(({ fromMs, toMs }) => svg`<rect class=${`c${at % LINES}`} x=${share(fromMs, durationMs) * 10} width=${Math.max(1.5, share(toMs - fromMs, durationMs) * 10)} y="0" height="10"></rect>`)}
        </svg>
        <b style=${styled({ left: `${share(nowMs, durationMs)}%` })}></b>
      </div>`;
  }

  static styles = [
    base,
    css`
      .grid {
        display: grid;
        grid-template-columns: minmax(96px, 180px) minmax(0, 1fr);
        align-items: center;
        column-gap: var(--s-3);
      }
      .name {
        display: flex;
        gap: var(--s-2);
        align-items: center;
        min-inline-size: 0;
        min-block-size: 44px;
        padding: 0 var(--s-2);
        border: 0;
        border-radius: var(--r-1);
        background: none;
        color: var(--text);
        font: 500 var(--fs-1) / 1.2 var(--font);
        cursor: pointer;
      }
      .name:hover {
        background: var(--surface-2);
      }
      .name.on {
        font-weight: 680;
      }
      .name bdi {
        flex: 1;
        overflow: hidden;
        text-align: start;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name > span:not(.visually-hidden),
      .time {
        color: var(--text-2);
        font-variant-numeric: tabular-nums;
      }
      .time {
        padding-inline: var(--s-2);
        font-size: var(--fs-1);
      }
      .lane {
        position: relative;
        block-size: 24px;
        border-radius: var(--r-1);
        background: var(--surface-2);
        overflow: hidden;
        cursor: pointer;
      }
      svg {
        display: block;
        inline-size: 100%;
        block-size: 100%;
      }
      .lane b {
        position: absolute;
        inset-block: 0;
        inline-size: 2px;
        background: var(--text);
      }
      .slide {
        position: relative;
      }
      .slide i {
        position: absolute;
        inset-block: 10px;
        inline-size: 2px;
        background: var(--line-strong);
      }
      input {
        position: relative;
        inline-size: 100%;
        min-block-size: 44px;
        margin: 0;
        accent-color: var(--accent);
        cursor: pointer;
      }
      .c0 {
        fill: light-dark(#1f6b4a, #76cda3);
      }
      .c1 {
        fill: light-dark(#8a4b12, #e0a35e);
      }
      .c2 {
        fill: light-dark(#2f5d8a, #84b6e8);
      }
      .c3 {
        fill: light-dark(#7b3b63, #dd9bc4);
      }
      .c4 {
        fill: light-dark(#565f1d, #bcc76d);
      }
      .c5 {
        fill: light-dark(#4b4f8f, #a9adf0);
      }
      @media (max-width: 600px) {
        .grid {
          grid-template-columns: minmax(0, 1fr);
        }
        .time {
          display: none;
        }
        .name {
          padding: 0;
        }
      }
    `,
  ];
}
customElements.define("gr-recording-timeline", GrRecordingTimeline);

/** In percent. @param {number} ms @param {number} all */
function share(ms, all) {
  return all > 0 ? Math.min(100, Math.max(0, (ms / all) * 100)) : 0;
}

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { readIntegrity } from "../app/recordings.js";
import { getIntegrity } from "../rest/recordings.js";
import { formatClock, formatDuration, formatNumber, has, t } from "../i18n/i18n.js";

const SHOWN = 12;

/** `<gr-recording-integrity .url .how>`: the signed report of what a recording lacks, in words. */
export class GrRecordingIntegrity extends GrElement {
  static properties = { url: {}, how: { attribute: false }, report: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.url = "";
    /** What the server wants to know who asks. @type {{token?: string}} */
    this.how = {};
    /** @type {import("../app/recordings.js").Integrity|null} */
    this.report = null;
    this.failed = false;
    /** @type {string|null} */
    this.asked = null;
  }

  updated() {
    // A signed link is another one each time it is told; the report is the same.
    const path = this.url.split("?")[0];
    if (path && path !== this.asked) this.load(path);
  }

  /** @param {string} path */
  async load(path) {
    this.asked = path;
    try {
      this.report = readIntegrity(await getIntegrity(this.url, this.how));
      this.failed = this.report === null;
    } catch {
      this.failed = true;
    }
  }

  render() {
    if (this.failed) return html`<p class="muted" role="status">${t("recordings.integrity.failed")}</p>`;
    if (!this.report) return html`<p class="muted small" role="status">${t("common.loading")}</p>`;
    const { complete, problems, tracks } = this.report;
    return html`<p class="note ${complete ? "good" : "warn"}"><gr-icon name=${complete ? "check" : "warning"}></gr-icon><span>${t(complete ? "recordings.integrity.complete" : "recordings.integrity.incomplete")}</span></p>
      ${tracks.length ? this.renderTracks(tracks) : nothing}
      ${problems.length ? html`<details class="small"><summary>${t("recordings.integrity.words")}</summary><ul class="problems" lang="en" dir="ltr">${problems.map((one) => html`<li>${one}</li>`)}</ul></details>` : nothing}
      <p class="small muted">${t("recordings.integrity.signed")}</p>`;
  }

  /** @param {import("../app/recordings.js").Integrity["tracks"]} tracks */
  renderTracks(tracks) {
    return html`<ul class="tracks">
      ${tracks.map((track) => this.renderTrack(track))}
    </ul>`;
  }

  /** @param {import("../app/recordings.js").TrackIntegrity} track */
  renderTrack({ name, source, wantedMs, keptMs, missing, gaps, unlisted, restarts }) {
    const key = `recordings.source.${source}`;
    const facts = [
      wantedMs > 0 && t("recordings.integrity.kept", { kept: formatClock(keptMs / 1000), wanted: formatClock(wantedMs / 1000) }),
      ...missing.map((one) => `${length(one.ms)}: ${reason(one.reason)}`),
      restarts > 0 && t("recordings.integrity.restarts", { count: restarts }),
    ].filter(Boolean);
    return html`<li>
      <strong><bdi>${name}</bdi>, ${has(key) ? t(key) : source}</strong>
      ${facts.length ? html`<span class="small muted">${facts.join(" · ")}</span>` : nothing} ${gaps.length ? this.renderGaps(gaps, unlisted) : nothing}
    </li>`;
  }

  /** @param {import("../app/recordings.js").Gap[]} gaps @param {number} unlisted */
  renderGaps(gaps, unlisted) {
    const count = gaps.length + unlisted;
    return html`<details>
      <summary>${t("recordings.integrity.gaps", { count })}</summary>
      <ul class="gaps">
        ${gaps.slice(0, SHOWN).map((gap) => html`<li><button @click=${() => this.emit("seek", gap.fromMs)}>${formatClock(gap.fromMs / 1000)}</button> ${length(gap.toMs - gap.fromMs)}: ${reason(gap.reason)}</li>`)}
        ${count > SHOWN ? html`<li class="muted">${t("recordings.integrity.more", { count: count - Math.min(SHOWN, gaps.length) })}</li>` : nothing}
      </ul>
    </details>`;
  }

  static styles = [
    base,
    layout,
    css`
      :host {
        display: grid;
        gap: var(--s-3);
        grid-template-columns: minmax(0, 1fr);
      }
      .problems {
        display: grid;
        gap: var(--s-1);
        padding-inline-start: var(--s-5);
        list-style: disc;
        font-size: var(--fs-2);
      }
      .tracks > li {
        display: grid;
        gap: 2px;
        padding-block: var(--s-2);
        font-size: var(--fs-2);
      }
      .tracks > li + li {
        border-block-start: 1px solid var(--line);
      }
      summary {
        display: flex;
        align-items: center;
        min-block-size: 32px;
        color: var(--accent);
        font-size: var(--fs-1);
        cursor: pointer;
      }
      .gaps {
        font-size: var(--fs-1);
      }
      button {
        min-block-size: 28px;
        padding-inline: var(--s-1);
        border: 0;
        background: none;
        color: var(--accent);
        font: 560 var(--fs-1) / 1 var(--font);
        text-decoration: underline;
        cursor: pointer;
      }
    `,
  ];
}
customElements.define("gr-recording-integrity", GrRecordingIntegrity);

/** A gap of less than a second is one too. @param {number} ms */
function length(ms) {
  return ms < 10_000 ? formatNumber(ms / 1000, { style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: 1 }) : formatDuration(ms / 1000);
}

/** @param {string} name */
function reason(name) {
  const key = `recordings.gap.${name}`;
  return has(key) ? t(key) : name;
}

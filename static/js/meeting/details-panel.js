import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { formatNumber, formatTime, has, t } from "../i18n/i18n.js";
import { answerOf, openChoices, readsEmotion } from "../room/consents.js";
import { MeetingElement, panel } from "./element.js";
import "./arousal.js";
import "./consent-choices.js";
import "./path-badge.js";
import "./quality-bars.js";

const EVERY_MS = 2000;

/** For the curious: how the media travels, and how well. */
export class GrDetailsPanel extends MeetingElement {
  constructor() {
    super();
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.requestUpdate(), EVERY_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    const { participants, you } = this.state;
    const others = participants.filter((one) => one.id !== you?.id);
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t("meeting.panel.details")}>
      ${this.renderTopology()} ${this.renderKept()} ${others.length ? nothing : html`<p class="muted small">${t("meeting.details.alone")}</p>`}
      ${this.renderOwn()} ${repeat(others, (one) => one.id, (one) => this.renderPerson(one))}
    </div>`;
  }

  renderTopology() {
    const { topology } = this.state;
    if (!topology) return nothing;
    const reason = `meeting.topology.${topology.reason}`;
    return html`<div class="card">
      <strong>${t(`meeting.topology.${topology.mode}`)}</strong>
      <p>${has(reason) ? t(reason) : topology.reason}</p>
      ${this.renderReaders(topology.mode)}
      ${topology.switching ? html`<p role="status">${t("meeting.topology.switching", { mode: t(`meeting.topology.${topology.switching.to}`) })}</p>` : nothing}
    </div>`;
  }

  /** What is kept of the meeting, and my word on it. */
  renderKept() {
    const { room, you, emotions } = this.state;
    if (!room || !you || !openChoices(this.state).length) return nothing;
    return html`<section class="kept">
      <h3>${t("meeting.kept.heading")}</h3>
      ${room.recording ? html`<p class="small">${t("meeting.recording.since", { time: formatTime(room.recording.startedAt) })}</p>` : nothing}
      <gr-consent-choices .call=${this.call} .state=${this.state}></gr-consent-choices>
      ${answerOf(you, "emotion") === "granted" && readsEmotion(room) ? html`<gr-arousal words .emotion=${emotions[you.id] ?? null}></gr-arousal><p class="muted small">${t("meeting.emotion.cannot")}</p>` : nothing}
    </section>`;
  }

  /** Who can read it. @param {string} mode */
  renderReaders(mode) {
    const heard = this.heard(mode);
    if (mode === "sfu") return html`<p>${t("meeting.topology.readableByServer")}</p>${heard}`;
    return heard === nothing ? html`<p>${t("meeting.topology.readable")}</p>` : heard;
  }

  /** Whom the server hears for something that runs on it. @param {string} mode */
  heard(mode) {
    const { taps, participants } = this.state;
    const names = participants.filter((one) => taps.list.some((tap) => tap.participantId === one.id)).map((one) => one.displayName);
    if (!names.length) return nothing;
    const purposes = [...new Set(taps.list.flatMap((tap) => tap.purposes))].map((purpose) => t(`meeting.tap.${purpose}`)).join(", ");
    return html`<p class="taps">${t(mode === "sfu" ? "meeting.topology.heard" : "meeting.topology.tapped", { names: names.join(", "), purposes })}</p>`;
  }

  /** To a server everything goes once, whoever is here. */
  renderOwn() {
    const stats = this.call.ownStats;
    if (!stats) return nothing;
    const sizes = (stats.layers ?? []).map((/** @type {import("../peers/stats.js").SentLayer} */ one) => `${one.width} × ${one.height}`).join(", ");
    return html`<section>
      <h3>${t("meeting.details.own")}</h3>
      <dl>
        ${this.row("codec", stats.codec || "–")} ${this.row("layers", sizes || "–")} ${this.row("up", bits(stats.bitrateUp))} ${this.row("loss", `↑ ${percent(stats.lossUp)}`)} ${this.row("rtt", ms(stats.rttMs))}
        ${this.row("transport", stats.transport ? stats.transport.toUpperCase() : "–")}
      </dl>
    </section>`;
  }

  /** @param {import("../signalling/protocol.js").Participant} person */
  renderPerson(person) {
    const link = this.state.links[person.id];
    const stats = this.call.stats(person.id);
    return html`<section>
      <h3><span dir="auto">${person.displayName}</span> <gr-quality level=${this.state.quality[person.id]?.level ?? ""}></gr-quality></h3>
      ${link?.path ? html`<gr-path words .path=${link.path} .tap=${this.state.taps.list.find((one) => one.participantId === person.id) ?? null}></gr-path>` : nothing} ${this.renderLimit(person)}
      <dl>
        ${this.row("link", link ? t(`meeting.link.${link.state}`) : "–")}
        ${stats
          ? html`${this.row("codec", stats.codec || "–")} ${this.row("resolution", stats.width ? `${stats.width} × ${stats.height}` : "–")} ${this.row("fps", stats.fps ? t("meeting.details.perSecond", { count: Math.round(stats.fps) }) : "–")}
            ${link?.path === "server" ? nothing : this.row("up", bits(stats.bitrateUp))} ${this.row("down", bits(stats.bitrateDown))} ${this.row("loss", `↑ ${percent(stats.lossUp)}  ↓ ${percent(stats.lossDown)}`)}
            ${this.row("jitter", ms(stats.jitterMs))} ${this.row("rtt", ms(stats.rttMs))} ${this.row("transport", stats.transport ? stats.transport.toUpperCase() : "–")}`
          : nothing}
      </dl>
    </section>`;
  }

  /** Of a camera that is off there is nothing to say. @param {import("../signalling/protocol.js").Participant} person */
  renderLimit({ id, videoOn, screenSharing }) {
    const { camera, screen } = this.state.limited[id] ?? {};
    const reason = (videoOn && camera) || (screenSharing && screen);
    return reason ? html`<p class="muted small">${t(`meeting.tile.paused.${reason}`)}</p>` : nothing;
  }

  /** @param {string} key @param {string} value */
  row(key, value) {
    return html`<div><dt>${t(`meeting.details.${key}`)}</dt><dd dir="ltr">${value}</dd></div>`;
  }

  static styles = [
    base,
    panel,
    css`
      .scroll:focus-visible {
        outline-offset: -3px;
      }
      .card {
        display: grid;
        gap: var(--s-1);
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-2);
        background: var(--surface-2);
        font-size: var(--fs-1);
      }
      .card strong {
        font-size: var(--fs-2);
      }
      section {
        padding-block-end: var(--s-3);
        border-block-end: 1px solid var(--line);
      }
      section h3 {
        display: flex;
        gap: var(--s-2);
        align-items: center;
        color: var(--text);
        font-size: var(--fs-2);
      }
      dl {
        margin-block-start: var(--s-2);
        font-size: var(--fs-1);
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: var(--s-3);
        padding-block: 3px;
      }
      dt {
        color: var(--text-2);
      }
      dd {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];
}
customElements.define("gr-details-panel", GrDetailsPanel);

/** @param {number|null|undefined} value bits a second */
function bits(value) {
  if (value === null || value === undefined) return "–";
  return value >= 1e6 ? `${formatNumber(value / 1e6, { maximumFractionDigits: 1 })} Mbit/s` : `${formatNumber(value / 1000, { maximumFractionDigits: 0 })} kbit/s`;
}

/** @param {number|null|undefined} value a fraction */
function percent(value) {
  return value === null || value === undefined ? "–" : formatNumber(value, { style: "percent", maximumFractionDigits: 1 });
}

/** @param {number|null|undefined} value */
function ms(value) {
  return value === null || value === undefined ? "–" : `${formatNumber(value, { maximumFractionDigits: 0 })} ms`;
}

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { t } from "../i18n/i18n.js";
import { newsOf } from "../app/recordings.js";
import { isRefusal, withAccess } from "../rest/access.js";
import { listRecordings } from "../rest/recordings.js";

const AGAIN_MS = 5_000;
/** A meeting may go on for long. */
const RUNNING_AGAIN_MS = 30_000;

/**
 * `<gr-recording-told>`: tells whoever stays on a page what becomes of the session's recording, until it can be watched. Nothing where they may not know.
 */
export class GrRecordingTold extends GrElement {
  static properties = { roomId: { attribute: false }, sessionId: { attribute: false }, code: { attribute: false }, news: { state: true } };

  constructor() {
    super();
    this.roomId = "";
    this.sessionId = "";
    this.code = "";
    /** @type {import("../app/recordings.js").News|null} */
    this.news = null;
    this.timer = 0;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("sessionId") && this.sessionId) this.follow();
  }

  async follow() {
    clearTimeout(this.timer);
    const { sessionId } = this;
    try {
      const { items } = await withAccess(this.code, (how) => listRecordings(this.roomId, how));
      if (sessionId !== this.sessionId) return;
      this.news = newsOf(items, sessionId);
    } catch (error) {
      // What fails is no news, and may be told the next time; who may not know is not told.
      if (isRefusal(error)) return;
    }
    const what = this.news?.what;
    if (!this.isConnected || what === "ready" || what === "failed") return;
    this.timer = window.setTimeout(() => this.follow(), what === "running" ? RUNNING_AGAIN_MS : AGAIN_MS);
  }

  render() {
    return html`<div role="status">${this.news ? this.renderNews(this.news) : nothing}</div>`;
  }

  /** @param {import("../app/recordings.js").News} news */
  renderNews({ what, recordingId, percent }) {
    if (what !== "ready") {
      const text = t(`ended.recording.${what}`);
      const bar = what === "made" ? html`<progress max="100" value=${percent} aria-label=${t("ended.recordings")}></progress>` : nothing;
      return html`<p class="note"><gr-icon name=${what === "failed" ? "warning" : "clock"}></gr-icon><span class="grow">${text}</span>${bar}</p>`;
    }
    const link = `/rooms/${this.roomId}/recordings/${recordingId}?code=${encodeURIComponent(this.code)}`;
    return html`<p class="note"><gr-icon name="check"></gr-icon><span class="grow">${t("ended.recording.ready")}</span><gr-button href=${link} icon="play">${t("ended.watch")}</gr-button></p>`;
  }

  static styles = [
    base,
    layout,
    css`
      .note {
        align-items: center;
        text-align: start;
      }
      progress {
        inline-size: 96px;
        accent-color: var(--accent);
      }
    `,
  ];
}
customElements.define("gr-recording-told", GrRecordingTold);

import { css, html, nothing } from "lit";
import { ifDefined } from "lit/directives/if-defined.js";
import { live } from "lit/directives/live.js";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { getRoom } from "../rest/api.js";
import { bearerOf, codeOfPage, withAccess } from "../rest/access.js";
import { endOrDeleteRecording, getRecording, inline } from "../rest/recordings.js";
import { chapterAt, isGoingOn, lanesOf, lengthOf, playable } from "../app/recordings.js";
import { navigate } from "../app/router.js";
import { formatBytes, formatClock, formatDateTime, formatDuration, has, t, useMessages } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { factsOf, factsStyle } from "./facts.js";
import { failedNote } from "./failed-note.js";
import "./recording-files.js";
import "./recording-integrity.js";
import "./recording-timeline.js";

await useMessages("recordings");

const AGAIN_MS = 2_000;
const SKIP_S = 10;

/** One recording: watched, heard, jumped through by speaker and chapter, downloaded; or how far it is. */
export class GrRecording extends GrElement {
  static properties = {
    roomId: { attribute: false },
    recordingId: { attribute: false },
    recording: { state: true },
    failed: { state: true },
    mayManage: { state: true },
    deleting: { state: true },
    busy: { state: true },
    chosen: { state: true },
    nowMs: { state: true },
  };

  constructor() {
    super();
    this.roomId = "";
    this.recordingId = "";
    /** @type {import("../rest/recordings.js").Recording|null} */
    this.recording = null;
    this.failed = "";
    this.mayManage = false;
    this.deleting = false;
    this.busy = false;
    /** The file that is played, by its id; "" for the best there is: what somebody watches stays when a better one comes. */
    this.chosen = "";
    this.nowMs = 0;
    this.timer = 0;
    /** Where to go on once the player has the file. @type {number|null} */
    this.resumeAt = null;
    /** Links end: a player that fails asks for fresh ones, once a link. */
    this.renewed = "";
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.keyDown(event);
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("keydown", this.onKey);
    clearTimeout(this.timer);
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if ((changed.has("recordingId") || changed.has("roomId")) && this.recordingId) this.start();
  }

  get code() {
    return codeOfPage();
  }

  get list() {
    return `/rooms/${this.roomId}/recordings${this.code ? `?code=${encodeURIComponent(this.code)}` : ""}`;
  }

  /** @returns {HTMLMediaElement|null} */
  get player() {
    return this.renderRoot.querySelector("video, audio");
  }

  async start() {
    this.recording = null;
    // Only a host is told the room's settings.
    getRoom(this.roomId, bearerOf(this.code)).then((room) => (this.mayManage = room.settings !== undefined), () => (this.mayManage = false));
    await this.load();
  }

  ask() {
    return withAccess(this.code, (how) => getRecording(this.roomId, this.recordingId, how));
  }

  async load() {
    this.failed = "";
    try {
      this.recording = await this.ask();
    } catch (error) {
      const { status = 0 } = /** @type {{status?: number}} */ (error);
      this.failed = [401, 403, 404, 410].includes(status) ? t("recordings.notThere") : errorText(error, "recordings.failed");
    }
    this.follow();
  }

  follow() {
    clearTimeout(this.timer);
    if (!this.isConnected || this.failed || !this.recording || !isGoingOn(this.recording)) return;
    this.timer = window.setTimeout(async () => {
      const { recordingId } = this;
      const fresh = await this.ask().catch(() => null);
      if (fresh && recordingId === this.recordingId) this.recording = fresh;
      this.follow();
    }, AGAIN_MS);
  }

  /** @param {number} ms */
  seek(ms) {
    const { player } = this;
    this.nowMs = ms;
    if (player) player.currentTime = ms / 1000;
  }

  onTime() {
    if (this.player) this.nowMs = this.player.currentTime * 1000;
  }

  onLoaded() {
    if (this.resumeAt !== null) this.seek(this.resumeAt);
    this.resumeAt = null;
  }

  /** Perhaps only the link has ended. @param {import("../rest/recordings.js").RecordingFile} file */
  async onBroken(file) {
    const fresh = this.renewed === file.url ? null : await this.freshLinks(file);
    const same = fresh && playable(fresh).find((one) => one.id === file.id);
    // The same link once more: it is the file, or the browser does not know its kind.
    if (!same || same.url === file.url) toast({ text: t("recordings.cannotPlay"), kind: "error" });
  }

  /** @param {import("../rest/recordings.js").RecordingFile} file */
  async freshLinks(file) {
    this.renewed = file.url;
    this.resumeAt = this.nowMs;
    const fresh = await this.ask().catch(() => null);
    if (fresh) this.recording = fresh;
    return fresh;
  }

  /** As most players have it, wherever the focus is but where text is written. @param {KeyboardEvent} event */
  keyDown(event) {
    const target = event.composedPath()[0];
    const { player } = this;
    if (!player || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLElement && target.matches("input:not([type=range]), textarea, select, dialog *")) return;
    /** @type {Record<string, () => unknown>} */
    const keys = {
      k: () => (player.paused ? player.play().catch(() => undefined) : player.pause()),
      j: () => this.seek(Math.max(0, (player.currentTime - SKIP_S) * 1000)),
      l: () => this.seek((player.currentTime + SKIP_S) * 1000),
    };
    const run = keys[event.key.toLowerCase()];
    if (!run) return;
    event.preventDefault();
    run();
  }

  async stop() {
    await this.manage(async () => {
      await endOrDeleteRecording(this.roomId, this.recordingId, bearerOf(this.code));
      await this.load();
    });
  }

  async remove() {
    await this.manage(async () => {
      await endOrDeleteRecording(this.roomId, this.recordingId, bearerOf(this.code));
      this.deleting = false;
      toast({ text: t("recordings.deleted"), kind: "good" });
      navigate(this.list);
    });
  }

  /** @param {() => Promise<unknown>} action */
  async manage(action) {
    this.busy = true;
    try {
      await action();
    } catch (error) {
      toast({ text: errorText(error, "recordings.failed"), kind: "error" });
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { recording } = this;
    return html`<div class="page stack wide" @seek=${(/** @type {CustomEvent<number>} */ event) => this.seek(event.detail)}>
      <div class="row between">
        <div class="grow">
          <a class="back small" href=${this.list}>${t("recordings.all")}</a>
          <h1 tabindex="-1">${recording ? t("recordings.of", { when: formatDateTime(recording.startedAt) }) : t("recordings.title")}</h1>
        </div>
        ${recording && this.mayManage ? this.renderTools(recording) : nothing}
      </div>
      ${this.failed
        ? failedNote(this.failed, () => this.load())
        : recording
          ? [this.renderState(recording), this.renderPlayer(recording), this.renderRest(recording)]
          : html`<gr-spinner></gr-spinner>`}
      ${this.renderDeleting()}
    </div>`;
  }

  /** @param {import("../rest/recordings.js").Recording} recording */
  renderTools({ state }) {
    if (state === "recording") return html`<gr-button icon="stop" ?busy=${this.busy} @click=${this.stop}>${t("recordings.stop")}</gr-button>`;
    return html`<gr-button icon="trash" @click=${() => (this.deleting = true)}>${t("common.delete")}</gr-button>`;
  }

  /** @param {import("../rest/recordings.js").Recording} recording */
  renderState({ state, progress, step, problem }) {
    const problemKey = `recordings.problem.${problem}`;
    const why = problem ? (has(problemKey) ? t(problemKey) : t("recordings.problem.other")) : "";
    if (state === "recording") return html`<p class="note danger" role="status"><gr-icon name="record"></gr-icon><span>${t("recordings.running")} ${why}</span></p>`;
    if (state === "failed") return html`<p class="note danger" role="alert"><gr-icon name="warning"></gr-icon><span>${problem === "empty" ? why : html`${t("recordings.broken")} ${why}`}</span></p>`;
    if (state === "ready" && !step) return html`<div role="status">${why ? html`<p class="note warn"><gr-icon name="info"></gr-icon><span>${why}</span></p>` : nothing}</div>`;
    const stepKey = `recordings.step.${step}`;
    const words = step && has(stepKey) ? t(stepKey) : t("recordings.processing");
    return html`<section class="card stack tight">
      <p role="status">${words}</p>
      <progress max="1" .value=${live(progress ?? 0)} aria-label=${t("recordings.progress")}></progress>
      <p class="muted small">${t("recordings.processingHint")}</p>
    </section>`;
  }

  /** @param {import("../rest/recordings.js").Recording} recording */
  renderPlayer(recording) {
    const files = playable(recording);
    const file = files.find((one) => one.id === this.chosen) ?? files[0];
    if (!file) return nothing;
    const lanes = lanesOf(recording);
    const whole = file.kind === "composite";
    const chapters = recording.chapters ?? [];
    return html`<section class="stack tight" aria-label=${t("recordings.player")}>
      ${files.length > 1 ? html`<gr-select label=${t("recordings.play")} .options=${files.map((one) => ({ value: one.id, label: labelOf(one) }))} .value=${file.id} @change=${(/** @type {any} */ e) => ((this.chosen = e.target.value), (this.nowMs = 0))}></gr-select>` : nothing}
      ${file.mime.startsWith("video/")
        ? html`<video controls playsinline preload="metadata" poster=${ifDefined(recording.thumbnailUrl ?? undefined)} src=${inline(file.url)} aria-label=${labelOf(file)} @play=${() => (this.chosen = file.id)} @timeupdate=${this.onTime} @seeked=${this.onTime} @loadedmetadata=${this.onLoaded} @error=${() => this.onBroken(file)}></video>`
        : html`<audio controls preload="metadata" src=${inline(file.url)} aria-label=${labelOf(file)} @play=${() => (this.chosen = file.id)} @timeupdate=${this.onTime} @seeked=${this.onTime} @loadedmetadata=${this.onLoaded} @error=${() => this.onBroken(file)}></audio>`}
      <p class="muted small keys">${t("recordings.keys")}</p>
      ${whole ? html`<gr-recording-timeline .lanes=${lanes} .chapters=${chapters} .durationMs=${recording.durationMs} .nowMs=${this.nowMs}></gr-recording-timeline>` : nothing}
      ${whole && chapters.length ? this.renderChapters(chapters) : nothing}
    </section>`;
  }

  /** @param {import("../rest/recordings.js").Chapter[]} chapters */
  renderChapters(chapters) {
    const now = chapterAt(chapters, this.nowMs);
    return html`<h2>${t("recordings.chapters")}</h2>
      <ol class="chapters">
        ${chapters.map((chapter, at) => html`<li><button aria-current=${at === now ? "true" : "false"} @click=${() => this.seek(chapter.atMs)}><span class="at">${formatClock(chapter.atMs / 1000)}</span><bdi>${titleOf(chapter)}</bdi></button></li>`)}
      </ol>`;
  }

  /** @param {import("../rest/recordings.js").Recording} recording */
  renderRest(recording) {
    const people = recording.people ?? [];
    const facts = [
      [t("recordings.length"), formatDuration(lengthOf(recording, Date.now()) / 1000)],
      [t("recordings.size"), formatBytes(recording.bytes)],
      [t("recordings.people"), String(people.length)],
      ...(recording.expiresAt ? [[t("recordings.until"), formatDateTime(recording.expiresAt)]] : []),
    ];
    return html`${factsOf(facts)}
      <div class="two">
        <section class="card stack" aria-labelledby="files"><h2 id="files">${t("recordings.files")}</h2><gr-recording-files .recording=${recording}></gr-recording-files></section>
        ${recording.reportUrl && recording.state !== "recording" ? html`<section class="card stack" aria-labelledby="integrity"><h2 id="integrity">${t("recordings.integrity")}</h2><gr-recording-integrity url=${recording.reportUrl} .how=${bearerOf(this.code)}></gr-recording-integrity></section>` : nothing}
      </div>
      <p class="small"><a href="/rooms/${this.roomId}/sessions/${recording.sessionId}${this.code ? `?code=${encodeURIComponent(this.code)}` : ""}">${t("recordings.toReport")}</a></p>`;
  }

  renderDeleting() {
    return html`<gr-dialog heading=${t("recordings.deleteTitle")} ?open=${this.deleting} @close=${() => (this.deleting = false)}>
      <p>${t("recordings.deleteText")}</p>
      <div slot="actions">
        <gr-button @click=${() => (this.deleting = false)}>${t("common.cancel")}</gr-button>
        <gr-button variant="danger" ?busy=${this.busy} @click=${this.remove}>${t("common.delete")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    layout,
    factsStyle,
    css`
      .page {
        max-inline-size: 980px;
        align-content: start;
      }
      .back {
        display: inline-flex;
        align-items: center;
        min-block-size: 32px;
      }
      video {
        display: block;
        inline-size: 100%;
        max-block-size: 70dvh;
        aspect-ratio: 16 / 9;
        border-radius: var(--r-3);
        background: #0d0f0e;
      }
      audio {
        inline-size: 100%;
      }
      progress {
        inline-size: 100%;
        block-size: 12px;
        accent-color: var(--accent);
      }
      .chapters {
        display: grid;
      }
      .chapters button {
        display: flex;
        gap: var(--s-3);
        align-items: center;
        inline-size: 100%;
        min-block-size: 44px;
        padding-inline: var(--s-3);
        border: 0;
        border-radius: var(--r-2);
        background: none;
        color: var(--text);
        font: 500 var(--fs-2) / 1.3 var(--font);
        text-align: start;
        cursor: pointer;
      }
      .chapters button:hover {
        background: var(--surface-2);
      }
      .chapters [aria-current="true"] {
        background: var(--accent-soft);
        color: var(--on-accent-soft);
        font-weight: 620;
      }
      .at {
        min-inline-size: 5ch;
        font-variant-numeric: tabular-nums;
        color: var(--text-2);
      }
      [aria-current="true"] .at {
        color: inherit;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
        gap: var(--s-4);
        align-items: start;
      }
      .two > .card {
        align-content: start;
      }
      [role="status"]:empty {
        position: absolute;
      }
      gr-select {
        max-inline-size: 420px;
      }
      @media (hover: none) {
        .keys {
          display: none;
        }
      }
    `,
  ];
}
customElements.define("gr-recording", GrRecording);

/** @param {import("../rest/recordings.js").RecordingFile} file */
function labelOf(file) {
  if (file.kind === "composite") return t("recordings.kind.composite");
  const source = `recordings.source.${file.source}`;
  return [file.displayName, has(source) ? t(source) : t(`recordings.kind.${file.kind}`)].filter(Boolean).join(", ");
}

/** In the reader's language where it is one of those that every recording has. @param {import("../rest/recordings.js").Chapter} chapter */
function titleOf({ kind, title, displayName }) {
  const key = `recordings.chapter.${kind}`;
  return has(key) ? t(key, { name: displayName ?? "–" }) : title;
}

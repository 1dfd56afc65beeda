import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { filesBySort } from "../app/recordings.js";
import { formatBytes, formatClock, has, t } from "../i18n/i18n.js";

/** `<gr-recording-files .recording=${…}>`: what can be taken away, with its fingerprint. */
export class GrRecordingFiles extends GrElement {
  static properties = { recording: { attribute: false } };

  constructor() {
    super();
    /** @type {import("../rest/recordings.js").Recording|null} */
    this.recording = null;
  }

  render() {
    if (!this.recording) return nothing;
    const { whole, tracks, papers } = filesBySort(this.recording);
    if (!whole.length && !tracks.length && !papers.length) return html`<p class="muted">${t("recordings.noFiles")}</p>`;
    return html`${this.renderGroup("whole", whole)} ${this.renderGroup("tracks", tracks)} ${this.renderGroup("papers", papers)}`;
  }

  /** @param {string} sort @param {import("../rest/recordings.js").RecordingFile[]} files */
  renderGroup(sort, files) {
    if (!files.length) return nothing;
    return html`<h3>${t(`recordings.files.${sort}`)}</h3>
      <ul>
        ${files.map((file) => this.renderOne(file))}
      </ul>`;
  }

  /** @param {import("../rest/recordings.js").RecordingFile} file */
  renderOne(file) {
    const source = file.source ? `recordings.source.${file.source}` : "";
    const what = [source && has(source) ? t(source) : "", t(`recordings.kind.${file.kind}`)].filter(Boolean).join(", ");
    const facts = [file.durationMs ? formatClock(file.durationMs / 1000) : "", formatBytes(file.bytes)].filter(Boolean).join(" · ");
    return html`<li>
      <span class="grow">
        <strong><bdi>${file.displayName ?? what}</bdi></strong>
        <span class="small muted">${file.displayName ? html`${what} · ` : nothing}${facts}</span>
        ${file.sha256 ? html`<details class="small muted"><summary>${t("recordings.fingerprint")}</summary><code dir="ltr">${file.sha256}</code></details>` : nothing}
      </span>
      <gr-button shape="icon" icon="download" href=${file.url} download=${file.name} label=${t("recordings.download", { name: file.name })}></gr-button>
    </li>`;
  }

  static styles = [
    base,
    layout,
    css`
      :host {
        display: block;
      }
      h3 {
        padding-block: var(--s-3) var(--s-1);
        font-size: var(--fs-2);
      }
      h3:first-of-type {
        padding-block-start: 0;
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--s-3);
        padding-block: var(--s-2);
      }
      li + li {
        border-block-start: 1px solid var(--line);
      }
      .grow {
        display: grid;
        font-size: var(--fs-2);
        overflow-wrap: anywhere;
      }
      summary {
        display: inline-flex;
        align-items: center;
        min-block-size: 24px;
        cursor: pointer;
      }
      code {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
customElements.define("gr-recording-files", GrRecordingFiles);

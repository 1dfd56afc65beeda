import { css, html, nothing } from "lit";
import { GrElement } from "../components/index.js";
import { styled } from "../components/styled.js";
import { formatNumber, has, t } from "../i18n/i18n.js";

/**
 * `<gr-arousal .emotion=${…}>`: how animated a voice sounds, from calm to animated, with the label as a hint or "unsure". What it cannot
 * tell is always said along. `words` spells it out.
 */
export class GrArousal extends GrElement {
  static properties = { emotion: { attribute: false }, words: { type: Boolean, reflect: true } };

  constructor() {
    super();
    /** @type {import("../call/call-state.js").Emotion|null} null before there is any */
    this.emotion = null;
    this.words = false;
  }

  render() {
    const { emotion } = this;
    const share = Math.min(1, Math.max(0, emotion?.arousal ?? 0));
    const hint = hintOf(emotion);
    const percent = formatNumber(share, { style: "percent", maximumFractionDigits: 0 });
    const told = emotion ? t("meeting.emotion.told", { percent, hint }) : t("meeting.emotion.none");
    const all = `${told} ${t("meeting.emotion.cannot")}`;
    return html`<span class="mood" title=${all}>
      <span class="bar" role="meter" aria-label=${t("meeting.emotion.arousal")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(share * 100)} aria-valuetext=${told}><i ?hidden=${!emotion} style=${styled({ "inset-inline-start": `${share * 100}%` })}></i></span>
      <span class="hint" part="hint" aria-hidden=${this.words ? "false" : "true"}>${hint}</span>
      ${this.words ? html`<span class="ends" aria-hidden="true"><span>${t("meeting.emotion.calm")}</span><span>${t("meeting.emotion.animated")}</span></span>` : nothing}
    </span>`;
  }

  static styles = css`
    :host {
      display: inline-block;
      min-inline-size: 0;
    }
    .mood {
      display: flex;
      align-items: center;
      gap: 8px;
      font: 520 var(--fs-1) / 1.2 var(--font);
    }
    .bar {
      position: relative;
      flex: none;
      inline-size: 56px;
      block-size: 6px;
      border-radius: 3px;
      background: linear-gradient(to right, light-dark(#2f5d8a, #84b6e8), light-dark(#b0552a, #f0a878));
    }
    .bar:dir(rtl) {
      background: linear-gradient(to left, light-dark(#2f5d8a, #84b6e8), light-dark(#b0552a, #f0a878));
    }
    i {
      position: absolute;
      inset-block-start: -4px;
      inline-size: 4px;
      block-size: 14px;
      margin-inline-start: -2px;
      border-radius: 2px;
      background: currentColor;
      transition: inset-inline-start 600ms var(--ease);
    }
    .hint {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    :host([words]) {
      display: block;
      margin-block: var(--s-2);
    }
    :host([words]) .mood {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 6px;
    }
    :host([words]) .bar {
      inline-size: 100%;
      order: 1;
    }
    .ends {
      order: 2;
      display: flex;
      justify-content: space-between;
      color: var(--text-2);
    }
    @media (prefers-reduced-motion: reduce) {
      i {
        transition: none;
      }
    }
    @media (forced-colors: active) {
      .bar {
        border: 1px solid CanvasText;
      }
      i {
        background: CanvasText;
      }
    }
  `;
}
customElements.define("gr-arousal", GrArousal);

/** The label in the person's language; a label of another model as it is. @param {import("../call/call-state.js").Emotion|null} emotion */
function hintOf(emotion) {
  if (!emotion) return t("meeting.emotion.listening");
  if (!emotion.label) return t("meeting.emotion.unsure");
  const key = `meeting.emotion.label.${emotion.label}`;
  return t("meeting.emotion.hint", { label: has(key) ? t(key) : emotion.label });
}

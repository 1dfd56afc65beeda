import { css, html } from "lit";
import { GrElement } from "./element.js";

/** White text has at least 4.5:1 on each. */
const COLOURS = ["#1f6b4a", "#7a4b12", "#2f5d8a", "#7b3b63", "#565f1d", "#8a3b2a", "#4b4f8f", "#1d6a70", "#6a4a86", "#5b5a52"];

/** A stable colour for a person, by id where there is one, else by name. @param {string} key */
export function colourOf(key) {
  let hash = 7;
  for (const c of key) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) >>> 0;
  return COLOURS[hash % COLOURS.length];
}

/** "Ana María López" → "AL". @param {string} name */
export function initialsOf(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...words[words.length - 1]][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** `<gr-avatar name="…" key="id">`: initials on the person's colour; decoration, the name stands beside it. Size by `--size`. */
export class GrAvatar extends GrElement {
  static properties = { name: {}, key: {} };
  static styles = css`
    :host {
      --size: 40px;
      display: inline-grid;
      place-items: center;
      flex: none;
      inline-size: var(--size);
      block-size: var(--size);
      border-radius: 50%;
      color: #fff;
      font: 600 calc(var(--size) * 0.38) / 1 var(--font);
      user-select: none;
      overflow: hidden;
    }
    /* Drawn, not written: the name itself stands beside the picture or in its label. */
    span::before {
      content: attr(data-initials) / "";
    }
  `;

  constructor() {
    super();
    this.name = "";
    this.key = "";
  }

  render() {
    this.style.background = colourOf(this.key || this.name);
    return html`<span data-initials=${initialsOf(this.name)}></span>`;
  }
}
customElements.define("gr-avatar", GrAvatar);

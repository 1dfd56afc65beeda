import { css, html, nothing } from "lit";
import { GrElement } from "../components/index.js";
import { t } from "../i18n/i18n.js";

const ICONS = { direct: "shield", relayed: "globe", server: "server" };

/** `<gr-path path="direct">`: the way a person's media takes, and who can read it. `words` spells it out. */
export class GrPath extends GrElement {
  static properties = { path: {}, words: { type: Boolean } };

  constructor() {
    super();
    /** @type {"direct"|"relayed"|"server"|null} */
    this.path = null;
    this.words = false;
  }

  render() {
    if (!this.path) return nothing;
    const text = t(`meeting.path.${this.path}`);
    const why = t(`meeting.path.${this.path}.why`);
    const icon = ICONS[this.path];
    if (this.words) return html`<span class="words"><gr-icon name=${icon}></gr-icon><span>${text}<small>${why}</small></span></span>`;
    return html`<span class="chip" role="img" aria-label=${`${text}. ${why}`} title=${`${text}. ${why}`}><gr-icon name=${icon}></gr-icon></span>`;
  }

  static styles = css`
    :host {
      display: inline-flex;
    }
    .chip {
      display: inline-flex;
      font-size: 13px;
    }
    .words {
      display: flex;
      gap: var(--s-2);
      font-size: var(--fs-1);
      align-items: flex-start;
    }
    small {
      display: block;
      font-size: inherit;
      color: var(--text-2);
    }
  `;
}
customElements.define("gr-path", GrPath);

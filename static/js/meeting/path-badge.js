import { css, html, nothing } from "lit";
import { GrElement } from "../components/index.js";
import { t } from "../i18n/i18n.js";

const ICONS = { direct: "shield", relayed: "globe", server: "server" };

/** `<gr-path path="direct">`: the way a person's media takes, and who can read it; with `tap`, that the server hears it, and what for. `words` spells it out. */
export class GrPath extends GrElement {
  static properties = { path: {}, tap: { attribute: false }, words: { type: Boolean } };

  constructor() {
    super();
    /** @type {"direct"|"relayed"|"server"|null} */
    this.path = null;
    /** @type {import("../signalling/protocol.js").WireTap|null} */
    this.tap = null;
    this.words = false;
  }

  render() {
    return [this.renderPath(), this.renderTap()];
  }

  renderPath() {
    if (!this.path) return nothing;
    // With a copy at the server it is not true that only these two can read it.
    const why = this.tap && this.path !== "server" ? "meeting.path.tapped.why" : `meeting.path.${this.path}.why`;
    return this.sign(ICONS[this.path], t(`meeting.path.${this.path}`), t(why));
  }

  renderTap() {
    if (!this.tap) return nothing;
    const purposes = this.tap.purposes.map((purpose) => t(`meeting.tap.${purpose}`)).join(", ");
    return this.sign("record", t("meeting.tap"), t("meeting.tap.why", { purposes }));
  }

  /** @param {string} icon @param {string} text @param {string} why */
  sign(icon, text, why) {
    if (this.words) return html`<span class="words"><gr-icon name=${icon}></gr-icon><span>${text}<small>${why}</small></span></span>`;
    return html`<span class="chip" role="img" aria-label=${`${text}. ${why}`} title=${`${text}. ${why}`}><gr-icon name=${icon}></gr-icon></span>`;
  }

  static styles = css`
    :host {
      display: inline-flex;
      gap: var(--s-1);
      flex-wrap: wrap;
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

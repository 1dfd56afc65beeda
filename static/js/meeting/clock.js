import { css, html } from "lit";
import { GrElement } from "../components/index.js";
import { formatClock } from "../i18n/i18n.js";

/** `<gr-clock since="2026-…">`: how long ago, ticking by itself so that nothing around it renders every second. */
export class GrClock extends GrElement {
  static properties = { since: {} };

  constructor() {
    super();
    /** @type {string|null} RFC 3339 */
    this.since = null;
    this.timer = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.requestUpdate(), 1000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  render() {
    const seconds = this.since ? (Date.now() - new Date(this.since).getTime()) / 1000 : 0;
    return html`${formatClock(seconds)}`;
  }

  static styles = css`
    :host {
      font-variant-numeric: tabular-nums;
    }
  `;
}
customElements.define("gr-clock", GrClock);

import { css, html } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/element.js";
import { t } from "../i18n/i18n.js";

/** An address that leads nowhere. */
export class GrNotFound extends GrElement {
  render() {
    return html`<div class="page narrow">
      <gr-icon name="door"></gr-icon>
      <h1 tabindex="-1">${t("notFound.title")}</h1>
      <p class="muted">${t("notFound.text")}</p>
      <gr-button variant="primary" href="/">${t("notFound.home")}</gr-button>
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      .page {
        display: grid;
        justify-items: center;
        text-align: center;
        gap: var(--s-4);
        padding-block-start: var(--s-8);
      }
      gr-icon {
        font-size: 3rem;
        color: var(--accent);
      }
    `,
  ];
}
customElements.define("gr-not-found", GrNotFound);

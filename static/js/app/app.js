import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import "../components/index.js";
import { GrElement } from "../components/element.js";
import { t } from "../i18n/i18n.js";
import { route, router } from "./router.js";
import { brand } from "./brand.js";
import { session } from "./session.js";
import { PAGES, titleOf } from "./pages.js";
import "../components/app-header.js";

/** The shell: header, the page of the current address, toasts. A page asks for the whole window with a `chrome` event. */
export class GrApp extends GrElement {
  static properties = { page: { state: true }, failed: { state: true }, bare: { state: true } };

  constructor() {
    super();
    /** @type {import("./router.js").Route|null} the route whose module is loaded */
    this.page = null;
    this.failed = false;
    this.bare = false;
    this.onRoute = () => this.arrive(true);
    this.onSession = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    router.addEventListener("change", this.onRoute);
    session.addEventListener("change", this.onSession);
    brand.addEventListener("change", this.onSession);
    this.arrive(false);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    router.removeEventListener("change", this.onRoute);
    session.removeEventListener("change", this.onSession);
    brand.removeEventListener("change", this.onSession);
  }

  /** @param {boolean} moveFocus */
  async arrive(moveFocus) {
    const wanted = route();
    this.failed = false;
    try {
      await PAGES[wanted.page].load();
    } catch (error) {
      console.error(error);
      this.failed = true;
    }
    if (route() !== wanted) return;
    if (this.page?.path !== wanted.path) this.bare = false;
    this.page = wanted;
    await this.updateComplete;
    document.title = titleOf(wanted);
    if (moveFocus) this.focusPage();
  }

  /** After a navigation a screen reader should start at the new page, not at the old link. */
  async focusPage() {
    scrollTo(0, 0);
    const view = this.renderRoot.querySelector("main")?.firstElementChild;
    if (view instanceof GrElement) {
      await view.updateComplete;
      const heading = view.renderRoot.querySelector("h1");
      if (heading instanceof HTMLElement) heading.focus();
      // A page that still loads has no heading yet.
      else this.skip();
    }
  }

  updated() {
    if (this.page) document.title = titleOf(this.page);
  }

  /** @param {CustomEvent<{bare: boolean}>} event */
  onChrome(event) {
    this.bare = event.detail.bare;
  }

  skip() {
    const main = this.renderRoot.querySelector("main");
    if (main instanceof HTMLElement) main.focus();
  }

  render() {
    return html`${this.bare ? nothing : html`<button class="skip" @click=${this.skip}>${t("app.skip")}</button><gr-header></gr-header>`}
      <main tabindex="-1" class=${this.bare ? "bare" : ""} @chrome=${this.onChrome}>${this.renderPage()}</main>
      <gr-toasts></gr-toasts>`;
  }

  renderPage() {
    if (this.failed) {
      return html`<div class="failed"><h1>${t("app.failed")}</h1><gr-button icon="refresh" variant="primary" @click=${() => location.reload()}>${t("app.reload")}</gr-button></div>`;
    }
    if (!this.page) return html`<gr-spinner></gr-spinner>`;
    return PAGES[this.page.page].render(this.page.params);
  }

  static styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-block-size: 100dvh;
        background: var(--bg);
      }
      main {
        flex: 1;
        display: flex;
        flex-direction: column;
        outline: none;
        min-inline-size: 0;
      }
      main > * {
        flex: 1;
      }
      main.bare {
        block-size: 100dvh;
        flex: none;
      }
      .skip {
        position: absolute;
        inset-block-start: -80px;
        inset-inline-start: var(--s-4);
        z-index: 60;
        min-block-size: var(--touch);
        padding-inline: var(--s-4);
        border: 0;
        border-radius: var(--r-2);
        background: var(--accent);
        color: var(--on-accent);
        font: 560 var(--fs-2) var(--font);
      }
      .skip:focus {
        inset-block-start: var(--s-3);
      }
      .failed {
        display: grid;
        justify-items: center;
        align-content: center;
        gap: var(--s-4);
        padding: var(--s-5);
        text-align: center;
      }
    `,
  ];
}
customElements.define("gr-app", GrApp);

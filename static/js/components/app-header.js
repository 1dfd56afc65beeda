import { css, html, nothing } from "lit";
import { base } from "../../style/tokens.js";
import { brand, brandName } from "../app/brand.js";
import { LANGUAGES, language, setLanguage, t } from "../i18n/i18n.js";
import { prefs, setTheme, theme } from "../app/prefs.js";
import { navigate } from "../app/router.js";
import { session, user } from "../app/session.js";
import { signOut } from "../app/account.js";
import { GrElement } from "./element.js";
import "./logo.js";
import "./menu.js";

const THEME_ICON = { system: "contrast", light: "sun", dark: "moon" };

/** The bar on top of every page but the meeting: home, appearance, language, account. */
export class GrHeader extends GrElement {
  constructor() {
    super();
    this.refresh = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    prefs.addEventListener("change", this.refresh);
    brand.addEventListener("change", this.refresh);
    session.addEventListener("change", this.refresh);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    prefs.removeEventListener("change", this.refresh);
    brand.removeEventListener("change", this.refresh);
    session.removeEventListener("change", this.refresh);
  }

  /** @param {CustomEvent<string>} event */
  onAccount(event) {
    if (event.detail === "sign-out") signOut();
    else navigate(event.detail);
  }

  render() {
    return html`<header>
      <a class="brand" href="/" aria-label=${t("app.home", { brand: brandName() })}><gr-logo></gr-logo></a>
      <nav aria-label=${t("app.tools")}>${this.renderLanguage()}${this.renderTheme()}${this.renderAccount()}</nav>
    </header>`;
  }

  renderLanguage() {
    const items = LANGUAGES.map(({ id, name }) => ({ id, label: name, checked: id === language() }));
    return html`<gr-menu label=${t("app.language")} .items=${items} @select=${(/** @type {CustomEvent} */ e) => setLanguage(e.detail)}>
      <gr-button slot="trigger" variant="ghost" shape="icon" icon="globe" label=${t("app.language")}></gr-button>
    </gr-menu>`;
  }

  renderTheme() {
    const now = theme();
    const items = /** @type {const} */ (["system", "light", "dark"]).map((id) => ({ id, label: t(`theme.${id}`), icon: THEME_ICON[id], checked: id === now }));
    return html`<gr-menu label=${t("app.theme")} .items=${items} @select=${(/** @type {CustomEvent} */ e) => setTheme(e.detail)}>
      <gr-button slot="trigger" variant="ghost" shape="icon" icon=${THEME_ICON[now]} label=${t("app.theme")}></gr-button>
    </gr-menu>`;
  }

  renderAccount() {
    const me = user();
    if (!me) return html`<gr-button variant="ghost" href="/sign-in">${t("app.signIn")}</gr-button>`;
    const items = [
      { id: "/rooms", label: t("app.rooms"), icon: "door" },
      { id: "/account", label: t("app.account"), icon: "settings" },
      { separator: /** @type {const} */ (true) },
      { id: "sign-out", label: t("app.signOut"), icon: "leave" },
    ];
    return html`<gr-menu label=${t("app.accountMenu")} .items=${items} @select=${this.onAccount}>
      <gr-button slot="trigger" variant="ghost" label=${t("app.accountOf", { name: me.displayName })}>
        <gr-avatar name=${me.displayName} key=${me.userId}></gr-avatar>
      </gr-button>
    </gr-menu>${nothing}`;
  }

  static styles = [
    base,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--s-2);
        max-inline-size: var(--page);
        margin-inline: auto;
        padding: var(--s-2) var(--s-5);
        min-block-size: 64px;
      }
      .brand {
        display: inline-flex;
        align-items: center;
        min-block-size: var(--touch);
        color: inherit;
        text-decoration: none;
        border-radius: var(--r-1);
      }
      nav {
        display: flex;
        align-items: center;
        gap: var(--s-1);
      }
      gr-avatar {
        --size: 32px;
      }
      @media (max-width: 600px) {
        header {
          padding-inline: var(--s-4) var(--s-2);
          min-block-size: 56px;
        }
      }
      @media (max-width: 380px) {
        header,
        nav {
          gap: 0;
        }
        gr-logo::part(name) {
          display: none;
        }
      }
    `,
  ];
}
customElements.define("gr-header", GrHeader);

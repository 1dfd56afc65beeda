import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { changePassword, deleteMe, updateMe } from "../rest/api.js";
import { signOut } from "../app/account.js";
import { LANGUAGES, language, setLanguage, t } from "../i18n/i18n.js";
import { prefs, setTheme, theme } from "../app/prefs.js";
import { errorText } from "../i18n/problem.js";
import { navigate } from "../app/router.js";
import { known, session, setUser, user } from "../app/session.js";
import "./api-keys.js";

const MIN_PASSWORD = 8;

/** The person's own page: name, appearance, password, API keys, the way out. Appearance works without an account too. */
export class GrAccount extends GrElement {
  static properties = {
    name: { state: true },
    nameError: { state: true },
    passwords: { state: true },
    passwordError: { state: true },
    deleting: { state: true },
    confirm: { state: true },
    deleteError: { state: true },
  };

  constructor() {
    super();
    this.name = user()?.displayName ?? "";
    this.nameError = "";
    this.passwords = { current: "", next: "" };
    this.passwordError = "";
    this.deleting = false;
    this.confirm = "";
    this.deleteError = "";
    this.refresh = () => {
      this.name ||= user()?.displayName ?? "";
      this.requestUpdate();
    };
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.refresh);
    prefs.addEventListener("change", this.refresh);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.refresh);
    prefs.removeEventListener("change", this.refresh);
  }

  /** @param {Event} event */
  async saveName(event) {
    event.preventDefault();
    const displayName = this.name.trim();
    this.nameError = displayName ? "" : t("signIn.noName");
    if (!displayName) return;
    try {
      setUser(await updateMe({ displayName }));
      toast({ text: t("account.saved"), kind: "good" });
    } catch (error) {
      this.nameError = errorText(error, "account.failed");
    }
  }

  /** @param {Event} event */
  async savePassword(event) {
    event.preventDefault();
    const { current, next } = this.passwords;
    this.passwordError = next.length < MIN_PASSWORD ? t("signIn.shortPassword", { n: MIN_PASSWORD }) : "";
    if (this.passwordError) return;
    try {
      await changePassword(current, next);
      this.passwords = { current: "", next: "" };
      toast({ text: t("account.passwordChanged"), kind: "good" });
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      this.passwordError = status === 401 || status === 403 ? t("account.wrongPassword") : errorText(error, "account.failed");
    }
  }

  async deleteAccount() {
    try {
      await deleteMe(this.confirm);
      setUser(null);
      this.deleting = false;
      navigate("/");
      toast({ text: t("account.deleted"), kind: "good" });
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      this.deleteError = status === 401 || status === 403 ? t("account.wrongPassword") : errorText(error, "account.failed");
    }
  }

  render() {
    const me = user();
    return html`<div class="page narrow stack wide">
      <h1 tabindex="-1">${t("account.title")}</h1>
      ${me ? this.renderProfile(me) : known() ? this.renderSignedOut() : html`<gr-spinner></gr-spinner>`}
      ${this.renderAppearance()} ${me ? [this.renderPassword(), html`<gr-api-keys></gr-api-keys>`, this.renderEnd()] : nothing} ${this.renderDialog()}
    </div>`;
  }

  /** @param {import("../app/session.js").User} me */
  renderProfile(me) {
    return html`<section class="card stack" aria-labelledby="profile">
      <div class="row">
        <gr-avatar class="big" name=${me.displayName} key=${me.userId}></gr-avatar>
        <div class="grow">
          <h2 id="profile" class="ellipsis">${me.displayName}</h2>
          <p class="muted ellipsis"><bdi>${me.email}</bdi></p>
        </div>
      </div>
      <form class="inline" @submit=${this.saveName} novalidate>
        <gr-field label=${t("account.name")} hint=${t("account.nameHint")} autocomplete="name" maxlength="80" .value=${this.name} error=${this.nameError} @input=${(/** @type {any} */ e) => (this.name = e.target.value)}></gr-field>
        <gr-button type="submit">${t("common.save")}</gr-button>
      </form>
    </section>`;
  }

  renderSignedOut() {
    return html`<section class="card row between">
      <p class="grow">${t("account.signedOutHint")}</p>
      <gr-button variant="primary" href="/sign-in?next=/account">${t("app.signIn")}</gr-button>
    </section>`;
  }

  renderAppearance() {
    const themes = ["system", "light", "dark"].map((value) => ({ value, label: t(`theme.${value}`) }));
    const languages = LANGUAGES.map(({ id, name }) => ({ value: id, label: name }));
    return html`<section class="card stack" aria-labelledby="look">
      <h2 id="look">${t("account.appearance")}</h2>
      <div class="two">
        <gr-select label=${t("app.theme")} icon="contrast" .options=${themes} .value=${theme()} @change=${(/** @type {any} */ e) => setTheme(e.target.value)}></gr-select>
        <gr-select label=${t("app.language")} icon="globe" .options=${languages} .value=${language()} @change=${(/** @type {any} */ e) => setLanguage(e.target.value)}></gr-select>
      </div>
    </section>`;
  }

  renderPassword() {
    const set = (/** @type {"current"|"next"} */ name) => (/** @type {any} */ e) => (this.passwords = { ...this.passwords, [name]: e.target.value });
    return html`<section class="card stack" aria-labelledby="password">
      <h2 id="password">${t("account.password")}</h2>
      <form class="stack" @submit=${this.savePassword} novalidate>
        <div class="two">
          <gr-field label=${t("account.currentPassword")} type="password" autocomplete="current-password" .value=${this.passwords.current} @input=${set("current")}></gr-field>
          <gr-field label=${t("account.newPassword")} type="password" autocomplete="new-password" hint=${t("signIn.passwordHint", { n: MIN_PASSWORD })} .value=${this.passwords.next} @input=${set("next")}></gr-field>
        </div>
        <div role="alert">${this.passwordError ? html`<p class="note danger"><gr-icon name="warning"></gr-icon>${this.passwordError}</p>` : nothing}</div>
        <div class="row end"><gr-button type="submit">${t("account.changePassword")}</gr-button></div>
      </form>
    </section>`;
  }

  renderEnd() {
    return html`<section class="card row between" aria-labelledby="end">
      <h2 id="end" class="visually-hidden">${t("account.end")}</h2>
      <gr-button icon="leave" @click=${() => signOut()}>${t("app.signOut")}</gr-button>
      <gr-button variant="ghost" class="danger" icon="trash" @click=${() => (this.deleting = true)}>${t("account.delete")}</gr-button>
    </section>`;
  }

  renderDialog() {
    return html`<gr-dialog heading=${t("account.deleteTitle")} ?open=${this.deleting} @close=${() => (this.deleting = false)}>
      <div class="stack">
        <p>${t("account.deleteText")}</p>
        <gr-field label=${t("account.deletePassword")} type="password" autocomplete="current-password" .value=${this.confirm} error=${this.deleteError} @input=${(/** @type {any} */ e) => ((this.confirm = e.target.value), (this.deleteError = ""))}></gr-field>
      </div>
      <div slot="actions">
        <gr-button @click=${() => (this.deleting = false)}>${t("common.cancel")}</gr-button>
        <gr-button variant="danger" ?disabled=${!this.confirm} @click=${this.deleteAccount}>${t("account.deleteDo")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    layout,
    css`
      .narrow {
        max-inline-size: 720px;
      }
      .big {
        --size: 56px;
      }
      .inline {
        display: flex;
        gap: var(--s-3);
        align-items: flex-start;
      }
      .inline gr-field {
        flex: 1;
      }
      .inline gr-button {
        margin-block-start: calc(var(--fs-2) * 1.5 + var(--s-1));
      }
      @media (max-width: 420px) {
        .inline {
          flex-direction: column;
          align-items: stretch;
        }
        .inline gr-button {
          margin-block-start: 0;
        }
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 230px), 1fr));
        gap: var(--s-4);
      }
      .danger::part(button) {
        color: var(--danger);
      }
    `,
  ];
}
customElements.define("gr-account", GrAccount);

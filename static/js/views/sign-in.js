import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { getConfig, login, signUp } from "../rest/api.js";
import { t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { navigate } from "../app/router.js";
import { setUser } from "../app/session.js";

const MIN_PASSWORD = 8;

/** Sign in and, where the operator allows it, sign up. `?next=/path` says where to go afterwards. */
export class GrSignIn extends GrElement {
  static properties = {
    mode: { state: true },
    form: { state: true },
    errors: { state: true },
    failed: { state: true },
    busy: { state: true },
    mayStart: { state: true },
  };

  constructor() {
    super();
    /** @type {"in"|"up"} */
    this.mode = "in";
    this.form = { email: "", password: "", displayName: "" };
    /** @type {Partial<Record<"email"|"password"|"displayName", string>>} */
    this.errors = {};
    this.failed = "";
    this.busy = false;
    this.mayStart = true;
  }

  connectedCallback() {
    super.connectedCallback();
    getConfig().then(
      (config) => (this.mayStart = config.signUp !== false),
      () => undefined,
    );
  }

  /** @param {keyof GrSignIn["form"]} name */
  set(name) {
    return (/** @type {Event} */ event) => {
      this.form = { ...this.form, [name]: /** @type {HTMLInputElement} */ (event.target).value };
      this.errors = { ...this.errors, [name]: undefined };
    };
  }

  check() {
    const { email, password, displayName } = this.form;
    /** @type {GrSignIn["errors"]} */
    const errors = {};
    if (!/^\S+@\S+\.\S+$/.test(email.trim())) errors.email = t("signIn.badEmail");
    if (!password) errors.password = t("signIn.noPassword");
    else if (this.mode === "up" && password.length < MIN_PASSWORD) errors.password = t("signIn.shortPassword", { n: MIN_PASSWORD });
    if (this.mode === "up" && !displayName.trim()) errors.displayName = t("signIn.noName");
    this.errors = errors;
    return Object.values(errors).every((one) => !one);
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    this.failed = "";
    if (this.busy) return;
    if (!this.check()) return this.focusFirstError();
    this.busy = true;
    try {
      const { email, password, displayName } = this.form;
      const done = this.mode === "in" ? await login(email.trim(), password) : await signUp(email.trim(), password, displayName.trim());
      setUser(done.user);
      navigate(nextPath(), { replace: true });
    } catch (error) {
      const { status } = /** @type {{status?: number}} */ (error);
      this.failed = status === 401 ? t("signIn.wrong") : status === 409 ? t("signIn.taken") : errorText(error, "signIn.failed");
    } finally {
      this.busy = false;
    }
  }

  async focusFirstError() {
    await this.updateComplete;
    const first = [...this.renderRoot.querySelectorAll("gr-field")].find((field) => /** @type {any} */ (field).error);
    /** @type {HTMLElement|undefined} */ (first)?.focus();
  }

  swap() {
    this.mode = this.mode === "in" ? "up" : "in";
    this.errors = {};
    this.failed = "";
  }

  render() {
    const up = this.mode === "up";
    return html`<div class="page narrow">
      <div class="card stack wide">
        <div class="stack tight">
          <h1 tabindex="-1">${t(up ? "signIn.upTitle" : "signIn.inTitle")}</h1>
          <p class="muted">${t(up ? "signIn.upLead" : "signIn.inLead")}</p>
        </div>
        <form class="stack" @submit=${this.onSubmit} novalidate>
          ${up ? html`<gr-field label=${t("signIn.name")} name="name" autocomplete="name" maxlength="80" required .value=${this.form.displayName} error=${this.errors.displayName ?? ""} @input=${this.set("displayName")}></gr-field>` : nothing}
          <gr-field label=${t("signIn.email")} name="email" type="email" inputmode="email" autocomplete="username" required .value=${this.form.email} error=${this.errors.email ?? ""} @input=${this.set("email")}></gr-field>
          <gr-field label=${t("signIn.password")} name="password" type="password" autocomplete=${up ? "new-password" : "current-password"} required maxlength="256" hint=${up ? t("signIn.passwordHint", { n: MIN_PASSWORD }) : ""} .value=${this.form.password} error=${this.errors.password ?? ""} @input=${this.set("password")}></gr-field>
          <div role="alert">${this.failed ? html`<p class="note danger"><gr-icon name="warning"></gr-icon>${this.failed}</p>` : nothing}</div>
          <gr-button block variant="primary" size="l" type="submit" ?busy=${this.busy}>${t(up ? "signIn.upDo" : "signIn.inDo")}</gr-button>
        </form>
        ${this.mayStart || up ? html`<p class="swap">${t(up ? "signIn.haveAccount" : "signIn.noAccount")} <gr-button variant="ghost" @click=${this.swap}>${t(up ? "signIn.inDo" : "signIn.upDo")}</gr-button></p>` : nothing}
      </div>
    </div>`;
  }

  static styles = [
    base,
    layout,
    css`
      .page {
        max-inline-size: 480px;
        padding-block-start: var(--s-7);
      }
      .card {
        padding: var(--s-6);
      }
      .swap {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--s-1);
        color: var(--text-2);
        font-size: var(--fs-2);
      }
      @media (max-width: 600px) {
        .page {
          padding-block-start: var(--s-4);
        }
        .card {
          padding: var(--s-5) var(--s-4);
        }
      }
    `,
  ];
}
customElements.define("gr-sign-in", GrSignIn);

/** Only a path of this site: never `//elsewhere`. */
function nextPath() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  return /^\/(?![/\\])/.test(next) ? next : "/";
}

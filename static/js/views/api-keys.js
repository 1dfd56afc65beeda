import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { createApiKey, deleteApiKey, listApiKeys } from "../rest/api.js";
import { copy } from "../browser/clipboard.js";
import { formatDate, formatRelative, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";

const SCOPES = ["rooms:read", "rooms:write", "sessions:read", "users:write", "audit:read", "egress:write"];

/** @typedef {{id: string, name: string, scopes: string[], createdAt: string, lastUsedAt?: string|null}} ApiKey */

/** The account's API keys: make one (shown once), see them, take one away. */
export class GrApiKeys extends GrElement {
  static properties = {
    keys: { state: true },
    making: { state: true },
    form: { state: true },
    made: { state: true },
    error: { state: true },
    ending: { state: true },
  };

  constructor() {
    super();
    /** @type {ApiKey[]|null} */
    this.keys = null;
    this.making = false;
    this.form = { name: "", scopes: new Set(["rooms:read"]) };
    /** The new key, while it is shown. */
    this.made = "";
    this.error = "";
    /** @type {ApiKey|null} the one to be deleted, while asking */
    this.ending = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.load();
  }

  async load() {
    try {
      this.keys = await listApiKeys();
    } catch (error) {
      this.keys = [];
      toast({ text: errorText(error, "apiKeys.failed"), kind: "error" });
    }
  }

  open() {
    this.form = { name: "", scopes: new Set(["rooms:read"]) };
    this.made = "";
    this.error = "";
    this.making = true;
  }

  async create() {
    const { name, scopes } = this.form;
    if (!name.trim()) {
      this.error = t("apiKeys.noName");
      return;
    }
    try {
      const { key } = await createApiKey(name.trim(), [...scopes]);
      this.made = key;
      this.load();
    } catch (error) {
      this.error = errorText(error, "apiKeys.failed");
    }
  }

  async end() {
    if (!this.ending) return;
    try {
      await deleteApiKey(this.ending.id);
      this.keys = this.keys?.filter((key) => key.id !== this.ending?.id) ?? null;
      toast({ text: t("apiKeys.deleted"), kind: "good" });
    } catch (error) {
      toast({ text: errorText(error, "apiKeys.failed"), kind: "error" });
    }
    this.ending = null;
  }

  /** @param {string} scope */
  toggle(scope) {
    const scopes = new Set(this.form.scopes);
    if (!scopes.delete(scope)) scopes.add(scope);
    this.form = { ...this.form, scopes };
  }

  render() {
    return html`<section class="card stack" aria-labelledby="keys">
        <div class="row between">
          <h2 id="keys">${t("apiKeys.title")}</h2>
          <gr-button icon="plus" @click=${this.open}>${t("apiKeys.create")}</gr-button>
        </div>
        <p class="muted small">${t("apiKeys.lead")}</p>
        ${this.keys?.length ? html`<ul>${this.keys.map((key) => this.renderKey(key))}</ul>` : nothing}
      </section>
      ${this.renderMaking()} ${this.renderEnding()}`;
  }

  /** @param {ApiKey} key */
  renderKey(key) {
    return html`<li>
      <gr-icon name="key"></gr-icon>
      <div class="grow">
        <p class="name">${key.name}</p>
        <p class="muted small">${t("apiKeys.made", { when: formatDate(key.createdAt) })} · ${key.lastUsedAt ? t("apiKeys.used", { when: formatRelative(key.lastUsedAt) }) : t("apiKeys.unused")}</p>
        <p class="scopes" dir="ltr">${key.scopes.map((scope) => html`<code>${scope}</code>`)}</p>
      </div>
      <gr-button variant="ghost" shape="icon" icon="trash" label=${t("apiKeys.deleteOne", { name: key.name })} @click=${() => (this.ending = key)}></gr-button>
    </li>`;
  }

  renderMaking() {
    const close = () => ((this.making = false), (this.made = ""));
    return html`<gr-dialog heading=${t("apiKeys.create")} ?open=${this.making} @close=${close}>
      ${this.made
        ? html`<div class="stack">
            <p class="note good"><gr-icon name="check"></gr-icon>${t("apiKeys.once")}</p>
            <p class="secret" dir="ltr"><code>${this.made}</code></p>
            <div class="row"><gr-button icon="copy" variant="primary" @click=${() => copy(this.made)}>${t("common.copy")}</gr-button></div>
          </div>`
        : html`<form class="stack" @submit=${(/** @type {Event} */ e) => (e.preventDefault(), this.create())} novalidate>
            <gr-field label=${t("apiKeys.name")} autofocus maxlength="80" .value=${this.form.name} error=${this.error} @input=${(/** @type {any} */ e) => ((this.form = { ...this.form, name: e.target.value }), (this.error = ""))}></gr-field>
            <fieldset>
              <legend>${t("apiKeys.scopes")}</legend>
              ${SCOPES.map((scope) => html`<gr-switch label=${t(`scope.${scope}`)} ?checked=${this.form.scopes.has(scope)} @change=${() => this.toggle(scope)}></gr-switch>`)}
            </fieldset>
          </form>`}
      <div slot="actions">
        ${this.made
          ? html`<gr-button @click=${close}>${t("common.close")}</gr-button>`
          : html`<gr-button @click=${close}>${t("common.cancel")}</gr-button><gr-button variant="primary" ?disabled=${!this.form.scopes.size} @click=${this.create}>${t("apiKeys.createDo")}</gr-button>`}
      </div>
    </gr-dialog>`;
  }

  renderEnding() {
    return html`<gr-dialog heading=${t("apiKeys.deleteTitle")} ?open=${this.ending !== null} @close=${() => (this.ending = null)}>
      <p>${t("apiKeys.deleteText", { name: this.ending?.name ?? "" })}</p>
      <div slot="actions">
        <gr-button @click=${() => (this.ending = null)}>${t("common.cancel")}</gr-button>
        <gr-button variant="danger" @click=${this.end}>${t("common.delete")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    layout,
    css`
      li {
        display: flex;
        gap: var(--s-3);
        align-items: center;
        padding-block: var(--s-3);
        border-block-start: 1px solid var(--line);
      }
      li > gr-icon {
        color: var(--text-2);
      }
      .name {
        font-weight: 560;
        overflow-wrap: anywhere;
      }
      .scopes {
        display: flex;
        flex-wrap: wrap;
        gap: var(--s-1);
        margin-block-start: var(--s-1);
        text-align: start;
      }
      .scopes code {
        padding: 2px 8px;
        border-radius: var(--r-full);
        background: var(--surface-2);
        font-size: 0.75rem;
      }
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        font-size: var(--fs-2);
        font-weight: 560;
      }
      .secret {
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-2);
        background: var(--surface-2);
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];
}
customElements.define("gr-api-keys", GrApiKeys);

import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement } from "../components/index.js";
import { createRoom, listTemplates } from "../rest/api.js";
import { calendarEntry } from "../app/calendar.js";
import { copy, saveFile } from "../browser/clipboard.js";
import { formatDateTime, t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";
import { linkTo } from "../app/room-code.js";
import { rememberRoom } from "../browser/storage.js";
import { navigate } from "../app/router.js";

const EMPTY = { name: "", template: "", waitingRoom: "", password: "", date: "", time: "" };
/** The server's name for the template of a room that asked for none: our "Standard". */
const PLAIN = "meeting";
const WAITING = ["", "everyone", "guests", "off"];

/** The dialog behind "Options" and "Schedule": `mode` is "now", "later" or null (closed). */
export class GrCreateRoom extends GrElement {
  static properties = {
    mode: { attribute: false },
    form: { state: true },
    templates: { state: true },
    busy: { state: true },
    error: { state: true },
    planned: { state: true },
  };

  constructor() {
    super();
    /** @type {"now"|"later"|null} */
    this.mode = null;
    this.form = { ...EMPTY };
    /** @type {{id: string, name: string, description: string}[]} */
    this.templates = [];
    this.busy = false;
    this.error = "";
    /** @type {{roomCode: string, roomId: string, name: string, start: Date}|null} */
    this.planned = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("mode") || !this.mode) return;
    this.error = "";
    this.planned = null;
    this.form = { ...EMPTY, ...nextHour() };
    if (!this.templates.length) this.loadTemplates();
  }

  async loadTemplates() {
    try {
      this.templates = await listTemplates();
    } catch {
      // Without templates the room gets the plain settings; the dialog works on.
    }
  }

  close() {
    this.mode = null;
    this.dispatchEvent(new Event("close"));
  }

  /** @param {keyof typeof EMPTY} name */
  set(name) {
    return (/** @type {Event} */ event) => {
      this.form = { ...this.form, [name]: /** @type {HTMLInputElement} */ (event.target).value };
    };
  }

  get start() {
    return new Date(`${this.form.date}T${this.form.time || "00:00"}`);
  }

  wish() {
    const { name, template, waitingRoom, password } = this.form;
    return {
      ...(name.trim() && { name: name.trim() }),
      ...(template && { template }),
      ...(password && { password }),
      ...(waitingRoom && { settings: { waitingRoom: /** @type {"everyone"|"guests"|"off"} */ (waitingRoom) } }),
      ...(this.mode === "later" && { startsAt: this.start.toISOString() }),
    };
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    if (this.busy) return;
    if (this.mode === "later" && !(this.start.getTime() > Date.now())) {
      this.error = t("create.past");
      return;
    }
    this.busy = true;
    this.error = "";
    try {
      const room = await createRoom(this.wish());
      rememberRoom({ code: room.roomCode, name: this.form.name.trim(), host: true, startsAt: this.mode === "later" ? this.start.toISOString() : undefined });
      if (this.mode === "later") this.planned = { roomCode: room.roomCode, roomId: room.roomId, name: this.form.name.trim(), start: this.start };
      else navigate(`/r/${room.roomCode}`);
    } catch (error) {
      this.error = errorText(error, "home.createFailed");
    } finally {
      this.busy = false;
    }
  }

  saveCalendar() {
    if (!this.planned) return;
    const { roomCode, roomId, name, start } = this.planned;
    const entry = { uid: roomId, title: name || t("create.defaultTitle"), link: linkTo(roomCode), start, minutes: 60, now: new Date() };
    saveFile(`greenroom-${roomCode}.ics`, "text/calendar", calendarEntry(entry));
  }

  render() {
    if (!this.mode) return nothing;
    if (this.planned) return this.renderPlanned(this.planned);
    return html`<gr-dialog open heading=${t(this.mode === "later" ? "create.later" : "create.now")} @close=${this.close}>
      <form id="create" class="stack" @submit=${this.onSubmit} novalidate>
        <gr-field label=${t("create.name")} optional maxlength="80" autofocus placeholder=${t("create.namePlaceholder")} .value=${this.form.name} @input=${this.set("name")}></gr-field>
        ${this.mode === "later" ? this.renderWhen() : nothing}
        <gr-select label=${t("create.template")} .options=${this.templateOptions()} .value=${this.form.template} @change=${this.set("template")}></gr-select>
        <gr-select label=${t("create.waitingRoom")} .options=${WAITING.map((value) => ({ value, label: t(`waitingRoom.${value || "default"}`) }))} .value=${this.form.waitingRoom} @change=${this.set("waitingRoom")}></gr-select>
        <gr-field label=${t("create.password")} optional type="password" autocomplete="new-password" maxlength="128" hint=${t("create.passwordHint")} .value=${this.form.password} @input=${this.set("password")}></gr-field>
        <div role="alert">${this.error ? html`<p class="note danger"><gr-icon name="warning"></gr-icon>${this.error}</p>` : nothing}</div>
      </form>
      <div slot="actions">
        <gr-button @click=${this.close}>${t("common.cancel")}</gr-button>
        <gr-button variant="primary" ?busy=${this.busy} @click=${this.onSubmit}>${t(this.mode === "later" ? "create.schedule" : "create.start")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  renderWhen() {
    return html`<div class="when">
      <gr-field label=${t("create.date")} type="date" required min=${localDay(new Date())} .value=${this.form.date} @input=${this.set("date")}></gr-field>
      <gr-field label=${t("create.time")} type="time" required .value=${this.form.time} @input=${this.set("time")}></gr-field>
    </div>`;
  }

  templateOptions() {
    const known = this.templates.filter(({ id }) => id !== PLAIN).map(({ id, name }) => ({ value: id, label: templateName(id, name) }));
    return [{ value: "", label: t("create.noTemplate") }, ...known];
  }

  /** @param {{roomCode: string, name: string, start: Date}} planned */
  renderPlanned({ roomCode, name, start }) {
    const link = linkTo(roomCode);
    return html`<gr-dialog open heading=${t("create.planned")} @close=${this.close}>
      <div class="stack">
        <p><strong>${name || t("create.defaultTitle")}</strong><br /><span class="muted">${formatDateTime(start)}</span></p>
        <p class="link" dir="ltr">${link}</p>
        <div class="row">
          <gr-button icon="copy" variant="primary" autofocus @click=${() => copy(link)}>${t("common.copyLink")}</gr-button>
          <gr-button icon="calendar" @click=${this.saveCalendar}>${t("create.addToCalendar")}</gr-button>
        </div>
        <p class="muted small">${t("create.plannedHint")}</p>
      </div>
    </gr-dialog>`;
  }

  static styles = [
    base,
    layout,
    css`
      .when {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 150px), 1fr));
        gap: var(--s-3);
      }
      .link {
        padding: var(--s-3) var(--s-4);
        border-radius: var(--r-2);
        background: var(--surface-2);
        font-family: var(--mono);
        font-size: var(--fs-2);
        overflow-wrap: anywhere;
        text-align: start;
      }
    `,
  ];
}
customElements.define("gr-create-room", GrCreateRoom);

/** Built-in templates speak the person's language; the operator's own keep their name. @param {string} id @param {string} name */
export function templateName(id, name) {
  const key = `template.${id}`;
  const text = t(key);
  return text === key ? name : text;
}

/** The next full hour but one, in local time: a date and a time for the two fields. */
function nextHour() {
  const when = new Date(Date.now() + 3_600_000);
  when.setMinutes(0, 0, 0);
  when.setHours(when.getHours() + 1);
  return { date: localDay(when), time: `${String(when.getHours()).padStart(2, "0")}:00` };
}

/** @param {Date} when */
function localDay(when) {
  const pad = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())}`;
}

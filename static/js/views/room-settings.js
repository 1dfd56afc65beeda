import { css, html, nothing } from "lit";
import { base, layout } from "../../style/tokens.js";
import { GrElement, toast } from "../components/index.js";
import { getRoom, updateRoom } from "../rest/api.js";
import { t } from "../i18n/i18n.js";
import { errorText } from "../i18n/problem.js";

const WHO = ["everyone", "presenters", "hosts"];

/** Change a room: name, password, who may come in and do what. `room` null is closed. Fires `saved` with the room, `close`. */
export class GrRoomSettings extends GrElement {
  static properties = { room: { attribute: false }, form: { state: true }, busy: { state: true }, error: { state: true } };

  constructor() {
    super();
    /** @type {import("../rest/api.js").RoomInfo|null} */
    this.room = null;
    /** @type {any} */
    this.form = null;
    this.busy = false;
    this.error = "";
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("room")) this.start();
  }

  async start() {
    const room = this.room;
    this.form = null;
    this.error = "";
    if (!room) return;
    try {
      const whole = room.settings ? room : await getRoom(room.roomId);
      if (this.room === room) this.form = { name: whole.name ?? "", password: "", dropPassword: false, ...whole.settings };
    } catch (error) {
      this.error = errorText(error, "rooms.failed");
    }
  }

  close() {
    this.dispatchEvent(new Event("close"));
  }

  /** @param {string} name */
  set(name) {
    return (/** @type {any} */ event) => {
      const field = event.target;
      const value = typeof field.checked === "boolean" ? field.checked : field.value;
      this.form = { ...this.form, [name]: value };
    };
  }

  change() {
    const { name, password, dropPassword, waitingRoom, joinBeforeHost, muteOnEntry, chat, screenShare, unmute, maxParticipants, recording, emotion, retentionDays } = this.form;
    return {
      name: name.trim(),
      ...(dropPassword ? { password: null } : password && { password }),
      settings: { waitingRoom, joinBeforeHost, muteOnEntry, chat, screenShare, unmute, maxParticipants: Number(maxParticipants), recording, emotion, retentionDays: Number(retentionDays) },
    };
  }

  /** @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    if (!this.room || this.busy || !this.form) return;
    this.busy = true;
    this.error = "";
    try {
      const saved = await updateRoom(this.room.roomId, this.change());
      toast({ text: t("account.saved"), kind: "good" });
      this.dispatchEvent(new CustomEvent("saved", { detail: { ...this.room, ...saved } }));
    } catch (error) {
      this.error = errorText(error, "roomSettings.failed");
    } finally {
      this.busy = false;
    }
  }

  render() {
    if (!this.room) return nothing;
    return html`<gr-dialog open heading=${t("rooms.edit")} @close=${this.close}>
      ${this.form ? this.renderForm() : this.error ? nothing : html`<gr-spinner></gr-spinner>`}
      <div role="alert">${this.error ? html`<p class="note danger"><gr-icon name="warning"></gr-icon>${this.error}</p>` : nothing}</div>
      <div slot="actions">
        <gr-button @click=${this.close}>${t("common.cancel")}</gr-button>
        <gr-button variant="primary" ?busy=${this.busy} ?disabled=${!this.form} @click=${this.onSubmit}>${t("common.save")}</gr-button>
      </div>
    </gr-dialog>`;
  }

  renderForm() {
    const { form } = this;
    const who = (/** @type {string} */ name) => html`<gr-select label=${t(`roomSettings.${name}`)} .options=${WHO.map((value) => ({ value, label: t(`who.${value}`) }))} .value=${form[name]} @change=${this.set(name)}></gr-select>`;
    return html`<form class="stack" @submit=${this.onSubmit} novalidate>
      <gr-field label=${t("create.name")} maxlength="80" .value=${form.name} @input=${this.set("name")}></gr-field>
      <gr-select label=${t("create.waitingRoom")} .options=${["everyone", "guests", "off"].map((value) => ({ value, label: t(`waitingRoom.${value}`) }))} .value=${form.waitingRoom} @change=${this.set("waitingRoom")}></gr-select>
      <div>
        <gr-switch label=${t("roomSettings.joinBeforeHost")} hint=${t("roomSettings.joinBeforeHostHint")} ?checked=${form.joinBeforeHost} @change=${this.set("joinBeforeHost")}></gr-switch>
        <gr-switch label=${t("roomSettings.muteOnEntry")} ?checked=${form.muteOnEntry} @change=${this.set("muteOnEntry")}></gr-switch>
      </div>
      <div class="two">
        ${who("chat")} ${who("screenShare")} ${who("unmute")}
        <gr-select label=${t("roomSettings.recording")} .options=${["off", "manual", "auto"].map((value) => ({ value, label: t(`roomSettings.recording.${value}`) }))} .value=${form.recording} @change=${this.set("recording")}></gr-select>
        <gr-field label=${t("roomSettings.retentionDays")} type="number" inputmode="numeric" min="1" .value=${String(form.retentionDays ?? "")} @input=${this.set("retentionDays")}></gr-field>
        <gr-field label=${t("roomSettings.maxParticipants")} type="number" inputmode="numeric" min="2" .value=${String(form.maxParticipants ?? "")} @input=${this.set("maxParticipants")}></gr-field>
      </div>
      <gr-switch label=${t("roomSettings.emotion")} hint=${t("roomSettings.emotionHint")} ?checked=${form.emotion} @change=${this.set("emotion")}></gr-switch>
      ${this.room?.hasPassword ? html`<gr-switch label=${t("roomSettings.dropPassword")} ?checked=${form.dropPassword} @change=${this.set("dropPassword")}></gr-switch>` : nothing}
      ${form.dropPassword ? nothing : html`<gr-field label=${t(this.room?.hasPassword ? "roomSettings.newPassword" : "create.password")} optional type="password" autocomplete="new-password" maxlength="128" .value=${form.password} @input=${this.set("password")}></gr-field>`}
    </form>`;
  }

  static styles = [
    base,
    layout,
    css`
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 180px), 1fr));
        gap: var(--s-4);
      }
    `,
  ];
}
customElements.define("gr-room-settings", GrRoomSettings);

import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { base } from "../../style/tokens.js";
import { t } from "../i18n/i18n.js";
import { MeetingElement, panel } from "./element.js";
import "./waiting-row.js";

/** The door: who waits, how long, and what the host does about it. */
export class GrWaitingPanel extends MeetingElement {
  render() {
    const { waitingList, room, can } = this.state;
    const several = waitingList.length > 1;
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${t("meeting.panel.waiting")}>
        ${waitingList.length === 0 ? html`<div class="empty"><gr-icon name="door"></gr-icon><p>${t("meeting.waiting.nobody")}</p></div>` : nothing}
        <ul>
          ${repeat(waitingList, (one) => one.id, (one) => html`<li><gr-waiting-row .call=${this.call} .state=${this.state} .knock=${one}></gr-waiting-row></li>`)}
        </ul>
      </div>
      <div class="foot">
        ${several
          ? html`<div class="all">
              <gr-button @click=${() => this.ask("dialog", { dialog: "deny-all" })}>${t("meeting.waiting.denyAll")}</gr-button>
              <gr-button variant="primary" @click=${() => this.attempt(this.call.admitAll())}>${t("meeting.waiting.admitAll")}</gr-button>
            </div>`
          : nothing}
        ${waitingList.length ? html`<gr-button block variant="ghost" icon="chat" @click=${() => this.ask("dialog", { dialog: "write-waiting" })}>${t("meeting.waiting.writeAll")}</gr-button>` : nothing}
        ${can.update_room
          ? html`<gr-switch label=${t("meeting.waiting.admitKnown")} hint=${t("meeting.waiting.admitKnownHint")} ?checked=${room?.settings.admitKnown} @change=${(/** @type {any} */ e) => this.attempt(this.call.updateRoom({ settings: { admitKnown: e.target.checked } }))}></gr-switch>`
          : nothing}
      </div>`;
  }

  static styles = [
    base,
    panel,
    css`
      .scroll:focus-visible {
        outline-offset: -3px;
      }
      .all {
        display: flex;
        gap: var(--s-2);
      }
      .all gr-button {
        flex: 1;
      }
    `,
  ];
}
customElements.define("gr-waiting-panel", GrWaitingPanel);

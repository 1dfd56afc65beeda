import { html, nothing } from "lit";
import "./consent-dialog.js";
import "./devices-dialog.js";
import "./help-dialog.js";
import "./invite-dialog.js";
import "./leave-dialog.js";
import "./person-dialog.js";
import "./record-dialog.js";
import "./settings-dialog.js";
import "./text-dialog.js";

/** @typedef {{dialog: string, who?: string, name?: string}} Asked */

/** The dialog that was asked for. @param {Asked|null} asked @param {any} call @param {import("../call/call-state.js").CallState} state */
export function dialogOf(asked, call, state) {
  if (!asked?.dialog) return nothing;
  const { dialog: kind, who = "", name = "" } = asked;
  switch (kind) {
    case "devices":
      return html`<gr-devices-dialog .call=${call} .state=${state}></gr-devices-dialog>`;
    case "help":
      return html`<gr-help-dialog .call=${call} .state=${state}></gr-help-dialog>`;
    case "invite":
      return html`<gr-invite-dialog .call=${call} .state=${state}></gr-invite-dialog>`;
    case "leave":
      return html`<gr-leave-dialog .call=${call} .state=${state}></gr-leave-dialog>`;
    case "settings":
      return html`<gr-settings-dialog .call=${call} .state=${state}></gr-settings-dialog>`;
    case "consent":
      return html`<gr-consent-dialog purpose=${name} .call=${call} .state=${state}></gr-consent-dialog>`;
    case "record":
    case "stop-recording":
      // Somebody else may have started or stopped it meanwhile.
      return Boolean(state.room?.recording) === (kind === "stop-recording") ? html`<gr-record-dialog kind=${kind} .call=${call} .state=${state}></gr-record-dialog>` : nothing;
    case "role":
    case "transfer":
    case "remove":
      // Whoever it is about may have left meanwhile.
      return state.participants.some((one) => one.id === who) ? html`<gr-person-dialog kind=${kind} who=${who} .call=${call} .state=${state}></gr-person-dialog>` : nothing;
    default:
      return html`<gr-text-dialog kind=${kind} who=${who} name=${name} .call=${call} .state=${state}></gr-text-dialog>`;
  }
}

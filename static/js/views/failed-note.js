import { html } from "lit";
import { t } from "../i18n/i18n.js";

/** What went wrong, and the way to try again. @param {string} text @param {() => void} again */
export function failedNote(text, again) {
  return html`<div class="note danger" role="alert"><gr-icon name="warning"></gr-icon><span class="grow">${text}</span><gr-button @click=${again}>${t("common.retry")}</gr-button></div>`;
}

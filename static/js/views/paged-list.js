import { css, html, nothing } from "lit";
import { t } from "../i18n/i18n.js";
import { failedNote } from "./failed-note.js";

/**
 * What comes in pages: a spinner, then the items and the way to more of them; or why there are none.
 * @template T
 * @param {object} list
 * @param {T[]|null} list.items null before the first page
 * @param {string|null} list.cursor of the next page
 * @param {string} list.failed
 * @param {(cursor?: string|null) => void} list.load
 * @param {(item: T) => unknown} list.row
 * @param {{icon: string, text: string, hint?: string}} list.empty
 * @param {boolean} [list.tight]
 */
export function pagedList({ items, cursor, failed, load, row, empty, tight = false }) {
  if (failed) return failedNote(failed, () => load());
  if (!items) return html`<gr-spinner></gr-spinner>`;
  if (!items.length) return html`<section class="card empty"><gr-icon name=${empty.icon}></gr-icon><p>${empty.text}</p>${empty.hint ? html`<p class="small">${empty.hint}</p>` : nothing}</section>`;
  return html`<ul class="stack ${tight ? "tight" : ""}">
      ${items.map(row)}
    </ul>
    ${cursor ? html`<gr-button @click=${() => load(cursor)}>${t("common.more")}</gr-button>` : nothing}`;
}

export const pagedListStyles = css`
  .page {
    max-inline-size: 860px;
    align-content: start;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: var(--s-3);
    padding-block: var(--s-7);
    color: var(--text-2);
    text-align: center;
  }
  .empty gr-icon {
    font-size: 2.5rem;
    color: var(--accent);
  }
`;

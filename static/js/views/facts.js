import { css, html } from "lit";

/** A few figures side by side, each under its name. @param {unknown[][]} rows name and value */
export function factsOf(rows) {
  return html`<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export const factsStyle = css`
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(136px, 1fr));
    gap: 1px;
    overflow: hidden;
    border: 1px solid var(--line);
    border-radius: var(--r-3);
    background: var(--line);
  }
  .facts div {
    padding: var(--s-4);
    background: var(--surface);
  }
  .facts dt {
    font-size: var(--fs-1);
    color: var(--text-2);
  }
  .facts dd {
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
`;

import { css } from "lit";

/** What every element starts from: box model, focus ring, text elements, screen-reader-only text, calm motion. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    color: var(--text);
    font-family: var(--font);
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: var(--fs-5);
    line-height: 1.2;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: var(--fs-4);
    line-height: 1.3;
    font-weight: 620;
  }
  h3 {
    font-size: var(--fs-3);
    font-weight: 620;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.18em;
  }
  a:hover {
    color: var(--accent-hover);
  }
  code {
    font-family: var(--mono);
    font-size: 0.94em;
  }
  .muted {
    color: var(--text-2);
  }
  .small {
    font-size: var(--fs-1);
  }
  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
    border: 0;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation-duration: 1ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 1ms !important;
    }
  }
`;

/** Page furniture: cards, stacks, rows, notes. */
export const layout = css`
  .page {
    max-inline-size: var(--page);
    margin-inline: auto;
    padding: var(--s-5) var(--s-5) var(--s-8);
  }
  .narrow {
    max-inline-size: 560px;
  }
  .card {
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--r-3);
    box-shadow: var(--shadow-1);
    padding: var(--s-5);
  }
  .stack {
    display: grid;
    gap: var(--s-4);
    grid-template-columns: minmax(0, 1fr);
  }
  /* A live region that has nothing to say takes no room. */
  .stack > [role="alert"]:empty {
    position: absolute;
  }
  .stack.tight {
    gap: var(--s-2);
  }
  .stack.wide {
    gap: var(--s-5);
  }
  .row {
    display: flex;
    gap: var(--s-3);
    align-items: center;
    flex-wrap: wrap;
  }
  .row.end {
    justify-content: flex-end;
  }
  .row.between {
    justify-content: space-between;
  }
  .grow {
    flex: 1 1 auto;
    min-inline-size: 0;
  }
  .ellipsis {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .note {
    display: flex;
    gap: var(--s-3);
    align-items: flex-start;
    padding: var(--s-3) var(--s-4);
    border-radius: var(--r-2);
    background: var(--surface-2);
    color: var(--text);
    font-size: var(--fs-2);
  }
  .note > gr-icon {
    flex: none;
    margin-block-start: 2px;
  }
  .note.warn {
    background: var(--warn-soft);
    color: var(--on-warn-soft);
  }
  .note.danger {
    background: var(--danger-soft);
    color: var(--on-danger-soft);
  }
  .note.good {
    background: var(--accent-soft);
    color: var(--on-accent-soft);
  }
  @media (max-width: 600px) {
    .page {
      padding: var(--s-4) var(--s-4) var(--s-7);
    }
    .card {
      padding: var(--s-4);
    }
  }
`;

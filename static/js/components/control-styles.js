import { css } from "lit";

/** What a field and a select share: label, box, hint, error. */
export const control = css`
  :host {
    display: block;
    min-inline-size: 0;
  }
  label {
    display: block;
    margin-block-end: var(--s-1);
    font-size: var(--fs-2);
    font-weight: 560;
  }
  .optional {
    font-weight: 400;
    color: var(--text-2);
    font-size: var(--fs-1);
  }
  .control {
    display: flex;
    align-items: center;
    background: var(--surface);
    border: 1px solid var(--line-strong);
    border-radius: var(--r-2);
    min-block-size: var(--touch);
  }
  .control:focus-within {
    outline: 3px solid var(--focus);
    outline-offset: -1px;
  }
  .control.invalid {
    border-color: var(--danger);
  }
  input,
  textarea,
  select {
    flex: 1;
    min-inline-size: 0;
    inline-size: 100%;
    min-block-size: calc(var(--touch) - 2px);
    padding: 0 var(--s-3);
    border: 0;
    border-radius: inherit;
    background: transparent;
    color: inherit;
    font: 400 var(--fs-3) / 1.3 var(--font);
  }
  input:focus,
  textarea:focus,
  select:focus,
  input:focus-visible,
  textarea:focus-visible,
  select:focus-visible {
    outline: none;
  }
  ::placeholder {
    color: var(--text-2);
    opacity: 1;
  }
  input:disabled,
  select:disabled,
  textarea:disabled {
    color: var(--text-2);
    /* The browser fades it to 70 %; what it says while it cannot be used ("no camera found") is there to be read. */
    opacity: 1;
    cursor: not-allowed;
  }
  .hint,
  .error {
    margin-block-start: var(--s-1);
    font-size: var(--fs-1);
    color: var(--text-2);
  }
  .error {
    display: flex;
    gap: var(--s-1);
    align-items: flex-start;
    color: var(--danger);
  }
`;

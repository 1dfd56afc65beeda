import { css } from "lit";

/** The colours of a chart's lines, and the key that names them. */
export const chartKey = css`
  .c0 {
    stroke: light-dark(#1f6b4a, #76cda3);
  }
  .c1 {
    stroke: light-dark(#8a4b12, #e0a35e);
  }
  .c2 {
    stroke: light-dark(#2f5d8a, #84b6e8);
  }
  .c3 {
    stroke: light-dark(#7b3b63, #dd9bc4);
  }
  .c4 {
    stroke: light-dark(#565f1d, #bcc76d);
  }
  .c5 {
    stroke: light-dark(#4b4f8f, #a9adf0);
  }
  figcaption {
    display: flex;
    flex-wrap: wrap;
    gap: var(--s-1) var(--s-4);
    margin-block-start: var(--s-2);
    font-size: var(--fs-1);
  }
  .key {
    display: inline-flex;
    align-items: center;
    gap: var(--s-2);
  }
  .key svg {
    inline-size: 28px;
  }
`;

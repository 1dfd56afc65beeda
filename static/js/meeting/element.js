import { css } from "lit";
import { GrElement, toast } from "../components/index.js";
import { errorText } from "../i18n/problem.js";
import { t } from "../i18n/i18n.js";

/** @typedef {import("../call/call.js").Call} Call */
/** @typedef {import("../call/call-state.js").CallState} CallState */
/** @typedef {import("../signalling/protocol.js").Participant} Participant */

/** The base of what is shown in a call: it gets the call and the call's newest state, and never keeps a copy. */
export class MeetingElement extends GrElement {
  /** @type {import("lit").PropertyDeclarations} */
  static properties = { call: { attribute: false }, state: { attribute: false } };

  constructor() {
    super();
    /** @type {any} a `Call`; the gallery puts its own here */
    this.call = null;
    /** @type {CallState} */
    this.state = /** @type {any} */ (null);
  }

  /** Does it, and says why when the server refuses. @template T @param {Promise<T>|undefined} promise @returns {Promise<T|undefined>} */
  attempt(promise) {
    return Promise.resolve(promise).catch((error) => {
      // Given up by the person's own doing: no news.
      if (error?.code !== "aborted") toast({ text: errorText(error, "meeting.failed"), kind: "error" });
      return undefined;
    });
  }

  /** Asks the meeting around for something: a panel, a dialog, a layout. @param {string} what @param {Record<string, unknown>} [fields] */
  ask(what, fields = {}) {
    this.emit("ask", { what, ...fields });
  }

  /** @param {string} id @returns {Participant|undefined} */
  person(id) {
    return this.state.participants.find((one) => one.id === id);
  }

  /** @param {string} id */
  nameOf(id) {
    return this.person(id)?.displayName ?? t("meeting.someone");
  }
}

/** A count on the corner of a button. */
export const badge = css`
  .badge {
    display: inline-grid;
    place-items: center;
    min-inline-size: 20px;
    block-size: 20px;
    padding-inline: 5px;
    border-radius: var(--r-full);
    background: var(--accent);
    color: var(--on-accent);
    font: 650 0.75rem / 1 var(--font);
    pointer-events: none;
  }
  .badge.warn {
    background: var(--danger);
    color: var(--on-danger);
  }
`;

/** The frame of a side panel's inside: a list that scrolls and a foot that stays. */
export const panel = css`
  :host {
    display: flex;
    flex-direction: column;
    min-block-size: 0;
    flex: 1;
  }
  .scroll {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 0 var(--s-4) var(--s-4);
  }
  .foot {
    padding: var(--s-3) var(--s-4);
    border-block-start: 1px solid var(--line);
    display: grid;
    gap: var(--s-2);
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: var(--s-2);
    padding: var(--s-7) var(--s-4);
    text-align: center;
    color: var(--text-2);
    font-size: var(--fs-2);
  }
  .empty gr-icon {
    font-size: 32px;
  }
  h3 {
    font-size: var(--fs-1);
    font-weight: 620;
    color: var(--text-2);
    padding-block: var(--s-3) var(--s-1);
  }
`;

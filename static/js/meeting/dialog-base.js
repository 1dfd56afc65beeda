import { css } from "lit";
import { MeetingElement } from "./element.js";

/** A dialog of the meeting: opened by an `ask`, gone when closed. */
export class MeetingDialog extends MeetingElement {
  static properties = { call: { attribute: false }, state: { attribute: false }, kind: {}, who: {}, name: {}, busy: { state: true } };

  constructor() {
    super();
    this.kind = "";
    /** A participant's or a waiting person's id. */
    this.who = "";
    this.name = "";
    this.busy = false;
  }

  /** Closes the native dialog first, so that the focus goes back where it was. */
  async close() {
    const dialog = /** @type {import("../components/dialog.js").GrDialog|null} */ (this.renderRoot.querySelector("gr-dialog"));
    if (dialog) {
      dialog.open = false;
      await dialog.updateComplete;
    }
    this.ask("dialog", { dialog: "" });
  }

  /** Closes once it is done; stays when it was refused. @param {() => Promise<unknown>} action */
  async finish(action) {
    this.busy = true;
    let done = false;
    await this.attempt(
      Promise.resolve(action()).then(() => {
        done = true;
      }),
    );
    this.busy = false;
    if (done) await this.close();
  }
}

export const dialogStyles = css`
  .stack {
    display: grid;
    gap: var(--s-4);
    grid-template-columns: minmax(0, 1fr);
  }
  .line {
    display: flex;
    gap: var(--s-2);
    align-items: flex-end;
  }
  .line > :first-child {
    flex: 1;
    min-inline-size: 0;
  }
  p {
    font-size: var(--fs-2);
  }
`;

/** Steps that must not overlap: each begins when the one before it has ended, well or not. */
export class Steps {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #over = false;

  /** @param {() => Promise<unknown>|unknown} step */
  run(step) {
    this.#last = this.#last
      .then(() => (this.#over ? undefined : step()))
      .catch((error) => {
        if (!this.#over) console.warn("A step of negotiation failed; the next offer heals it.", error);
      });
  }

  /** What still waits is not begun any more. */
  end() {
    this.#over = true;
  }
}

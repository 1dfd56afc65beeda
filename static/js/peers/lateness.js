/** A page that slept with its device was not slow. */
const ASLEEP_MS = 5_000;

/** How late a page does what is due. Nothing else tells so plainly that its machine has no time left, whoever takes it. */
export class Lateness {
  #sum = 0;
  #count = 0;

  /** @param {number} ms */
  note(ms) {
    if (ms > ASLEEP_MS) return;
    this.#sum += Math.max(0, ms);
    this.#count += 1;
  }

  /** The mean since the last time, 0 when nothing was due. */
  take() {
    const mean = this.#count ? this.#sum / this.#count : 0;
    this.#sum = 0;
    this.#count = 0;
    return mean;
  }
}

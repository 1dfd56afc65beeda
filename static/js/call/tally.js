/** Counts along what the page after the call shows. */
export class Tally {
  #startedAt = 0;
  /** @type {Set<string>} */
  #people = new Set();
  #peak = 0;
  #recorded = false;
  /** @type {number[]} */
  #scores = [];

  /** @param {import("./call-state.js").CallState} state @param {number} now */
  note(state, now) {
    if (state.phase !== "joined") return;
    this.#startedAt ||= now;
    for (const { id } of state.participants) this.#people.add(id);
    this.#recorded ||= Boolean(state.room?.recording);
    this.#peak = Math.max(this.#peak, state.participants.length);
  }

  /** @param {number} score */
  score(score) {
    this.#scores.push(score);
  }

  /** @param {import("./call-state.js").CallState} state @param {number} now @returns {import("./call-state.js").Summary|null} null when the person never was inside */
  summary(state, now) {
    if (!this.#startedAt) return null;
    const mean = this.#scores.reduce((a, b) => a + b, 0) / this.#scores.length;
    return {
      seconds: Math.round((now - this.#startedAt) / 1000),
      participants: this.#people.size,
      peak: this.#peak,
      recorded: this.#recorded,
      chatCount: state.chat.filter((one) => !one.pending && !one.failed).length,
      quality: this.#scores.length ? Math.round(mean * 10) / 10 : null,
    };
  }
}

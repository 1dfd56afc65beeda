/** Who speaks, from levels of 0 to 1. Starting and stopping take a moment, so that a cough moves no tiles. */

const STARTS_ABOVE = 0.32;
const STOPS_BELOW = 0.22;
const START_MS = 200;
const STOP_MS = 900;
/** A new active speaker has to have spoken for so long while the old one still does. */
const TAKE_OVER_MS = 1_500;

/** @typedef {{since: number, speaking: boolean, changing: number|null}} Voice */

export class Speakers {
  /** @type {Map<string, Voice>} */
  #voices = new Map();
  /** @type {string|null} */
  #active = null;

  /** @param {Record<string, number>} levels of everybody who is here @param {number} now @returns {{speaking: string[], active: string|null}} */
  update(levels, now) {
    for (const id of this.#voices.keys()) if (!(id in levels)) this.#voices.delete(id);
    for (const [id, level] of Object.entries(levels)) this.#hear(id, level, now);
    const speaking = [...this.#voices].filter(([, voice]) => voice.speaking).map(([id]) => id);
    this.#active = this.#choose(speaking, levels, now);
    return { speaking, active: this.#active };
  }

  /** @param {string} id @param {number} level @param {number} now */
  #hear(id, level, now) {
    const voice = this.#voices.get(id) ?? { since: now, speaking: false, changing: null };
    this.#voices.set(id, voice);
    const turning = voice.speaking ? level < STOPS_BELOW : level > STARTS_ABOVE;
    if (!turning) voice.changing = null;
    else {
      voice.changing ??= now;
      if (now - voice.changing < (voice.speaking ? STOP_MS : START_MS)) return;
      Object.assign(voice, { speaking: !voice.speaking, since: now, changing: null });
    }
  }

  /** The last one stays active through a silence. @param {string[]} speaking @param {Record<string, number>} levels @param {number} now */
  #choose(speaking, levels, now) {
    const active = this.#active !== null && this.#active in levels ? this.#active : null;
    const loudest = speaking.reduce((/** @type {string|null} */ best, id) => (best === null || levels[id] > levels[best] ? id : best), null);
    if (loudest === null || active === null) return loudest ?? active;
    if (!speaking.includes(active)) return loudest;
    const waited = now - (this.#voices.get(loudest)?.since ?? now);
    return levels[loudest] > levels[active] && waited >= TAKE_OVER_MS ? loudest : active;
  }
}

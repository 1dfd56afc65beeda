import { settings } from "./storage.js";

/** Small chimes, made of sine waves. @typedef {"knock"|"join"|"leave"|"chat"} Sound */

/** Hertz and seconds from the beginning. @type {Record<Sound, [frequency: number, at: number][]>} */
const NOTES = {
  knock: [[587, 0], [784, 0.14], [587, 0.42], [784, 0.56]],
  join: [[523, 0], [659, 0.1]],
  leave: [[659, 0], [523, 0.1]],
  chat: [[880, 0]],
};
const VOLUME = 0.08;
const LENGTH_S = 0.22;
/** Many at once are one. */
const APART_MS = 700;

export class Sounds {
  /** @type {AudioContext|null} */
  #context = null;
  /** @type {Partial<Record<Sound, number>>} */
  #last = {};
  /** How many notes are not over. */
  #sounding = 0;
  #makeContext;
  #now;

  /** @param {{makeContext?: () => AudioContext, now?: () => number}} [outside] */
  constructor({ makeContext = () => new AudioContext(), now = () => Date.now() } = {}) {
    this.#makeContext = makeContext;
    this.#now = now;
  }

  /** @param {Sound} sound */
  play(sound) {
    const now = this.#now();
    if (settings().sounds === false || now - (this.#last[sound] ?? -Infinity) < APART_MS) return;
    this.#last[sound] = now;
    try {
      this.#context ??= this.#makeContext();
      for (const [frequency, at] of NOTES[sound]) this.#note(this.#context, frequency, at);
    } catch {
      // No sound card, or nothing allowed to sound yet.
    }
  }

  close() {
    this.#context?.close().catch(() => undefined);
    this.#context = null;
    this.#sounding = 0;
  }

  /** @param {AudioContext} context @param {number} frequency @param {number} at */
  #note(context, frequency, at) {
    const begin = context.currentTime + at;
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(VOLUME, begin + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, begin + LENGTH_S);
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(begin);
    oscillator.stop(begin + LENGTH_S);
    this.#sounding += 1;
    oscillator.onended = () => this.#onEnded(context);
  }

  /** A context that runs wakes the page some hundred times a second, silent or not. @param {AudioContext} context */
  #onEnded(context) {
    if (context !== this.#context) return;
    this.#sounding -= 1;
    if (this.#sounding === 0) this.close();
  }
}

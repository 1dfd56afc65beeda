/** One change of network makes several events; the last one's path is the one to look for. */
export const SETTLES_MS = 500;

/**
 * Says that this device is in another network now.
 * @typedef {EventTarget & {type?: string}} Radio `navigator.connection`, where there is one
 */
export class NetworkWatch {
  #options;
  #radioType;
  /** @type {unknown} */
  #timer = null;
  #onOnline = () => this.#later();
  #onRadio = () => {
    // The event also tells of mere estimates; only another kind of network is another path.
    if (this.#options.radio?.type === this.#radioType) return;
    this.#radioType = this.#options.radio?.type;
    this.#later();
  };

  /** @param {{clock: import("../browser/clock.js").Clock, network: EventTarget|null, radio: Radio|null, onChange: () => void}} options */
  constructor(options) {
    this.#options = options;
    this.#radioType = options.radio?.type;
    options.network?.addEventListener("online", this.#onOnline);
    options.radio?.addEventListener("change", this.#onRadio);
  }

  stop() {
    this.#options.clock.clearTimeout(this.#timer);
    this.#options.network?.removeEventListener("online", this.#onOnline);
    this.#options.radio?.removeEventListener("change", this.#onRadio);
  }

  #later() {
    const { clock, onChange } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(onChange, SETTLES_MS);
  }
}

/** What the browser offers to watch. @returns {{network: EventTarget|null, radio: Radio|null}} */
export function browserNetwork() {
  return { network: globalThis.window ?? null, radio: /** @type {any} */ (globalThis.navigator)?.connection ?? null };
}

/**
 * What is asked of the server: the pictures that are on the screen, as high as they are shown.
 *
 * @typedef {"camera"|"screen"} Kind
 * @typedef {{participantId: string, kind: Kind, height: number, place: "stage"|"strip"|"float", pinned?: boolean}} Shown `height` in device pixels
 * @typedef {"all"|"low"|"none"} VideoMode all the pictures, small ones only, or sound alone
 * @typedef {{participantId: string, source: Kind, height: number, priority: number}} Want
 */

/** Heights in steps, so that a window that is dragged larger does not ask at every pixel. */
const STEP = 30;
const HIGHEST = 2160;
/** Who wants little traffic still wants to read a screen. */
const LOW = { camera: 180, screen: 720 };
const MOST = 60;

/** @param {{shown: Shown[], localId: string|null, mode: VideoMode, hidden: boolean, speaker: string|null, spotlight: string|null}} facts @returns {Want[]} the important first */
export function wantsOf({ shown, localId, mode, hidden, speaker, spotlight }) {
  if (mode === "none" || hidden) return [];
  return shown
    .filter((one) => one.participantId !== localId && one.height > 0)
    .map((one) => ({
      participantId: one.participantId,
      source: one.kind,
      height: heightOf(one, mode),
      priority: priorityOf(one, { speaker, spotlight }),
    }))
    .sort((a, b) => b.priority - a.priority || order(a.participantId, b.participantId) || order(a.source, b.source))
    .slice(0, MOST);
}

/** @param {Shown} one @param {VideoMode} mode */
function heightOf({ kind, height }, mode) {
  const stepped = Math.min(HIGHEST, Math.ceil(height / STEP) * STEP);
  return mode === "low" ? Math.min(LOW[kind], stepped) : stepped;
}

/** 0 to 10: what the person or the host put forward, then what is being shown, then who speaks. @param {Shown} one @param {{speaker: string|null, spotlight: string|null}} facts */
function priorityOf({ participantId, kind, place, pinned }, { speaker, spotlight }) {
  if (pinned) return 10;
  if (kind === "screen") return place === "stage" ? 9 : 5;
  if (participantId === spotlight) return 8;
  if (participantId === speaker) return 7;
  return place === "stage" ? 4 : 2;
}

/** @param {string} a @param {string} b */
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** While a window is dragged or pages are turned, this often. */
export const SPACING_MS = 250;

/** Tells the server what is wanted: at once after a quiet time, then spaced out, and never the same twice. */
export class Subscriber {
  #clock;
  #send;
  /** Null before anything was shown: the server's own choice stands until then. @type {Want[]|null} */
  #wants = null;
  #open = false;
  #told = "";
  #last = -Infinity;
  /** @type {unknown} */
  #timer = null;

  /** @param {{clock: import("../browser/clock.js").Clock, send: (tracks: Want[]) => Promise<unknown>}} options */
  constructor({ clock, send }) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @param {Want[]} wants */
  set(wants) {
    this.#wants = wants;
    this.#plan();
  }

  /** There is a server to ask, and it knows nothing yet. */
  open() {
    this.#open = true;
    this.#told = "";
    this.#last = -Infinity;
    this.#plan();
  }

  close() {
    this.#open = false;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #plan() {
    if (!this.#open || this.#wants === null || this.#timer !== null || JSON.stringify(this.#wants) === this.#told) return;
    const wait = Math.max(0, this.#last + SPACING_MS - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#tell(), wait);
  }

  #tell() {
    this.#timer = null;
    const wants = this.#wants ?? [];
    const told = JSON.stringify(wants);
    if (told === this.#told) return;
    this.#told = told;
    this.#last = this.#clock.now();
    this.#send(wants).catch(() => {
      // Offline: whoever comes back asks anew.
      if (this.#told === told) this.#told = "";
    });
  }
}

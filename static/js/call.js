import { Commands } from "./commands.js";
import { initialState } from "./call-state.js";

/** @typedef {import("./call-state.js").CallState} CallState */

/**
 * @typedef {object} CallOptions
 * @property {string} roomCode
 * @property {import("./media.js").LocalMedia} [media] from the pre-join page; the call takes it over
 * @property {string} [joinToken] the one a creator of a room got; it spares the first REST join
 */

/**
 * One person's part in one room. `change` is dispatched at most once a microtask after `state` was replaced;
 * `stream` (detail `{participantId, kind}`) when a stream appears, changes or goes.
 */
export class Call extends Commands {
  /** @param {CallOptions} options */
  constructor(options) {
    super();
    this.roomCode = options.roomCode;
    /** @type {CallState} */
    this.state = initialState();
  }
}

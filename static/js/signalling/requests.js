import { CommandError } from "./protocol.js";
import { sentAgain, waitsForConnection } from "./reconnect.js";

export const DEADLINE_MS = 10_000;
export const QUEUE_LIMIT = 100;
export const MOST_BREAKS = 4;

/**
 * @typedef {object} Request
 * @property {string} type
 * @property {Record<string, unknown>} fields
 * @property {(reply: any) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {unknown} timer the deadline, once sent
 * @property {number} breaks how many connections broke before its answer came; it may have been done by the first
 */

/** Commands on their way: each gets its reply, an error, or a place in the queue of what waits for the next connection. */
export class Requests {
  /** @type {Map<number, Request>} */
  #sent = new Map();
  /** @type {Request[]} */
  #queue = [];
  #nextRef = 1;
  #clock;

  /** @param {import("../browser/clock.js").Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {string} type @param {Record<string, unknown>} fields
   * @param {((frame: object) => void)|null} send null while there is no connection
   * @returns {Promise<any>}
   */
  add(type, fields, send) {
    return new Promise((resolve, reject) => {
      /** @type {Request} */
      const request = { type, fields, resolve, reject, timer: null, breaks: 0 };
      if (send) return this.#send(request, send);
      if (!waitsForConnection(type)) return reject(new CommandError({ code: "offline", message: "There is no connection now." }));
      if (this.#queue.length >= QUEUE_LIMIT) return reject(new CommandError({ code: "busy", message: "Too much is waiting for the connection." }));
      this.#queue.push(request);
    });
  }

  /** @param {any} reply whether it was one of ours */
  settle(reply) {
    const request = this.#sent.get(reply.ref);
    if (!request) return;
    this.#sent.delete(reply.ref);
    this.#clock.clearTimeout(request.timer);
    // Somebody admitted, denied or removed by the sending before the break is not there any more: that is what was wanted.
    if (reply.ok || (request.breaks > 0 && reply.error?.code === "no_such_participant")) request.resolve(reply);
    else request.reject(new CommandError(reply.error ?? { code: "internal", message: "The server refused without a reason." }));
  }

  /** The connection broke: what may be asked again goes to the front of the queue, in its order. */
  suspend() {
    const unanswered = [...this.#sent.values()];
    this.#sent.clear();
    for (const request of unanswered) this.#clock.clearTimeout(request.timer);
    for (const request of unanswered) request.breaks += 1;
    // One that was on its way at every break may be what breaks it.
    const again = unanswered.filter((request) => sentAgain(request.type) && request.breaks < MOST_BREAKS);
    this.#queue.unshift(...again);
    const lost = unanswered.filter((request) => !again.includes(request));
    for (const request of lost) request.reject(new CommandError({ code: "offline", message: "The connection broke before an answer came." }));
  }

  /** @param {(frame: object) => void} send */
  flush(send) {
    for (const request of this.#queue.splice(0)) this.#send(request, send);
  }

  /** @param {string} code @param {string} message */
  failAll(code, message) {
    const all = [...this.#queue.splice(0), ...this.#sent.values()];
    this.#sent.clear();
    for (const request of all) {
      this.#clock.clearTimeout(request.timer);
      request.reject(new CommandError({ code, message }));
    }
  }

  /** @param {Request} request @param {(frame: object) => void} send */
  #send(request, send) {
    const ref = this.#nextRef++;
    request.timer = this.#clock.setTimeout(() => {
      this.#sent.delete(ref);
      request.reject(new CommandError({ code: "timeout", message: "The server did not answer in time." }));
    }, DEADLINE_MS);
    this.#sent.set(ref, request);
    send({ ...request.fields, type: request.type, ref });
  }
}

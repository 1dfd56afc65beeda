/**
 * From whom media is decoded on a path that is being brought up; pure.
 *
 * @typedef {{up: boolean, audio: number, camera: number, screen: number}} Progress `up`: the connection stands; packets of sound and decoded frames so far
 * @typedef {{id: string, muted: boolean, videoOn: boolean, screenSharing: boolean, connection?: string, role?: string}} Sender
 * @typedef {{camera: boolean, screen: boolean}} Wanted what of somebody's pictures is to come at all
 */

/** A frame can be a leftover; a second one says that it goes on. */
const FRAMES = 2;

/** Who sends nothing counts as soon as the connection stands. @param {Sender} person @param {Progress|undefined} progress @param {Wanted} wanted */
export function isReady(person, progress, wanted) {
  if (!progress?.up) return false;
  if (person.role === "observer") return true;
  if (!person.muted && progress.audio < 1) return false;
  if (person.videoOn && wanted.camera && progress.camera < FRAMES) return false;
  return !(person.screenSharing && wanted.screen && progress.screen < FRAMES);
}

/** Collects who is ready and says when the list is another. */
export class Edges {
  /** @type {Set<string>} */
  #ready = new Set();
  #told = "";

  /**
   * Who was ready stays so as long as the connection stands: what they turn on later holds nobody up.
   * @param {Sender[]} people everybody else @param {Map<string, Progress>} progress @param {(id: string) => Wanted} wanted
   * @returns {string[]|null} the whole list, when it has changed
   */
  update(people, progress, wanted) {
    const before = this.#ready;
    const ready = people.filter((one) => (before.has(one.id) && progress.get(one.id)?.up) || isReady(one, progress.get(one.id), wanted(one.id)));
    this.#ready = new Set(ready.map((one) => one.id));
    const list = [...this.#ready].sort();
    return list.join() === this.#told ? null : list;
  }

  /** @param {string[]} list that the server has heard of */
  told(list) {
    this.#told = list.join();
  }

  /** @param {string[]} ids @returns {boolean} whether all of them are ready */
  holds(ids) {
    return ids.every((id) => this.#ready.has(id));
  }
}

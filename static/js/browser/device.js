/** So few cores have no time left for an encoder and a decoder a person. */
const FEW_CORES = 2;

/**
 * What this device can't bear, as it is told to the room: a link of a mesh to each of many people.
 * @param {{hardwareConcurrency?: number, userAgentData?: {mobile?: boolean}}} [navigator]
 */
export function bearsFewLinks(navigator = /** @type {any} */ (globalThis.navigator) ?? {}) {
  return (navigator.hardwareConcurrency ?? Infinity) <= FEW_CORES || navigator.userAgentData?.mobile === true;
}

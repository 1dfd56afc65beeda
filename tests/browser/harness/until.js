/** How long anything may take before a story has failed. Five cameras on two busy cores are slow, so this is generous; what is quick ends early. */
export const DEADLINE_MS = 30_000;

/**
 * Asks again and again until the answer is truthy, and gives it. What it was waiting for is in the error.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>|T} ask
 * @param {{within?: number, every?: number}} [how] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { within = DEADLINE_MS, every = 50 } = {}) {
  const end = performance.now() + within;
  /** @type {unknown} */
  let last;
  for (;;) {
    try {
      last = await ask();
      if (last) return /** @type {NonNullable<T>} */ (last);
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`after ${within / 1000} s still not: ${what} (last: ${describe(last)})`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** @param {unknown} value */
function describe(value) {
  return value instanceof Error ? value.message.split("\n")[0] : JSON.stringify(value);
}

/** Asks the page's call itself for what no button does. @param {import("./person.js").Person} person @param {"request"|"updateRoom"} what @param {...unknown} details */
export function ofCall(person, what, ...details) {
  return person.page.evaluate(([method, rest]) => {
    const find = (/** @type {Document|ShadowRoot} */ root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.localName === "gr-meeting") return element;
        const inside = element.shadowRoot && find(element.shadowRoot);
        if (inside) return /** @type {any} */ (inside);
      }
    };
    return find(document).call[method](...rest);
  }, /** @type {[string, unknown[]]} */ ([what, details]));
}

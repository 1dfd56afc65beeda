/** Says whether they agree to be recorded. @param {import("./person.js").Person} person @param {boolean} recording */
export function agrees(person, recording) {
  return person.page.evaluate((agreed) => {
    const find = (/** @type {Document|ShadowRoot} */ root) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.localName === "gr-meeting") return element;
        const inside = element.shadowRoot && find(element.shadowRoot);
        if (inside) return /** @type {any} */ (inside);
      }
    };
    return find(document).call.request("consent", { purposes: { recording: agreed } });
  }, recording);
}

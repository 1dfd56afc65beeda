import { noChange } from "lit";
import { Directive, directive, PartType } from "lit/directive.js";

/**
 * `style=${styled({width: "10px"})}`, set property by property. lit's own `styleMap` writes its first value as an attribute,
 * which a Content-Security-Policy without `unsafe-inline` refuses.
 */
class Styled extends Directive {
  /** @param {import("lit/directive.js").PartInfo} part */
  constructor(part) {
    super(part);
    if (part.type !== PartType.ATTRIBUTE || part.name !== "style") throw new Error("styled() belongs into a style attribute alone");
    /** @type {Set<string>} */
    this.known = new Set();
  }

  /** @param {Record<string, string>} _properties @returns {unknown} */
  render(_properties) {
    return noChange;
  }

  /** @param {import("lit").AttributePart} part @param {[Record<string, string>]} values */
  update(part, [properties]) {
    const { style } = /** @type {HTMLElement} */ (part.element);
    for (const name of this.known) if (!(name in properties)) style.removeProperty(name);
    for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
    this.known = new Set(Object.keys(properties));
    return noChange;
  }
}

/** Names as in CSS: `inline-size`, `--level`. */
export const styled = directive(Styled);

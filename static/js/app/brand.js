import { getConfig } from "../rest/api.js";

/** The operator's name for this site. Dispatches `change` once it is known. */
export const brand = new EventTarget();

let name = "Greenroom";

export function brandName() {
  return name;
}

/** The page doesn't wait for it: until then, and without an answer, the product's own name stands. */
export async function loadBrand() {
  const { brandName: own } = await getConfig().catch(() => ({ brandName: "" }));
  if (!own || own === name) return;
  name = own;
  brand.dispatchEvent(new Event("change"));
}

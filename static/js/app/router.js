/**
 * Addresses to pages, on the history API. A route is data; its page's module is loaded when first visited.
 * @typedef {{page: string, params: Record<string, string>, path: string}} Route
 */

/** @type {[pattern: RegExp, page: string][]} */
const ROUTES = [
  [/^\/$/, "home"],
  [/^\/r\/(?<code>[^/]+)$/, "room"],
  [/^\/sign-in$/, "sign-in"],
  [/^\/account$/, "account"],
  [/^\/rooms$/, "rooms"],
  [/^\/rooms\/(?<id>[^/]+)\/recordings$/, "recordings"],
  [/^\/rooms\/(?<id>[^/]+)\/recordings\/(?<rid>[^/]+)$/, "recording"],
  [/^\/rooms\/(?<id>[^/]+)\/sessions\/(?<sid>[^/]+)$/, "report"],
];

/** @param {string} path @returns {Route} */
export function match(path) {
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  for (const [pattern, page] of ROUTES) {
    const found = pattern.exec(clean);
    if (found) return { page, path: clean, params: decode(found.groups ?? {}) };
  }
  return { page: "not-found", path: clean, params: {} };
}

/** @param {Record<string, string>} groups */
function decode(groups) {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, safeDecode(value)]));
}

/** @param {string} value */
function safeDecode(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Dispatches `change` after every navigation. */
export const router = new EventTarget();

/** @type {Route} */
let now = match(location.pathname);

/** @returns {Route} */
export function route() {
  return now;
}

/** @param {string} to a path of this site, with its query @param {{replace?: boolean}} [options] */
export function navigate(to, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  arrive();
}

function arrive() {
  now = match(location.pathname);
  router.dispatchEvent(new Event("change"));
}

/** Follows the back button and every plain click on a link of this site. */
export function startRouter() {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const link = ownLink(event);
    if (!link) return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}

/** @param {MouseEvent} event @returns {HTMLAnchorElement|null} */
function ownLink(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download") || link.origin !== location.origin) return null;
  // What the server answers itself (API, docs) is not a page of ours.
  return match(link.pathname).page === "not-found" ? null : link;
}

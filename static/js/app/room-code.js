/**
 * What somebody typed or pasted into "join": a code with or without its hyphen, in any case, or a whole link.
 * @param {string} typed @returns {string} the code as the server writes it, or "" when there is none in it
 */
export function readCode(typed) {
  const text = typed.trim();
  const link = /\/r\/([^/?#\s]+)/.exec(text);
  const raw = (link ? link[1] : text).replace(/[\s\u2010-\u2015_]+/g, "-").toUpperCase();
  const bare = raw.replace(/-/g, "");
  if (/^[A-Z0-9]{8}$/.test(bare)) return `${bare.slice(0, 4)}-${bare.slice(4)}`;
  return /^[A-Z0-9-]{3,40}$/.test(raw) ? raw : "";
}

/** The link to share. @param {string} code */
export function linkTo(code) {
  return `${location.origin}/r/${encodeURIComponent(code)}`;
}

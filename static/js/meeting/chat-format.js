/**
 * What a chat message means: links, **bold**, *italic*, `code`. Pure: text in, tokens out; nothing here makes HTML.
 *
 * @typedef {{kind: "text"|"bold"|"italic"|"code"|"block"|"link", text: string, href?: string}} Token
 */

const LINK = /\bhttps?:\/\/[^\s<>"'`]+|\bwww\.[^\s<>"'`]+\.[^\s<>"'`]+/giu;
const MARK = /```\n?([\s\S]+?)```|`([^`\n]+)`|\*\*([^*\n]+)\*\*|(?<![\p{L}\p{N}*])\*([^*\s](?:[^*\n]*[^*\s])?)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_([^_\s](?:[^_\n]*[^_\s])?)_(?![\p{L}\p{N}_])/gu;

/** @param {string} source @returns {Token[]} */
export function tokens(source) {
  /** @type {Token[]} */
  const out = [];
  let at = 0;
  for (const { start, end, token } of spans(source)) {
    if (start < at) continue;
    if (start > at) out.push({ kind: "text", text: source.slice(at, start) });
    out.push(token);
    at = end;
  }
  if (at < source.length) out.push({ kind: "text", text: source.slice(at) });
  return out;
}

/** Links and marks by their place; where two overlap the earlier wins. @param {string} source */
function spans(source) {
  /** @type {{start: number, end: number, token: Token}[]} */
  const found = [];
  for (const match of source.matchAll(MARK)) {
    const [whole, block, code, bold, star, under] = match;
    /** @type {Token} */
    const token =
      block !== undefined ? { kind: "block", text: block.replace(/\n$/, "") } : code !== undefined ? { kind: "code", text: code } : bold !== undefined ? { kind: "bold", text: bold } : { kind: "italic", text: star ?? under };
    found.push({ start: match.index, end: match.index + whole.length, token });
  }
  for (const match of source.matchAll(LINK)) {
    const text = trimLink(match[0]);
    const href = safeHref(text);
    if (href) found.push({ start: match.index, end: match.index + text.length, token: { kind: "link", text, href } });
  }
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** A full stop or a bracket after a link is not part of it. @param {string} link */
function trimLink(link) {
  let text = link.replace(/[.,;:!?…،؛؟*_]+$/u, "");
  while (text.endsWith(")") && text.split(")").length > text.split("(").length) text = text.slice(0, -1).replace(/[.,;:!?]+$/u, "");
  return text;
}

/** Only the web's own schemes become links. @param {string} text @returns {string|null} */
function safeHref(text) {
  try {
    const url = new URL(/^www\./i.test(text) ? `https://${text}` : text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** The message as one line, for a quote or an announcement. @param {string} source @param {number} [limit] */
export function plain(source, limit = 140) {
  const text = tokens(source)
    .map((token) => token.text)
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...text];
  return letters.length > limit ? `${letters.slice(0, limit - 1).join("")}…` : text;
}

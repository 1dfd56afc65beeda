/**
 * ICU-light messages: `{name}`, `{n, plural, =0 {…} one {# …} other {# …}}`, `{kind, select, a {…} other {…}}`, nested.
 * A message is parsed once and kept.
 */

/** @typedef {string | {arg: string, kind: "value"|"plural"|"select", options?: Record<string, Node[]>} | {hash: true}} Node */

/** @type {Map<string, Node[]>} */
const parsed = new Map();

/** @param {string} source @param {Record<string, unknown>} params @param {string} language @returns {string} */
export function formatMessage(source, params, language) {
  let nodes = parsed.get(source);
  if (!nodes) {
    nodes = parse(source, { at: 0 }, false);
    parsed.set(source, nodes);
  }
  return write(nodes, params, language, null);
}

/** @param {string} text @param {{at: number}} cursor @param {boolean} nested @returns {Node[]} */
function parse(text, cursor, nested) {
  /** @type {Node[]} */
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(plain);
    plain = "";
  };
  while (cursor.at < text.length) {
    const c = text[cursor.at];
    if (c === "}" && nested) break;
    cursor.at += 1;
    if (c === "{") {
      flush();
      nodes.push(parseArgument(text, cursor));
    } else if (c === "#" && nested) {
      flush();
      nodes.push({ hash: true });
    } else plain += c;
  }
  flush();
  return nodes;
}

/** @param {string} text @param {{at: number}} cursor @returns {Node} */
function parseArgument(text, cursor) {
  const head = /^\s*(\w+)\s*(?:,\s*(plural|select)\s*,)?\s*/.exec(text.slice(cursor.at));
  if (!head) throw new SyntaxError(`bad message: ${text}`);
  cursor.at += head[0].length;
  if (!head[2]) {
    cursor.at += 1;
    return { arg: head[1], kind: "value" };
  }
  /** @type {Record<string, Node[]>} */
  const options = {};
  for (;;) {
    const option = /^\s*(=?\w+)\s*\{/.exec(text.slice(cursor.at));
    if (!option) break;
    cursor.at += option[0].length;
    options[option[1]] = parse(text, cursor, true);
    cursor.at += 1;
  }
  cursor.at += /^\s*\}/.exec(text.slice(cursor.at))?.[0].length ?? 0;
  return { arg: head[1], kind: head[2] === "plural" ? "plural" : "select", options };
}

/** @param {Node[]} nodes @param {Record<string, unknown>} params @param {string} language @param {number|null} count @returns {string} */
function write(nodes, params, language, count) {
  return nodes
    .map((node) => {
      if (typeof node === "string") return node;
      if ("hash" in node) return count === null ? "#" : number(count, language);
      const value = params[node.arg];
      if (node.kind === "value" || !node.options) return typeof value === "number" ? number(value, language) : String(value ?? "");
      const n = node.kind === "plural" ? Number(value) : null;
      return write(choose(node.options, value, n, language), params, language, n ?? count);
    })
    .join("");
}

/** @param {Record<string, Node[]>} options @param {unknown} value @param {number|null} n @param {string} language */
function choose(options, value, n, language) {
  if (n === null) return options[String(value)] ?? options.other ?? [];
  return options[`=${n}`] ?? options[new Intl.PluralRules(language).select(n)] ?? options.other ?? [];
}

/** Western digits in every language: codes, times and counts stay recognisable. @param {number} value @param {string} language */
function number(value, language) {
  return new Intl.NumberFormat(`${language}-u-nu-latn`).format(value);
}

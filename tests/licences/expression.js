/**
 * Licence expressions (SPDX), as far as packages use them: names, `AND`, `OR`, `WITH`, brackets, and the old slash for `OR`.
 */

/** What may be shipped: permissive, or copyleft by file only. */
export const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC-BY-3.0",
  "CC-BY-4.0",
  "CC0-1.0",
  "CDLA-Permissive-2.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "OpenSSL",
  "PSF-2.0",
  "Python-2.0",
  "Unicode-3.0",
  "Unicode-DFS-2016",
  "Unlicense",
  "Zlib",
]);

/**
 * Whether somebody may ship it: of an `OR` one side is enough, of an `AND` both are needed.
 * @param {string|undefined|null} expression @param {Set<string>} [allowed]
 */
export function isAllowed(expression, allowed = ALLOWED) {
  if (!expression) return false;
  const words = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
  const reader = { words, at: 0 };
  const answer = either(reader, allowed);
  return answer && reader.at === words.length;
}

/** @typedef {{words: string[], at: number}} Reader */

/** @param {Reader} reader @param {Set<string>} allowed @returns {boolean} */
function either(reader, allowed) {
  let answer = both(reader, allowed);
  while (takes(reader, "OR")) answer = both(reader, allowed) || answer;
  return answer;
}

/** @param {Reader} reader @param {Set<string>} allowed @returns {boolean} */
function both(reader, allowed) {
  let answer = one(reader, allowed);
  while (takes(reader, "AND")) answer = one(reader, allowed) && answer;
  return answer;
}

/** @param {Reader} reader @param {Set<string>} allowed @returns {boolean} */
function one(reader, allowed) {
  if (takes(reader, "(")) {
    const answer = either(reader, allowed);
    return takes(reader, ")") && answer;
  }
  const name = reader.words[reader.at++];
  if (name === undefined) return false;
  if (!takes(reader, "WITH")) return allowed.has(name);
  return allowed.has(`${name} WITH ${reader.words[reader.at++]}`);
}

/** @param {Reader} reader @param {string} word */
function takes(reader, word) {
  if (reader.words[reader.at]?.toUpperCase() !== word) return false;
  reader.at += 1;
  return true;
}

/**
 * Which link and which offer a description belongs to, as an attribute that others ignore: `a=x-greenroom:{link} {number}`.
 * A late description, of a page that was reloaded or of an offer that was sent again, is so told from the current one.
 * @typedef {{link: string, number: number}} Tag
 */

const NAME = "a=x-greenroom:";

/** @param {string} sdp @param {Tag} tag */
export function withTag(sdp, { link, number }) {
  const clean = sdp.replace(/^a=x-greenroom:.*\r?\n/gm, "");
  const media = clean.indexOf("\r\nm=");
  const at = media < 0 ? clean.length : media + 2;
  return `${clean.slice(0, at)}${NAME}${link} ${number}\r\n${clean.slice(at)}`;
}

/** @param {string} sdp @returns {Tag|null} */
export function readTag(sdp) {
  const found = /^a=x-greenroom:([\w-]{1,64}) (\d{1,9})\r?$/m.exec(sdp);
  return found ? { link: found[1], number: Number(found[2]) } : null;
}

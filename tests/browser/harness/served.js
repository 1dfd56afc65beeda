import { arrivalsOf, watchArrivals } from "./arrivals.js";
import { waysOfPage } from "./in-page.js";
import { Link } from "./link.js";
import { until } from "./until.js";

/** @typedef {import("./person.js").Person} Person */
/** @typedef {import("./world.js").World} World */

/** A room whose media goes through the server from the first packet on, without a door. @param {World} world @returns {Promise<string>} its link */
export async function servedRoom(world, settings = {}) {
  const body = JSON.stringify({ name: "Tea", settings: { waitingRoom: "off", joinBeforeHost: true, topology: "sfu", ...settings } });
  const answer = await fetch(`${world.server.address}/api/v1/rooms`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return `/r/${(await answer.json()).roomCode}`;
}

/** Somebody whose media takes a line of its own to the server. @param {World} world @param {string} name @param {import("./world.js").Look & {tcp?: boolean}} [how] */
export async function openOnLink(world, name, { tcp, ...look } = {}) {
  const person = await world.open(name, look);
  const link = await new Link().lead(person.page, { tcp });
  world.atEnd(() => link.close());
  return Object.assign(person, { link });
}

/** The protocols over which the live connections of a page go, one each. @param {Person} person */
export async function waysOf(person) {
  return (await person.page.evaluate(waysOfPage)).map((one) => one.protocol);
}

/** @param {Person} person @param {"udp"|"tcp"} protocol @param {{within?: number}} [how] */
export async function goesBy(person, protocol, how) {
  await until(`both of ${person.name}'s connections go by ${protocol}`, async () => {
    const ways = await waysOf(person);
    return ways.length === 2 && ways.every((one) => one === protocol);
  }, how);
}

/** What of the others arrives at these people is noted from now on. @param {Person[]} people */
export async function notes(...people) {
  for (const { page } of people) await page.evaluate(watchArrivals);
}

/** @param {Person} person @param {Person} other @param {"audio"|"video"} kind @param {number} [since] by the clock of `person`'s page */
export async function arrived(person, other, kind, since = 0) {
  return person.page.evaluate(arrivalsOf, { who: await person.idOf(other.name), kind, since });
}

/** @param {Person} person */
export function clockOf({ page }) {
  return page.evaluate(() => performance.now());
}

/** Longest time without a packet of somebody since a moment; what is missing up to now counts. @param {Person} person @param {Person} other @param {"audio"|"video"} kind @param {number} since */
export async function longestGap(person, other, kind, since) {
  const all = await arrived(person, other, kind, since - 300);
  let [last, longest, packets] = [all[0]?.at ?? since, 0, all[0]?.packets ?? 0];
  for (const one of all) {
    if (one.packets !== packets) {
      longest = Math.max(longest, one.at - last);
      last = one.at;
    }
    packets = one.packets;
  }
  return Math.round(Math.max(longest, (await clockOf(person)) - last));
}

/** Share of what was played that was made up, since a moment. @param {Person} person @param {Person} other @param {number} since */
export async function concealment(person, other, since) {
  const all = await arrived(person, other, "audio", since);
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || last.samples === first.samples) return 1;
  return (last.concealed - first.concealed) / (last.samples - first.samples);
}

import { arrived, clockOf, concealment, goesBy, longestGap, notes, openOnLink, servedRoom, waysOf } from "./served.js";
import { until } from "./until.js";

/**
 * What happens to people on the server's path when their network changes, as figures: the stories hold them to what a busy machine keeps, those
 * of measured/ to what is promised.
 *
 * @typedef {import("./person.js").Person} Person
 * @typedef {import("./world.js").World} World
 * @typedef {Person & {link: import("./link.js").Link}} Linked
 */

/** So long a line that has become narrow is full of what was sent before that was known. */
const FULL_MS = 5_000;
/** The smallest of three sizes of a camera of 720 lines. */
const LOW = 180;

/** Alice, and Bob whose media takes a line of its own, in a room that the server serves. @param {World} world @param {{tcp?: boolean, blocked?: boolean}} [how] @returns {Promise<{alice: Person, bob: Linked}>} */
export async function twoByTheServer(world, { tcp, blocked = false } = {}) {
  const link = await servedRoom(world);
  const alice = await world.open("Alice");
  const bob = await openOnLink(world, "Bob", { tcp });
  bob.link.becomes({ blocked });
  await alice.enters(link);
  await bob.enters(link);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await notes(alice, bob);
  return { alice, bob };
}

/** Bob's network changes in the middle. @param {{alice: Person, bob: Linked}} people @param {() => Promise<unknown>|unknown} change @param {"udp"|"tcp"} way over which it goes on */
export async function changesTheWay({ alice, bob }, change, way) {
  const [id, leavings, before] = [await alice.idOf("Bob"), await alice.countsLeavingsOf("Bob"), await bob.connections()];
  const [atAlice, atBob] = [await clockOf(alice), await clockOf(bob)];
  await change();
  await goesBy(bob, way);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  const after = await bob.connections();
  return {
    fromBob: await longestGap(alice, bob, "audio", atAlice),
    toBob: await longestGap(bob, alice, "audio", atBob),
    samePerson: (await alice.idOf("Bob")) === id && (await leavings()) === 0,
    sameConnections: after.map(({ number }) => number).join() === before.map(({ number }) => number).join(),
  };
}

/** Alice's camera is seen large by Bob, whose line can become narrow, and by Carol. @param {World} world @param {{least?: number}} [how] lines that both have to see @returns {Promise<{alice: Person, bob: Linked, carol: Person}>} */
export async function threeWithALargePicture(world, { least = 2 * LOW + 1 } = {}) {
  const link = await servedRoom(world);
  const look = { viewport: { width: 1180, height: 760 } };
  const alice = await world.open("Alice");
  const bob = await openOnLink(world, "Bob", { tcp: false, ...look });
  const carol = await world.open("Carol", look);
  await alice.enters(link);
  for (const one of [bob, carol]) {
    await one.enters(link);
    await one.camera("stop");
    // The pretended microphones never pause: one who speaks is what a meeting has.
    await one.sound("mute");
    await one.uses("Alice", "pin");
  }
  await notes(bob, carol);
  for (const one of [bob, carol]) await one.hears(alice);
  for (const one of [bob, carol]) await until(`${one.name} has a picture of ${least} lines`, async () => (await heightAt(one, alice)) >= least, { within: 60_000 });
  return { alice, bob, carol };
}

/** @param {Person} person @param {Person} other lines of the newest picture */
async function heightAt(person, other) {
  return (await arrived(person, other, "video")).at(-1)?.height ?? 0;
}

/**
 * Bob's line bears so little for a while.
 * @param {{alice: Person, bob: Linked, carol: Person}} people @param {{kbps: number, forMs: number, backWithin: number, least?: number}} how `least` lines are the picture back
 */
export async function narrows({ alice, bob, carol }, { kbps, forMs, backWithin, least = LOW + 1 }) {
  const [large, way] = [await heightAt(bob, alice), await namesOf(bob)];
  const [begins, atCarol] = [await clockOf(bob), await clockOf(carol)];
  bob.link.becomes({ kbps });
  let told = 0;
  await until("the line has been narrow for long enough", async () => {
    const now = await clockOf(bob);
    if (!told && (await bob.descriptionOf("Alice")).includes(bob.words("meeting.tile.paused.bandwidth"))) told = now - begins;
    return now - begins > forMs;
  }, { within: forMs + 10_000, every: 100 });
  const [made, later] = [await concealment(bob, alice, begins), await concealment(bob, alice, begins + FULL_MS)];
  const ends = await clockOf(bob);
  const narrow = grown(await arrived(bob, alice, "video", begins));
  bob.link.becomes({});
  // A device that is short of time sends no largest size: what the other has is what there is.
  const back = await until("the picture is as large as Carol's again", async () => {
    const most = Math.min(large, await heightAt(carol, alice));
    return most >= least ? grown(await arrived(bob, alice, "video", ends)).find(({ height }) => height >= (least > LOW ? most : least)) : null;
  }, { within: backWithin });
  const carols = grown(await arrived(carol, alice, "video", atCarol));
  return {
    large,
    /** When the last picture came that was more than the smallest. */
    downMs: Math.round((narrow.filter(({ height }) => height > LOW).at(-1)?.at ?? begins) - begins),
    low: narrow.some(({ height }) => height > 0 && height <= LOW),
    toldMs: Math.round(told),
    madeUp: made,
    madeUpLater: later,
    /** Whether the way was never looked for anew: a narrow one is no broken one. */
    sameWay: way === (await namesOf(bob)),
    backMs: Math.round(back.at - ends),
    back: back.height,
    carol: { smallest: Math.min(...carols.map(({ height }) => height)), gap: await longestGap(carol, alice, "video", atCarol), madeUp: await concealment(carol, alice, atCarol) },
  };
}

/** Notes at which there was a new picture. @param {import("./arrivals.js").Note[]} all */
function grown(all) {
  return all.filter((one, at) => at > 0 && one.frames > all[at - 1].frames);
}

/** Bob's line loses a share of all packets, both ways, for a while. @param {{alice: Person, bob: Linked}} people @param {{loss: number, forMs: number}} how */
export async function loses({ alice, bob }, { loss, forMs }) {
  const [atAlice, atBob, way] = [await clockOf(alice), await clockOf(bob), await namesOf(bob)];
  bob.link.becomes({ loss });
  await until("it was lost for long enough", async () => (await clockOf(bob)) - atBob > forMs, { within: forMs + 10_000, every: 200 });
  const figures = {
    madeUpAtAlice: await concealment(alice, bob, atAlice),
    madeUpAtBob: await concealment(bob, alice, atBob),
    pictures: grown(await arrived(bob, alice, "video", atBob)).length,
  };
  const ends = await clockOf(bob);
  bob.link.becomes({});
  const back = await until("pictures come again", async () => grown(await arrived(bob, alice, "video", ends)).at(4));
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  return { ...figures, sameWay: way === (await namesOf(bob)), backMs: Math.round(back.at - ends) };
}

/** A restart of ICE changes the names of the connections. @param {Person} person */
async function namesOf(person) {
  return (await person.connections()).map(({ user }) => user).join();
}

export { goesBy, waysOf };

import assert from "node:assert/strict";
import { useFilm } from "../harness/chromium.js";
import { pictureReceived, picturesSent } from "../harness/in-page.js";
import { meeting } from "../harness/person.js";
import { sets } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

// Large enough for two sizes of it, small enough for encoders without hardware.
useFilm({ width: 640, height: 360 });

const WIDE = { width: 1280, height: 800 };
const FLAT = { width: 380, height: 320 };
const MEDIA = { within: 60_000 };

/** @typedef {import("../harness/person.js").Person} Person */

/** @param {Person} person */
const received = ({ page }) => page.evaluate(pictureReceived);

/** @param {Person} person @param {string} name */
const canEncode = ({ page }, name) =>
  page.evaluate((wanted) => RTCRtpSender.getCapabilities("video")?.codecs.some(({ mimeType }) => mimeType === `video/${wanted}`), name);

/** @param {Person} person @param {string} what @param {(height: number) => boolean} fits */
async function seesInSize(person, what, fits) {
  const from = (await received(person)).decoded;
  await until(`${person.name} sees ${what}`, async () => {
    const now = await received(person);
    return now && fits(now.height) && now.decoded > from + 10 ? now : null;
  }, MEDIA);
}

for (const [setting, name, layered] of /** @type {const} */ ([["vp8", "VP8", false], ["vp9", "VP9", true], ["h264", "H264", false], ["av1", "AV1", true]])) {
  story(`${name} through the server: both see each other, and a small tile costs less than a large one`, async (world) => {
    const { people } = await meeting(world, "Alice", "Bob");
    const [alice, bob] = people;
    await sets(alice, { topology: "sfu", videoCodec: setting });
    const expected = (await canEncode(alice, name)) ? name : "VP8";
    for (const person of people) {
      await person.page.setViewportSize(WIDE);
      await until(`${person.name} gets ${expected}`, async () => (await received(person))?.codec === expected, MEDIA);
    }
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
    for (const person of people) await seesInSize(person, "the large picture", (height) => height === 360);
    const sent = await alice.page.evaluate(picturesSent);
    console.info(`${name}: sent as ${JSON.stringify(sent)}`);
    assert.ok(!layered || expected === "VP8" || sent.some(({ mode }) => mode.startsWith("L2")), JSON.stringify(sent));
    // One of them looks at a small tile; the other one's goes on.
    const before = await received(alice);
    await bob.page.setViewportSize(FLAT);
    await seesInSize(bob, "the small picture", (height) => height > 0 && height <= 180);
    await seesInSize(alice, "the large picture as before", (height) => height === 360);
    await bob.page.setViewportSize(WIDE);
    await seesInSize(bob, "the large picture again", (height) => height === 360);
    const after = await received(alice);
    console.info(`${name}: while Bob's tile shrank and grew, Alice saw ${after.decoded - before.decoded} pictures, ${after.freezes - before.freezes} freezes, ${after.lost - before.lost} lost`);
    await Promise.all([alice.meets(bob), bob.meets(alice)]);
  }, { timeout: 280_000 });
}

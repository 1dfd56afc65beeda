import assert from "node:assert/strict";
import { openFreezable } from "../harness/frozen.js";
import { neverLetGo } from "../harness/in-page.js";
import { servedRoom } from "../harness/served.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** No tile may look alive for longer though nothing of its person comes. */
const GHOST_MS = 15_000;

/** @param {import("../harness/world.js").World} world @param {(world: import("../harness/world.js").World, name: string) => Promise<any>} [openBob] */
async function aliceAndBob(world, openBob = (_world, name) => world.open(name)) {
  const link = await servedRoom(world);
  const alice = await world.open("Alice");
  const bob = await openBob(world, "Bob");
  await alice.enters(link);
  await bob.enters(link);
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  return { alice, bob };
}

/** Every picture of somebody that is on the screen has moved of late, or its tile says what is wrong. @param {import("../harness/person.js").Person} alice @param {string} name @param {string[]} words of the troubles that it may say */
async function showsNoGhost(alice, name, words) {
  if ((await alice.tile(name).count()) === 0) return true;
  const said = await alice.descriptionOf(name);
  return words.some((one) => said.includes(one));
}

story("signalling gone for longer than the grace time: the server sends on nothing of them and to them, even where the page does not let go", async (world) => {
  const { alice, bob } = await aliceAndBob(world, async (inside, name) => {
    const person = await inside.open(name);
    await person.page.addInitScript(neverLetGo);
    return person;
  });
  bob.wire.cut();
  await bob.noticesTheCut();
  // Within the grace time nothing stops.
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await alice.seesNobodyCalled("Bob");
  const sent = (await bob.sent()).audio;
  const before = await mediaAt(bob);
  await until("Bob's page has sent for seconds", async () => (await bob.sent()).audio > sent + 100);
  const after = await mediaAt(bob);
  assert.equal(after - before, 0, "Bob's page gets no packet of Alice's");
  assert.equal((await alice.page.evaluate(heardNow)).length, 0, "and nothing of Bob's is played at Alice");
}, { flags: ["--dev", "--resume-grace-seconds", "12"] });

/** Packets of media that a page's connections have received. @param {import("../harness/person.js").Person} person */
function mediaAt({ page }) {
  return page.evaluate(async () => {
    let packets = 0;
    for (const connection of /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections)) {
      for (const one of (await connection.getStats()).values()) if (one.type === "inbound-rtp") packets += one.packetsReceived;
    }
    return packets;
  });
}

/** Whose sound the page plays. */
function heardNow() {
  const found = /** @type {HTMLAudioElement[]} */ ([]);
  const visit = (/** @type {ParentNode} */ root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one instanceof HTMLAudioElement && one.srcObject && !one.paused) found.push(one);
      if (one.shadowRoot) visit(one.shadowRoot);
    }
  };
  visit(document);
  return found.map((one) => one.dataset.who);
}

story("a page stands still: the others see within 15 s that nothing comes, and it is back when it moves again", async (world) => {
  const { alice, bob } = await aliceAndBob(world, openFreezable);
  const id = await alice.idOf("Bob");
  const since = performance.now();
  bob.freezes();
  await until("Bob's tile says what is wrong", () => showsNoGhost(alice, "Bob", ["meeting.tile.reconnecting", "meeting.tile.paused.not_sent"].map((key) => alice.words(key))), { within: GHOST_MS });
  console.log(`a page stands still: its tile says so after ${Math.round(performance.now() - since)} ms`);
  bob.thaws();
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
});

story("the only camera is unplugged: the others see a name within 15 s, the sound goes on", async (world) => {
  const { alice, bob } = await aliceAndBob(world);
  const since = performance.now();
  await bob.pullsThePlugOf("camera");
  await until("Alice knows", () => showsNoGhost(alice, "Bob", [alice.words("meeting.tile.cameraOff")]), { within: GHOST_MS });
  console.log(`a camera is unplugged: known after ${Math.round(performance.now() - since)} ms`);
  await bob.button("meeting.camera.start").waitFor();
  await alice.hears(bob);
});

story("the permission for the camera is taken back: the others see a name, the person is told why, and a granted one brings the picture back", async (world) => {
  const { alice, bob } = await aliceAndBob(world);
  const since = performance.now();
  await bob.mayUse("camera", false);
  await until("Alice knows", () => showsNoGhost(alice, "Bob", [alice.words("meeting.tile.cameraOff")]), { within: GHOST_MS });
  console.log(`a permission is taken back: known after ${Math.round(performance.now() - since)} ms`);
  await alice.hears(bob);
  await bob.mayUse("camera", true);
  await bob.camera("start");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

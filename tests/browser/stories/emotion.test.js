import assert from "node:assert/strict";
import { hasVoices } from "../harness/chromium.js";
import { ofCall } from "../harness/in-call.js";
import { meeting } from "../harness/person.js";
import { answers, hasAnswered, question } from "../harness/recording.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/person.js").Person} Person */

/** What the meter on somebody's tile tells, if there is one. @param {Person} person @param {string} name */
async function told(person, name) {
  const meter = person.tile(name).locator("gr-arousal [role=meter]");
  return (await meter.count()) ? ((await meter.getAttribute("aria-valuetext")) ?? "") : null;
}

/** @param {Person} person @param {string} name */
async function seesAnEstimateOf(person, name) {
  const nothing = person.words("meeting.emotion.none");
  await until(`${person.name} sees how ${name} sounds`, async () => ![null, "", nothing].includes(await told(person, name)), { within: 60_000 });
}

// Chromium's own microphone beeps, and a tone is no voice.
story("how a voice sounds is shown to the person alone, to hosts where it is shared, and to nobody once the consent is taken back", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await ofCall(alice, "updateRoom", { settings: { emotion: true } });
  await answers(alice, "refuse", "emotion");
  await question(bob, "emotion").waitFor();
  await bob.isTold(bob.words("meeting.consent.emotion.cannot"));
  assert.equal(await told(bob, "Bob"), null, "not before the answer");
  await answers(bob, "agree", "emotion");

  await seesAnEstimateOf(bob, "Bob");
  assert.equal(await told(bob, "Alice"), null, "she refused");
  assert.equal(await told(alice, "Bob"), null, "he does not share it");
  assert.equal(await told(alice, "Alice"), null);

  await bob.choosesFromMore("meeting.panel.details");
  await bob.page.getByRole("switch", { name: bob.words("meeting.consent.share") }).setChecked(true);
  await seesAnEstimateOf(alice, "Bob");

  await bob.button("meeting.consent.emotion.withdraw").first().click();
  await hasAnswered(bob, "refused", "emotion");
  await until("nobody sees it any more", async () => (await told(alice, "Bob")) === null && (await told(bob, "Bob")) === null);
}, { skip: !hasVoices() });

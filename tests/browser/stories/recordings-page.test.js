import assert from "node:assert/strict";
import { assertAccessible } from "../harness/accessibility.js";
import { meeting } from "../harness/person.js";
import { answers, mayRecord, startsRecording, stopsRecording, talksFor } from "../harness/recording.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

/** @typedef {import("../harness/person.js").Person} Person */

/** From the page after the call, by the list, to the one recording there is, once it can be watched. @param {Person} person */
async function opensTheRecording(person) {
  await person.page.getByRole("link", { name: person.words("ended.recordings") }).click();
  await person.page.getByRole("heading", { name: person.words("recordings.title") }).waitFor();
  await person.page.locator("gr-recordings li a").click();
  await person.page.locator("gr-recording video, gr-recording audio").first().waitFor({ timeout: 120_000 });
}

/** @param {Person} person */
const player = (person) => person.page.locator("gr-recording video");

story("what was recorded is watched by its host and by those who were there, jumped through, downloaded, and deleted", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
  await mayRecord(alice);
  await startsRecording(alice);
  await Promise.all(people.map((person) => answers(person, "agree")));
  await talksFor(alice, 12_000);
  await stopsRecording(alice);
  await bob.leaves();
  await bob.isOut("left");
  await alice.leaves();
  await alice.isOut("left");

  await opensTheRecording(alice);
  await alice.page.getByLabel(alice.words("recordings.kind.composite"), { exact: true }).waitFor({ timeout: 240_000 });
  await until("its length is known", () => player(alice).evaluate((/** @type {any} */ video) => video.duration > 8));
  await alice.page.keyboard.press("k");
  await until("it plays", () => player(alice).evaluate((/** @type {any} */ video) => video.currentTime > 0.5 && video.videoWidth > 0));
  await alice.page.keyboard.press("k");
  await alice.page.locator("gr-recording-timeline input").focus();
  await alice.page.keyboard.press("ArrowRight");
  await until("it is where she wants it", () => player(alice).evaluate((/** @type {any} */ video) => video.currentTime >= 5));
  assert.ok((await alice.page.locator("gr-recording-files li").count()) >= 4, "each person's files");
  await alice.page.locator("gr-recording-files").getByText(alice.words("recordings.kind.backup")).first().waitFor();
  await alice.page.locator("gr-recording-integrity .note").waitFor();
  await assertAccessible(alice, "a recording");

  const download = alice.page.waitForEvent("download");
  await alice.page.locator("gr-recording-files gr-button a").first().click();
  assert.match((await download).suggestedFilename(), /\.(mp4|webm|mkv|json)$/);

  // He stayed where he was, and is told.
  await bob.page.getByText(bob.words("ended.recording.ready")).waitFor();
  await bob.page.getByRole("link", { name: bob.words("ended.watch") }).click();
  await until("Bob can watch it too", () => player(bob).evaluate((/** @type {any} */ video) => video.duration > 8), { within: 60_000 });
  assert.equal(await bob.button("common.delete").count(), 0, "only hosts delete");

  await alice.button("common.delete").first().click();
  await alice.page.locator("gr-recording gr-dialog").getByRole("button", { name: alice.words("common.delete"), exact: true }).click();
  await alice.isTold(alice.words("recordings.empty"));
  await bob.page.reload();
  await bob.isTold(bob.words("recordings.notThere"));
}, { timeout: 600_000 });

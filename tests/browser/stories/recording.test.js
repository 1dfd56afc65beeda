import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { answers, hasAnswered, isRecorded, mayRecord, question, seesLeftOut, startsRecording, stopsRecording } from "../harness/recording.js";
import { openConnections } from "../harness/switching.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

story("a host records: everybody is told and asked first, the refuser stays and is visibly left out, and nobody's media leaves before their yes", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob", "Carol");
  const [alice, bob, carol] = people;
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);
  await alice.page.keyboard.press("o");
  assert.equal(await alice.page.locator("gr-record-dialog").count(), 0, "the room's setting is off");
  await mayRecord(alice);
  await startsRecording(alice);
  await Promise.all([bob, carol].map(isRecorded));
  await Promise.all(people.map((person) => question(person).waitFor()));
  await bob.page.getByRole("heading", { name: bob.words("meeting.consent.recording.heading") }).waitFor();
  assert.deepEqual(await Promise.all(people.map(openConnections)), [2, 2, 2], "nothing goes to the server yet");

  await answers(alice, "agree");
  await answers(bob, "refuse");
  await carol.page.keyboard.press("Escape");
  await hasAnswered(carol, "unanswered");
  for (const person of [alice, carol]) await seesLeftOut(person, "Bob", "refused");
  for (const person of [alice, bob]) await seesLeftOut(person, "Carol", "unanswered");
  await seesLeftOut(bob, "Alice", null);
  await alice.page.getByText(alice.words("meeting.consent.tally", { granted: 1, asked: 3 })).waitFor();
  await until("only Alice sends a copy", async () => (await Promise.all(people.map(openConnections))).join() === "3,2,2");
  await Promise.all([alice.meets(bob), bob.meets(carol), carol.meets(alice)]);

  await stopsRecording(alice);
  for (const person of [bob, carol]) {
    await person.page.getByRole("status").getByText(person.words("meeting.notice.recording_stopped")).waitFor();
    await person.page.locator("gr-kept-strip .rec").waitFor({ state: "detached" });
  }
  await until("nobody sends a copy", async () => (await Promise.all(people.map(openConnections))).join() === "2,2,2");
});

story("whoever comes late is asked first, changes their mind with one click, and keeps their answer over a reload", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  await mayRecord(alice);
  await startsRecording(alice);
  await answers(alice, "agree");

  const bob = await world.open("Bob");
  await bob.knocks(link);
  await alice.admits(bob);
  await isRecorded(bob);
  await question(bob).waitFor();
  await seesLeftOut(alice, "Bob", "unanswered");
  await answers(bob, "agree");
  await seesLeftOut(alice, "Bob", null);
  await until("Bob sends a copy", async () => (await openConnections(bob)) === 2);

  await bob.button("meeting.consent.recording.withdraw").first().click();
  await hasAnswered(bob, "refused");
  await seesLeftOut(alice, "Bob", "refused");
  await until("Bob's copy has ended", async () => (await openConnections(bob)) === 1);
  await bob.reloads();
  await hasAnswered(bob, "refused");
  assert.equal(await question(bob).count(), 0, "it is not asked again");
  await alice.meets(bob);
});

story("a copy of one's own sound waits in the browser until the server has it, and is thrown away with the consent", async (world) => {
  const alice = await world.open("Alice");
  await alice.createsARoom();
  await mayRecord(alice);
  const kept = () => alice.page.evaluate(keptChunks);
  assert.equal(await kept(), 0);
  await startsRecording(alice);
  assert.equal(await kept(), 0, "not before the answer");
  await answers(alice, "agree");
  await until("some of her sound is kept", async () => (await kept()) > 0, { within: 60_000 });
  await alice.button("meeting.consent.recording.withdraw").first().click();
  await hasAnswered(alice, "refused");
  await until("nothing of it is left", async () => (await kept()) === 0);
});

/** Runs in the page: how many chunks lie in this browser. @returns {Promise<number>} */
async function keptChunks() {
  const known = await indexedDB.databases();
  if (!known.some(({ name }) => name === "greenroom-backup")) return 0;
  return new Promise((resolve, reject) => {
    const open = indexedDB.open("greenroom-backup", 1);
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const count = open.result.transaction("chunks").objectStore("chunks").count();
      count.onsuccess = () => {
        open.result.close();
        resolve(count.result);
      };
    };
  });
}

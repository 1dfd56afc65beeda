import assert from "node:assert/strict";
import { hasVoices, useFilm } from "../harness/chromium.js";
import { toneIn } from "../harness/heard.js";
import { Recorded } from "../harness/recorded.js";
import { TONE_DB, areTheWords, clapsAreTogether, everyFileOpens } from "../harness/recorded-checks.js";
import { answers, mayRecord, startsRecording, stopsRecording, talksFor } from "../harness/recording.js";
import { openConnections, pins, sets } from "../harness/switching.js";
import { claps, hums, speaksPlainly } from "../harness/synthetic-devices.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

// Seven browsers on a few cores: what each draws is small, and three cameras are on.
const PATIENCE_MS = 120_000;
const SMALL = { width: 480, height: 320 };
useFilm({ width: 160, height: 90 });

story("a meeting of seven is recorded on the server's path: the words that were said, lips in step, and nothing of who refused", async (world) => {
  const people = await Promise.all(["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace"].map((name) => world.open(name, { viewport: SMALL })));
  for (const { page } of people) page.setDefaultTimeout(PATIENCE_MS);
  const [alice, bob, carol, dave] = people;
  const seen = [alice, bob, carol];
  await Promise.all([claps(bob), hums(carol, 440), hums(dave, 660), ...[alice, ...people.slice(4)].map(speaksPlainly)]);
  const link = await alice.createsARoom();
  await pins(alice, "sfu");
  await sets(alice, { waitingRoom: "off" });
  for (const guest of people.slice(1)) {
    await guest.enters(link);
    if (!seen.includes(guest)) await guest.camera("stop");
  }
  for (const person of people) await until(`${person.name} is on the server's path`, async () => (await openConnections(person)) === 2, { within: 120_000 });
  await mayRecord(alice);
  await startsRecording(alice);
  await Promise.all(people.map((person) => answers(person, person === carol ? "refuse" : "agree")));
  await talksFor(alice, 25_000);
  await stopsRecording(alice);
  const recorded = await Recorded.ended(world.server);
  const ids = people.map(({ name }) => recorded.idOf(name));

  const recordedOnes = ids.filter((id) => id !== ids[2]);
  const kept = recorded.tracks.filter(({ segments }) => segments.length > 0);
  assert.deepEqual(kept.map(({ participant, source }) => `${participant} ${source}`).sort(), [...recordedOnes.map((id) => `${id} microphone`), ...ids.slice(0, 2).map((id) => `${id} camera`)].sort());
  await everyFileOpens(recorded);
  await clapsAreTogether(recorded, "of seven", ids[1]);
  for (const at of [0, 4, 5, 6]) await areTheWords(people[at].name, await recorded.sound(recorded.track(ids[at], "microphone")));
  for (const id of recordedOnes) {
    const heard = await recorded.sound(recorded.track(id, "microphone"));
    assert.ok(toneIn(heard, 440) < TONE_DB, "no hum of Carol's");
    assert.equal(toneIn(heard, 660) > TONE_DB, id === ids[3], "Dave's hum, for he agreed, in his own track alone");
  }
}, { timeout: 900_000, skip: !hasVoices() });

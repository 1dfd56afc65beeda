import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { until } from "../harness/until.js";
import { story } from "../harness/world.js";

story("kill -9 and a restart: everybody is back by themselves, with chat, roles and the queue", async (world) => {
  const { people, link } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  const carol = await world.open("Carol");
  await carol.knocks(link);
  await alice.hasAtTheDoor("Carol");
  await alice.writes("Before the crash");
  await bob.reads("Before the crash");
  const id = await alice.idOf("Bob");

  await world.server.kill();
  await Promise.all([alice.noticesTheCut(), bob.noticesTheCut()]);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  await world.server.start();

  await Promise.all([alice.isBack(), bob.isBack()]);
  await bob.reads("Before the crash");
  await bob.writes("After the crash");
  await alice.reads("Before the crash", "After the crash");
  assert.equal(await alice.idOf("Bob"), id, "the same participant");
  await alice.hasAtTheDoor("Carol");
  await alice.admits(carol);
  for (const one of [alice, bob, carol]) await Promise.all([alice, bob, carol].filter((other) => other !== one).map((other) => one.meets(other)));
});

story("SIGTERM: people are told, the server ends with 0, and its successor has everybody back", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await alice.writes("Before the restart");
  await bob.reads("Before the restart");

  const ended = world.server.terminate();
  await bob.isTold(bob.words("meeting.notice.draining"));
  assert.equal(await ended, 0);
  await world.server.start();

  await Promise.all([alice.isBack(), bob.isBack()]);
  await bob.writes("After the restart");
  await alice.reads("Before the restart", "After the restart");
  await Promise.all([alice.meets(bob), bob.meets(alice)]);
});

story("while it drains, the server says so to whoever asks and takes nobody new", async (world) => {
  const alice = await world.open("Alice");
  await alice.createsARoom();
  const ended = world.server.terminate();
  const answers = new Set();
  await until("the server is gone", async () => {
    const ready = await fetch(`${world.server.address}/readyz`).then((answer) => answer.status, () => "gone");
    answers.add(ready);
    return ready === "gone";
  }, { every: 5 });
  assert.equal(await ended, 0);
  assert.ok(![...answers].some((status) => status !== "gone" && status !== 503 && status !== 200), `only ready, draining or gone: ${[...answers]}`);
});

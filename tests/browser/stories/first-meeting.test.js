import { meeting } from "../harness/person.js";
import { story } from "../harness/world.js";

story("a guest knocks, is admitted, and two people see, hear and write to each other", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();

  const bob = await world.open("Bob");
  await bob.knocks(link);
  await alice.hasAtTheDoor("Bob");
  await alice.seesNobodyCalled("Bob");
  await alice.admits(bob);

  await Promise.all([alice.meets(bob), bob.meets(alice)]);

  await alice.writes("Good morning, Bob");
  await bob.reads("Good morning, Bob");
  await bob.writes("Good morning, Alice");
  await alice.reads("Good morning, Bob", "Good morning, Alice");

  await bob.leaves();
  await bob.isOut("left");
  await alice.seesNobodyCalled("Bob");
});

story(
  "five people in one room all see and hear each other",
  async (world) => {
    const { people } = await meeting(world, "Alice", "Bob", "Carol", "Dave", "Erin");
    for (const one of people) await Promise.all(people.filter((other) => other !== one).map((other) => one.meets(other)));
  },
  { timeout: 400_000 },
);

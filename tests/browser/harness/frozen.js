import { launch } from "./chromium.js";
import { pagesOf } from "./processes.js";

/**
 * Somebody at a computer of their own, whose pages can stand still: no script, no sound, no packet.
 * @param {import("./world.js").World} world @param {string} name
 */
export async function openFreezable(world, name) {
  const flag = `--greenroom-computer=${process.pid}-${world.people.length}`;
  const computer = await launch([flag]);
  const signal = (/** @type {NodeJS.Signals} */ what) => {
    for (const pid of pagesOf(flag)) process.kill(pid, what);
  };
  const person = await world.open(name, { computer });
  // Endings run from the last to the first: it can only close when it is awake.
  world.atEnd(() => signal("SIGCONT"));
  world.atVeryEnd(() => computer.close());
  return Object.assign(person, { freezes: () => signal("SIGSTOP"), thaws: () => signal("SIGCONT") });
}

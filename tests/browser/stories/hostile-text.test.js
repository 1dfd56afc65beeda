import assert from "node:assert/strict";
import { meeting } from "../harness/person.js";
import { story } from "../harness/world.js";

const MARKUP = `<img src=x onerror="window.broken=1"><script>window.broken=1</script>`;

story("markup in names and messages is shown as it was written, and runs nowhere", async (world) => {
  const alice = await world.open("Alice");
  const link = await alice.createsARoom();
  const mallory = await world.open(`<b onclick=x>Mal</b>`);
  await mallory.knocks(link);
  await alice.admits(mallory);
  await mallory.writes(MARKUP);
  await alice.reads(MARKUP);
  await mallory.writes("[a](javascript:window.broken=1) javascript:window.broken=1 data:text/html,x");
  await alice.reads("javascript:window.broken=1 data:text/html,x");

  for (const one of [alice, mallory]) {
    assert.equal(await one.page.evaluate(() => /** @type {any} */ (window).broken), undefined);
    const links = await one.page.locator("gr-chat-message a").evaluateAll((all) => all.map((one) => /** @type {HTMLAnchorElement} */ (one).href));
    assert.ok(links.every((href) => /^https?:/.test(href)), `only web links: ${links}`);
  }
  assert.equal(await alice.page.locator("gr-chat-message img, gr-chat-message script, gr-tile b").count(), 0);
});

story("no inline script runs: the policy of the page forbids it", async (world) => {
  const alice = await world.open("Alice");
  await alice.goes("/");
  await alice.button("home.start").waitFor();
  const policy = (await fetch(`${world.server.address}/`)).headers.get("content-security-policy") ?? "";
  assert.match(policy, /script-src [^;]*'self'/);
  assert.doesNotMatch(/script-src[^;]*/.exec(policy)?.[0] ?? "", /unsafe-inline|unsafe-eval|\*/);
  const refused = await alice.page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
        const script = document.createElement("script");
        script.textContent = "window.broken = 1";
        document.body.append(script);
      }),
  );
  assert.equal(refused, "script-src-elem");
  assert.equal(await alice.page.evaluate(() => /** @type {any} */ (window).broken), undefined);
  alice.forgivesRefusedScripts();
});

story("ten thousand emoji, right-to-left marks and control characters leave the page in order", async (world) => {
  const { people } = await meeting(world, "Alice", "Bob");
  const [alice, bob] = people;
  await bob.writes("\u202Eevil\u202C and \u0007bell");
  await alice.reads("and bell");
  await bob.writes("😀".repeat(1000));
  await alice.reads("😀".repeat(1000));
  const width = await alice.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(width <= 0, "nothing sticks out of the page");
});

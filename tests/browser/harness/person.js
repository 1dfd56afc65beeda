import { connectionsOfPage, contrastOf, openDevice, pullPlug, seesFrames, sentByPage, soundOf } from "./in-page.js";
import { DEADLINE_MS, until } from "./until.js";
import { words } from "./words.js";

/** @typedef {import("playwright-core").Locator} Locator */

/** Media on an overloaded machine comes late: what is short of time gives way in frames. */
const MEDIA = { within: 60_000 };

/** Somebody at a browser. The verbs are what people do and notice; each waits until it is so. */
export class Person {
  /** Uncaught errors and refused scripts. @type {string[]} */
  errors = [];
  /** All that the console said at warning or worse. @type {string[]} */
  complaints = [];
  /** @type {import("playwright-core").CDPSession|null} */
  #settings = null;

  /** @param {string} name @param {import("playwright-core").Page} page @param {import("./wire.js").Wire} wire @param {string} language */
  constructor(name, page, wire, language) {
    this.name = name;
    this.page = page;
    this.wire = wire;
    this.language = language;
    page.setDefaultTimeout(DEADLINE_MS);
    page.on("pageerror", (error) => this.errors.push(String(error.stack ?? error)));
    page.on("console", (message) => this.#listen(message));
  }

  /** @param {import("playwright-core").ConsoleMessage} message */
  #listen(message) {
    if (message.type() !== "error" && message.type() !== "warning") return;
    this.complaints.push(message.text());
    if (/Content Security Policy/.test(message.text())) this.errors.push(message.text());
  }

  /** @param {string} key @param {Record<string, unknown>} [params] */
  words(key, params) {
    return words(key, params, this.language);
  }

  /** @param {string} key @param {Record<string, unknown>} [params] */
  button(key, params) {
    return this.page.getByRole("button", { name: this.words(key, params), exact: true });
  }

  /** @param {string} key */
  field(key) {
    return this.page.getByRole("textbox", { name: this.words(key) });
  }

  /** @param {string} path of the site, or a whole link: everybody reaches the server by their own address */
  async goes(path) {
    await this.page.goto(this.wire.origin + new URL(path, this.wire.origin).pathname);
  }

  // In and out.

  /** Makes a room with one click and goes in. @returns {Promise<string>} its link */
  async createsARoom() {
    await this.goes("/");
    await this.button("home.start").click();
    await this.joins();
    await this.isInside();
    return new URL(this.page.url()).pathname;
  }

  /** From the pre-join page. */
  async joins() {
    await this.field("prejoin.name").fill(this.name);
    await this.button("prejoin.join").click();
  }

  /** @param {string} link */
  async knocks(link) {
    await this.goes(link);
    await this.joins();
    await this.waits();
  }

  /** @param {string} link */
  async enters(link) {
    await this.goes(link);
    await this.joins();
    await this.isInside();
  }

  async waits() {
    await this.page.getByRole("heading", { name: this.words("waitingRoom.heading") }).waitFor();
  }

  async isInside() {
    await this.page.getByRole("toolbar", { name: this.words("meeting.controls") }).waitFor();
  }

  /** @param {string} reason such as `left` or `removed` */
  async isOut(reason) {
    await this.page.getByRole("heading", { name: this.words(`ended.${reason}.title`) }).waitFor();
  }

  async leaves() {
    const host = this.button("meeting.leaveOrEnd");
    if (!(await host.count())) return this.button("meeting.leave").click();
    await host.click();
    const dialog = this.button("meeting.leave.only");
    await until("the host is asked or gone", async () => (await dialog.isVisible()) || !(await host.isVisible()));
    if (await dialog.isVisible()) await dialog.click();
  }

  /** An account of their own. */
  async signsUp() {
    await this.goes("/sign-in");
    await this.button("signIn.noAccount").or(this.button("signIn.upDo")).last().click();
    await this.field("signIn.name").fill(this.name);
    await this.field("signIn.email").fill(`${this.name.toLowerCase().replaceAll(" ", ".")}@example.org`);
    await this.page.getByLabel(this.words("signIn.password"), { exact: true }).fill("a sentence to remember");
    await this.button("signIn.upDo").click();
    await this.button("home.start").waitFor();
  }

  // Panels.

  /** @param {"chat"|"people"|"waiting"|"details"} panel */
  panel(panel) {
    return this.page.getByRole("region", { name: this.words(`meeting.panel.${panel}`), exact: true });
  }

  /** @param {"chat"|"people"|"waiting"} panel */
  async shows(panel) {
    if (await this.panel(panel).isVisible()) return;
    await this.button(`meeting.panel.${panel}`).click();
    await this.panel(panel).waitFor();
  }

  async closesThePanel() {
    await this.button("common.close").last().click();
  }

  // The door.

  /** @param {Person} other */
  async admits(other) {
    await this.shows("waiting");
    await this.button("meeting.waiting.admitOne", { name: other.name }).click();
    await other.isInside();
  }

  /** @param {string} name */
  async hasAtTheDoor(name) {
    await this.shows("waiting");
    await this.button("meeting.waiting.admitOne", { name }).waitFor();
  }

  // People.

  /** @param {string} name */
  tile(name) {
    return this.page.locator('gr-tile[kind="camera"]').filter({ hasText: name });
  }

  /** @param {string} name */
  screenOf(name) {
    return this.page.locator('gr-tile[kind="screen"]').filter({ hasText: name });
  }

  /** How the person is described to those who do not see the tile: name, muted, camera off, hand, trouble. @param {string} name */
  async descriptionOf(name) {
    return (await this.tile(name).getByRole("group").first().getAttribute("aria-label")) ?? "";
  }

  /** @param {string} name @param {string} key @param {boolean} [yes] */
  async finds(name, key, yes = true) {
    const word = this.words(key);
    await until(`${this.name} finds ${name} ${yes ? "" : "not "}${word}`, async () => (await this.descriptionOf(name)).includes(word) === yes);
  }

  /** Live pictures that change and are not plain. @param {Person} other */
  async sees(other) {
    await this.#seesIn(this.tile(other.name).locator("video"), `${this.name} sees ${other.name}`);
  }

  /** @param {Person} other */
  async seesScreenOf(other) {
    await this.#seesIn(this.screenOf(other.name).locator("video"), `${this.name} sees the screen of ${other.name}`);
  }

  /** @param {Locator} video @param {string} what */
  async #seesIn(video, what) {
    await until(what, async () => {
      const size = await video.evaluate(seesFrames, { frames: 3, within: 8_000 });
      return size && (await video.evaluate(contrastOf)) > 20;
    }, MEDIA);
  }

  /** @param {Person} other */
  async hears(other) {
    await this.#hears(other, "camera", other.name);
  }

  /** Sound of what they share. @param {Person} other */
  async hearsScreenOf(other) {
    await this.#hears(other, "screen", `${other.name}'s screen`);
  }

  /** Sound that is decoded, has energy, and is being played. @param {Person} other @param {"camera"|"screen"} kind @param {string} what */
  async #hears(other, kind, what) {
    let before = await until(`${this.name} gets sound of ${what}`, () => this.soundOf(other, kind), MEDIA);
    await until(`${this.name} hears ${what}`, async () => {
      const now = await this.soundOf(other, kind);
      // Where the room goes over to another path meanwhile, it is counted anew.
      if (now && now.packets < before.packets) before = now;
      return now?.playing && now.energy > before.energy && now.packets > before.packets;
    }, MEDIA);
  }

  /** @param {Person} other @param {"camera"|"screen"} [kind] */
  async soundOf(other, kind = "camera") {
    const who = await this.idOf(other.name);
    const player = this.page.locator(`audio[data-who="${who}"][data-kind="${kind}"]`);
    return (await player.count()) ? player.evaluate(soundOf) : null;
  }

  /** The device that is open now, by its id. @param {"microphone"|"camera"} kind */
  async device(kind) {
    return this.page.evaluate(openDevice, kind === "camera" ? "video" : "audio");
  }

  /** Somebody pulls the plug of the device that is open. @param {"microphone"|"camera"} kind */
  async pullsThePlugOf(kind) {
    await this.page.evaluate(pullPlug, kind === "camera" ? "video" : "audio");
  }

  /** The person changes in the browser's own settings what the page may use. @param {"microphone"|"camera"} kind @param {boolean} may */
  async mayUse(kind, may) {
    this.#settings ??= await this.page.context().newCDPSession(this.page);
    const { targetInfo } = await this.#settings.send("Target.getTargetInfo");
    await this.#settings.send("Browser.setPermission", { browserContextId: targetInfo.browserContextId, permission: { name: kind }, setting: may ? "granted" : "denied", origin: this.wire.origin });
  }

  /** @param {string} name @returns {Promise<string>} the participant's id, the same as long as they are the same participant */
  async idOf(name) {
    return (await this.tile(name).getAttribute("who")) ?? "";
  }

  /** @param {Person} other */
  async meets(other) {
    await Promise.all([this.sees(other), this.hears(other)]);
  }

  /** @param {string} name */
  async seesNobodyCalled(name) {
    await this.tile(name).waitFor({ state: "detached" });
  }

  /** @param {string} name @param {string} tool a key of `meeting.tool` */
  async uses(name, tool) {
    await this.tile(name).hover();
    await this.tile(name).getByRole("button", { name: this.words("meeting.tile.menu", { name }) }).click();
    await this.page.getByRole("menuitem", { name: this.words(`meeting.tool.${tool}`), exact: true }).click();
  }

  /** @param {string} key such as `meeting.lock` */
  async choosesFromMore(key) {
    await this.button("common.more").last().click();
    await this.page.getByRole("menuitem", { name: this.words(key), exact: true }).or(this.page.getByRole("menuitemradio", { name: this.words(key), exact: true })).click();
  }

  // Words.

  /** @param {string} text */
  async writes(text) {
    await this.shows("chat");
    const area = this.page.getByRole("textbox", { name: this.words("meeting.chat.write") });
    await area.fill(text);
    await area.press("Enter");
  }

  /** @param {string} text */
  line(text) {
    return this.page.locator("gr-chat-message").filter({ hasText: text });
  }

  /** Settled: not still on its way, and there once. @param {string[]} texts */
  async reads(...texts) {
    await this.shows("chat");
    for (const text of texts) {
      await until(`${this.name} reads "${text}" once`, async () => (await this.line(text).count()) === 1);
      await this.line(text).filter({ hasText: this.words("meeting.chat.sending") }).waitFor({ state: "detached" });
    }
  }

  // Own devices.

  /** @param {"mute"|"unmute"} what */
  async sound(what) {
    await this.button(`meeting.mic.${what}`).click();
    await this.button(what === "mute" ? "meeting.mic.unmute" : "meeting.mic.mute").waitFor();
  }

  /** @param {"start"|"stop"} what */
  async camera(what) {
    await this.button(`meeting.camera.${what}`).click();
    await this.button(what === "start" ? "meeting.camera.stop" : "meeting.camera.start").waitFor();
  }

  /** Packets of media sent so far. */
  sent() {
    return this.page.evaluate(sentByPage);
  }

  connections() {
    return this.page.evaluate(connectionsOfPage);
  }

  /** @param {"microphone"|"camera"} kind */
  async choosesAnother(kind) {
    const open = this.button(`meeting.devices.${kind}`);
    const chosen = () => this.page.getByRole("menuitemradio", { checked: true }).first();
    await open.click();
    const before = await chosen().textContent();
    await this.page.getByRole("menuitemradio", { checked: false }).first().click();
    await until(`${this.name} has another ${kind}`, async () => {
      if (!(await chosen().isVisible())) await open.click();
      const now = await chosen().textContent();
      await this.page.keyboard.press("Escape");
      return now !== before;
    });
  }

  // Bad days.

  async reloads() {
    await this.page.reload();
    await this.isInside();
  }

  async noticesTheCut() {
    await this.page.getByText(this.words("meeting.reconnecting"), { exact: true }).waitFor();
  }

  async isBack() {
    await this.page.getByText(this.words("meeting.reconnecting"), { exact: true }).waitFor({ state: "detached", timeout: 40_000 });
  }

  /** @param {string} text */
  async isTold(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /** Watches a tile from now on. @param {string} name @returns {Promise<() => Promise<number>>} how often it was gone */
  async countsLeavingsOf(name) {
    const watch = await this.page.locator("gr-stage").evaluateHandle((stage, id) => {
      const seen = { gone: 0, here: true };
      new MutationObserver(() => {
        const here = Boolean(stage.shadowRoot?.querySelector(`gr-tile[who="${id}"]`));
        if (seen.here && !here) seen.gone += 1;
        seen.here = here;
      }).observe(/** @type {ShadowRoot} */ (stage.shadowRoot), { childList: true, subtree: true });
      return seen;
    }, await this.idOf(name));
    return () => watch.evaluate((seen) => seen.gone);
  }

  /** The story itself tried to run one. */
  forgivesRefusedScripts() {
    this.errors = this.errors.filter((line) => !/Content Security Policy/.test(line));
  }
}

/** Opens a room with its host inside and admits the guests. @param {import("./world.js").World} world @param {string[]} names the first is the host */
export async function meeting(world, ...names) {
  const people = await Promise.all(names.map((name) => world.open(name)));
  return { people, link: await gather(people) };
}

/** Those who sit at their browsers come together. @param {Person[]} people the first is the host @returns {Promise<string>} their room's link */
export async function gather([host, ...guests]) {
  const link = await host.createsARoom();
  await Promise.all(guests.map((guest) => guest.knocks(link)));
  for (const guest of guests) await host.admits(guest);
  return link;
}

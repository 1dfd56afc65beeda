import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browser, closeBrowser } from "./chromium.js";
import { plugDevices, watchConnections } from "./in-page.js";
import { Person } from "./person.js";
import { Server } from "./server.js";
import { Wire } from "./wire.js";

const OUT = fileURLToPath(new URL("../out/", import.meta.url));
const DESK = { width: 800, height: 600 };

/** @typedef {import("playwright-core").BrowserContextOptions} Look */

/** One story's world: a server and the people who reach it, each over a wire of their own. */
export class World {
  /** @type {Person[]} */
  people = [];
  /** @type {(() => Promise<unknown>)[]} */
  #endings = [];

  /** @param {string[]} [flags] of the server @param {string} [binary] */
  async begin(flags, binary) {
    this.server = new Server(flags, binary);
    this.#endings.push(() => this.server.stop());
    await this.server.start();
    return this;
  }

  /**
   * Somebody sits down at a browser.
   * @param {string} name @param {Look & {language?: string, theme?: "light"|"dark", computer?: import("playwright-core").Browser}} [look] `computer`: a browser of their own
   */
  async open(name, { language = "en", theme, computer, ...look } = {}) {
    const wire = await new Wire(this.server.port).open();
    const context = await (computer ?? (await browser())).newContext({ viewport: DESK, locale: language, colorScheme: theme ?? "light", reducedMotion: "reduce", ...look });
    this.#endings.unshift(async () => {
      await context.close();
      await wire.close();
    });
    if (process.env.TESTED_PAGES) await servePages(context, process.env.TESTED_PAGES);
    await context.addInitScript(watchConnections);
    await context.addInitScript(plugDevices);
    const person = new Person(name, await context.newPage(), wire, language);
    this.people.push(person);
    return person;
  }

  /** @param {() => Promise<unknown>|unknown} ending */
  atEnd(ending) {
    this.#endings.unshift(async () => ending());
  }

  /** After the pages are closed, before the server is. @param {() => Promise<unknown>|unknown} ending */
  atVeryEnd(ending) {
    this.#endings.splice(-1, 0, async () => ending());
  }

  /** The same browser profile in another tab, so the same identity. @param {Person} person */
  async openBeside(person) {
    const { page, wire, name, language } = person;
    const other = new Person(name, await page.context().newPage(), wire, language);
    this.people.push(other);
    return other;
  }

  /** @param {string} title what failed: the pictures of everybody are kept under this name */
  async photograph(title) {
    mkdirSync(OUT, { recursive: true });
    const file = title.replace(/[^\w]+/g, "-").slice(0, 60);
    for (const { name, page } of this.people) await page.screenshot({ path: `${OUT}${file}.${name}.png`, timeout: 5_000 }).catch(() => undefined);
  }

  /** What somebody who looks for the cause of a failure wants to read. */
  diagnosis() {
    const server = this.server.log.split("\n").filter((line) => /WARN|ERROR|panic/.test(line)).slice(-20);
    const pages = this.people.flatMap(({ name, complaints }) => complaints.slice(-8).map((line) => `${name}: ${line}`));
    return [...server, ...pages].join("\n");
  }

  async end() {
    for (const ending of this.#endings) await ending();
  }
}

/**
 * A test in its own world. A page that complains (an uncaught error, a refused script) fails it too.
 * @param {string} title @param {(world: World) => Promise<void>} tell @param {{flags?: string[], binary?: string, timeout?: number, skip?: boolean}} [how] `skip` where the machine lacks what it needs
 */
export function story(title, tell, { flags, binary, timeout = 240_000, skip = false } = {}) {
  test(title, { timeout, skip }, async () => {
    const world = new World();
    try {
      await world.begin(flags, binary);
      await tell(world);
      const broken = world.people.flatMap(({ name, errors }) => errors.map((line) => `${name}: ${line}`));
      if (broken.length) throw new Error(`pages failed:\n${broken.join("\n")}`);
    } catch (error) {
      await world.photograph(title);
      console.error(`${title}: what else was said\n${world.diagnosis()}`);
      throw error;
    } finally {
      await world.end();
    }
  });
}

/** The pages of a folder in place of those that a release build carries inside itself. @param {import("playwright-core").BrowserContext} context @param {string} folder */
async function servePages(context, folder) {
  const types = /** @type {Record<string, string>} */ ({ js: "text/javascript", css: "text/css", json: "application/json" });
  await context.route(/^[^?]*\/(js|style|i18n)\/[^?]*\.(js|css|json)(\?|$)/, (route) => {
    const { pathname } = new URL(route.request().url());
    return route.fulfill({ path: resolve(folder, `.${pathname}`), contentType: types[pathname.split(".").at(-1) ?? ""] });
  });
}

after(closeBrowser);

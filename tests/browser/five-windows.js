/**
 * Measures how quickly a room fills with real browsers: `node five-windows.js [people] [rounds]`, and with `apart` each person has a browser of
 * their own. Prints a line a round and the medians: from the last click on "Join" until everybody sees and hears everybody, and what a click costs after that.
 * The pretended camera is Chromium's own, which gives whatever size is asked for.
 */
import { chromium } from "playwright-core";
import { FLAGS } from "./harness/chromium.js";
import { answersToClick, mediaArrived, picturesDrawn, watchConnections } from "./harness/in-page.js";
import { Person } from "./harness/person.js";
import { cpuOfChildren } from "./harness/processes.js";
import { Server } from "./harness/server.js";
import { until } from "./harness/until.js";

const numbers = process.argv.slice(2).filter((word) => /^\d+$/.test(word)).map(Number);
const [PEOPLE = 5, ROUNDS = 3] = numbers;
const APART = process.argv.includes("apart");
const TOGETHER = process.argv.includes("together");
const DETAILS = process.argv.includes("details");
const NAMES = ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi"];
const PATIENCE_MS = 180_000;

const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** @param {Server} server */
async function openRoom(server) {
  const body = JSON.stringify({ name: "Tea", settings: { waitingRoom: "off", joinBeforeHost: true } });
  const answer = await fetch(`${server.address}/api/v1/rooms`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await answer.json()).roomCode;
}

/** @param {() => Promise<unknown>} run */
async function timed(run) {
  const start = performance.now();
  await run();
  return Math.round(performance.now() - start);
}

async function round() {
  const server = await new Server(["--dev"]).start();
  const browsers = await Promise.all(Array.from({ length: APART ? PEOPLE : 1 }, launch));
  try {
    const code = await openRoom(server);
    const people = [];
    for (let i = 0; i < PEOPLE; i += 1) {
      const context = await browsers[i % browsers.length].newContext({ viewport: { width: 1280, height: 800 } });
      await context.addInitScript(watchConnections);
      const person = new Person(NAMES[i], await context.newPage(), /** @type {any} */ ({ origin: server.address }), "en");
      person.page.setDefaultTimeout(PATIENCE_MS);
      people.push(person);
    }
    const before = cpuOfChildren();
    const first = performance.now();
    if (TOGETHER) await Promise.all(people.map((person) => person.goes(`/r/${code}`)));
    const opening = [];
    for (const person of people) {
      if (!TOGETHER) opening.push(await timed(() => person.goes(`/r/${code}`)));
      opening.push(await timed(() => person.joins()));
    }
    const last = performance.now();
    await Promise.all(people.map((person) => until(`media of all at ${person.name}`, () => person.page.evaluate(mediaArrived, PEOPLE - 1), { within: PATIENCE_MS, every: 250 })));
    const seen = performance.now();
    const at = cpuOfChildren();
    const mute = await people[0].page.evaluate(answersToClick, people[0].words("meeting.mic.mute"));
    const chat = await timed(async () => {
      await people[0].writes("Hello");
    });
    const result = { joined: Math.round(last - first), all: Math.round(seen - last), mute: Math.round(mute), chat, cpu: Math.round(total(at) - total(before)) };
    if (DETAILS) console.log("  opening and joining", opening.join(" "), "cpu until then", at);
    await later(people, at);
    return result;
  } finally {
    await Promise.all(browsers.map((one) => one.close()));
    await server.stop();
  }
}

const total = (/** @type {Record<string, number>} */ sums) => Object.values(sums).reduce((sum, one) => sum + one, 0);

/** @param {Person[]} people @param {Record<string, number>} at */
async function later(people, at) {
  if (!DETAILS) return;
  for (const seconds of [5, 10, 20]) {
    const from = cpuOfChildren();
    const pictures = await people[0].page.evaluate(picturesDrawn, seconds);
    const now = cpuOfChildren();
    const rates = Object.fromEntries(Object.entries(now).map(([kind, used]) => [kind, Number(((used - (from[kind] ?? 0)) / seconds).toFixed(2))]));
    const mute = await people[1].page.evaluate(answersToClick, people[1].words(seconds === 10 ? "meeting.mic.unmute" : "meeting.mic.mute"));
    console.log(`  after ${seconds} s more: cores`, rates, "mute", Math.round(mute), pictures.join(" "));
  }
}

/** @param {number[]} all */
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

const rounds = [];
for (let i = 0; i < ROUNDS; i += 1) {
  rounds.push(await round());
  console.log(JSON.stringify(rounds.at(-1)));
}
const keys = /** @type {(keyof typeof rounds[0])[]} */ (Object.keys(rounds[0]));
console.log("medians", JSON.stringify(Object.fromEntries(keys.map((key) => [key, median(rounds.map((one) => one[key]))]))));

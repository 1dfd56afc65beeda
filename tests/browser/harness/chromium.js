import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { film } from "./camera.js";

/** Real voices where the machine has them; otherwise Chromium beeps. */
const SPEECH = fileURLToPath(new URL("../../../../shared/data/speech/", import.meta.url));

/** What every browser of the tests needs, with cameras and microphones of its own making. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream=device-count=3",
  "--allow-loopback-in-peer-connection",
  "--auto-accept-this-tab-capture",
  "--auto-select-desktop-capture-source=Entire screen",
];

/** @type {Promise<import("playwright-core").Browser>|null} */
let running = null;
let filmed = true;
/** @type {import("./camera.js").Size|undefined} */
let size;

/** A film is one camera; of Chromium's own pretended ones two can be used. To be called before anybody sits down. */
export function useTwoCameras() {
  filmed = false;
}

/** A film in another size than the usual one. To be called before anybody sits down. @param {import("./camera.js").Size} of */
export function useFilm(of) {
  size = of;
}

/** One browser for all the people of a file: each has their own profile in it. */
export function browser() {
  running ??= launch();
  return running;
}

/** @param {string[]} [flags] */
export function launch(flags = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...(filmed ? [`--use-file-for-fake-video-capture=${film(size)}`] : []), ...voice(), ...flags],
    // Playwright hides the scroll bars of what it photographs; people see them.
    ignoreDefaultArgs: ["--mute-audio"],
  });
}

export async function closeBrowser() {
  const open = await running;
  running = null;
  await open?.close();
}

const longest = existsSync(SPEECH) ? readdirSync(SPEECH).filter((name) => name.endsWith(".wav")).sort().at(-1) : undefined;
/** What everybody says at their microphone, again and again; empty where the machine has no voice. */
export const VOICE = longest ? SPEECH + longest : "";

export const hasVoices = () => VOICE !== "";

function voice() {
  return hasVoices() ? [`--use-file-for-fake-audio-capture=${VOICE}`] : [];
}

import { ofCall } from "./in-call.js";
import { until } from "./until.js";

/** @typedef {import("./person.js").Person} Person */

/** What people do about recordings, each waits until it is so. */

/** The host's setting, by which a host may record. @param {Person} host @param {object} [settings] */
export async function mayRecord(host, settings = { recording: "manual" }) {
  await ofCall(host, "updateRoom", { settings });
  await until(`${host.name} may record`, async () => host.page.locator("gr-control-bar").evaluate((/** @type {any} */ bar) => bar.state.can.record === true && bar.state.room.canRecord));
}

/** @param {Person} host */
export async function startsRecording(host) {
  await host.page.keyboard.press("o");
  await host.page.locator("gr-record-dialog").getByRole("button", { name: host.words("meeting.record.start"), exact: true }).click();
  await isRecorded(host);
}

/** @param {Person} host */
export async function stopsRecording(host) {
  await host.page.keyboard.press("o");
  await host.page.locator("gr-record-dialog").getByRole("button", { name: host.words("meeting.record.stop"), exact: true }).click();
  await host.page.locator("gr-kept-strip .rec").waitFor({ state: "detached" });
}

/** The light is on. @param {Person} person */
export async function isRecorded(person) {
  await person.page.locator("gr-kept-strip .rec").waitFor();
}

/** @param {Person} person @param {string} [purpose] */
export function question(person, purpose = "recording") {
  return person.page.locator(`gr-consent-dialog[purpose="${purpose}"] dialog`);
}

/** @param {Person} person @param {"agree"|"refuse"} answer @param {string} [purpose] */
export async function answers(person, answer, purpose = "recording") {
  await question(person, purpose).waitFor();
  await person.button(`meeting.consent.${purpose}.${answer}`).click();
  await hasAnswered(person, answer === "agree" ? "granted" : "refused", purpose);
}

/** @param {Person} person @param {"granted"|"refused"|"unanswered"} answer @param {string} [purpose] */
export async function hasAnswered(person, answer, purpose = "recording") {
  await person.page.locator("gr-kept-strip").getByText(person.words(`meeting.consent.${purpose}.chip.${answer}`), { exact: true }).waitFor();
}

/** How one person's tile tells another that they are left out. @param {Person} person @param {string} name @param {"refused"|"unanswered"|null} how */
export async function seesLeftOut(person, name, how) {
  const words = { refused: person.words("meeting.left.refused"), unanswered: person.words("meeting.left.unanswered") };
  await until(`${person.name} sees that ${name} is ${how ?? "recorded"}`, async () => {
    const told = await person.descriptionOf(name);
    return how ? told.includes(words[how]) : !Object.values(words).some((one) => told.includes(one));
  });
}

/** As long as it takes them to say something. @param {Person} person @param {number} ms */
export async function talksFor({ page }, ms) {
  const from = await page.evaluate(() => performance.now());
  await until("they talked for a while", () => page.evaluate((end) => performance.now() > end, from + ms), { within: ms * 4 });
}

/**
 * What this device remembers. Storage may be refused or full (private windows): then it lasts as long as the page.
 *
 * @typedef {{code: string, name: string, at: number, host?: boolean, startsAt?: string}} RecentRoom
 * @typedef {{displayName?: string, microphone?: boolean, camera?: boolean, microphoneId?: string, cameraId?: string, speakerId?: string, sounds?: boolean, mirror?: boolean, lowPower?: boolean, videoMode?: "all"|"low"|"none", codec?: string}} DeviceSettings
 * @typedef {{token: string, at: number}} Resume
 */

const PREFIX = "greenroom.";
const RECENT_LIMIT = 12;
const GUEST_LIMIT = 50;
/** Longer than any grace time: an older resume token is surely dead. */
const RESUME_LIFE_MS = 10 * 60_000;

/** @param {() => Storage} open a getter, because merely touching the property may throw */
function guarded(open) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  return {
    /** @param {string} key @returns {any} */
    read(key) {
      let text = memory.get(key) ?? null;
      try {
        text = open().getItem(PREFIX + key) ?? text;
      } catch {
        // Refused: what is in memory will do.
      }
      try {
        return text === null ? null : JSON.parse(text);
      } catch {
        return null;
      }
    },
    /** @param {string} key @param {unknown} value null forgets it */
    write(key, value) {
      const text = value === null ? null : JSON.stringify(value);
      if (text === null) memory.delete(key);
      else memory.set(key, text);
      try {
        if (text === null) open().removeItem(PREFIX + key);
        else open().setItem(PREFIX + key, text);
      } catch {
        // Refused or full: memory has it.
      }
    },
  };
}

const lasting = guarded(() => localStorage);
const ofTab = guarded(() => sessionStorage);

/** Newest first. @returns {RecentRoom[]} */
export function recentRooms() {
  const list = lasting.read("recent");
  return Array.isArray(list) ? list : [];
}

/** @param {{code: string, name: string, host?: boolean, startsAt?: string}} room */
export function rememberRoom(room) {
  const others = recentRooms().filter((one) => one.code !== room.code);
  lasting.write("recent", [{ ...room, at: Date.now() }, ...others].slice(0, RECENT_LIMIT));
}

/** @param {string} code */
export function forgetRoom(code) {
  lasting.write("recent", recentRooms().filter((one) => one.code !== code));
}

/** @returns {DeviceSettings} */
export function settings() {
  const value = lasting.read("settings");
  return value && typeof value === "object" ? value : {};
}

/** @param {Partial<DeviceSettings>} changes */
export function changeSettings(changes) {
  lasting.write("settings", { ...settings(), ...changes });
}

/** What says to a room that this guest was here before, as its host perhaps. @param {string} code @returns {string|null} */
export function guestToken(code) {
  return lasting.read("guests")?.[code] ?? null;
}

/** @param {string} code @param {string|null} token */
export function keepGuestToken(code, token) {
  const { [code]: _, ...others } = lasting.read("guests") ?? {};
  const kept = Object.entries(others).slice(-(GUEST_LIMIT - 1));
  lasting.write("guests", Object.fromEntries(token === null ? kept : [...kept, [code, token]]));
}

/** The way back into a call after a reload of this tab. @param {string} code @returns {string|null} */
export function resumeToken(code) {
  /** @type {Resume|null} */
  const kept = ofTab.read(`resume.${code}`);
  return kept && Date.now() - kept.at < RESUME_LIFE_MS ? kept.token : null;
}

/** @param {string} code @param {string|null} token null when there is no way back */
export function keepResumeToken(code, token) {
  ofTab.write(`resume.${code}`, token === null ? null : { token, at: Date.now() });
}

/** What was on in this tab's call, for the page after a reload. @param {string} code @returns {{microphone: boolean, camera: boolean}} */
export function devicesOn(code) {
  const kept = ofTab.read(`on.${code}`);
  return { microphone: kept?.microphone === true, camera: kept?.camera === true };
}

/** @param {string} code @param {{microphone: boolean, camera: boolean}} on */
export function keepDevicesOn(code, { microphone, camera }) {
  ofTab.write(`on.${code}`, { microphone, camera });
}

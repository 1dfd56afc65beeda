import { ofCall } from "./in-call.js";

/** Says whether they agree to be recorded. @param {import("./person.js").Person} person @param {boolean} recording */
export function agrees(person, recording) {
  return ofCall(person, "request", "consent", { purposes: { recording } });
}

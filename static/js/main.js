import { refresh } from "./api.js";
import { startI18n } from "./i18n.js";
import { startRouter } from "./router.js";
import { setUser } from "./session.js";

/** A cookie may still know who this is; the page doesn't wait for the answer, and no answer means a guest. */
function restoreSession() {
  refresh().then(
    (login) => setUser(login.user),
    () => setUser(null),
  );
}

restoreSession();
await startI18n();
startRouter();
await import("./app.js");

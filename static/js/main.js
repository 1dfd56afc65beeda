import { refresh } from "./rest/api.js";
import { loadBrand } from "./app/brand.js";
import { startI18n } from "./i18n/i18n.js";
import { startRouter } from "./app/router.js";
import { setUser, wasSignedIn } from "./app/session.js";

/** A cookie may still know who this is; the page doesn't wait for the answer, and no answer means a guest. */
function restoreSession() {
  if (!wasSignedIn()) return setUser(null);
  refresh().then(
    (login) => setUser(login.user),
    (error) => setUser(null, { forget: error?.status === 401 }),
  );
}

restoreSession();
void loadBrand();
await startI18n();
startRouter();
await import("./app/app.js");

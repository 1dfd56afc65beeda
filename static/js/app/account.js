import { setUser } from "./session.js";
import { navigate } from "./router.js";
import { toast } from "../components/toast.js";
import { t } from "../i18n/i18n.js";
import { logout } from "../rest/api.js";

/** Ends the session on this device and goes home. What the server says matters little: the tokens here are gone either way. */
export async function signOut() {
  await logout().catch(() => undefined);
  setUser(null);
  navigate("/");
  toast({ text: t("account.signedOut"), kind: "good" });
}

import { startI18n } from "./i18n.js";
import { startRouter } from "./router.js";

await startI18n();
startRouter();
await import("./app.js");

/** All shared elements at once: `import "./index.js"`. */
import "./avatar.js";
import "./button.js";
import "./dialog.js";
import "./field.js";
import "./icon.js";
import "./menu.js";
import "./meter.js";
import "./select.js";
import "./spinner.js";
import "./switch.js";
import "./toast.js";
export { toast } from "./toast.js";
export { GrElement } from "./element.js";

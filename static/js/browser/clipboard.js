import { t } from "../i18n/i18n.js";
import { toast } from "../components/toast.js";

/** Copies and says so. @param {string} text @param {string} [done] what to say */
export async function copy(text, done = t("common.copied")) {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: done, kind: "good" });
    return true;
  } catch {
    toast({ text: t("common.copyFailed"), kind: "error" });
    return false;
  }
}

/** Hands a file made here to the browser. @param {string} name @param {string} type @param {string} content */
export function saveFile(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

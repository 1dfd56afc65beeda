import { formatBytes, has, t } from "./i18n.js";

/**
 * An error of the server as a sentence: by its code where there is a text, else `fallback`; with the trace id, so that an
 * operator can find it in the logs.
 * @param {unknown} error @param {string} fallback a message key
 */
export function errorText(error, fallback) {
  const { code = "", traceId = "", status = 0, limit } = /** @type {{code?: string, traceId?: string, status?: number, limit?: number}} */ (error ?? {});
  if (code === "too_large" && limit) return t("error.too_large", { limit: formatBytes(limit) });
  if (code !== "too_large" && has(`error.${code}`)) return t(`error.${code}`);
  if (status === 429) return t("error.rate_limited");
  const text = t(fallback);
  return traceId && status >= 500 ? `${text} (${t("error.trace", { traceId })})` : text;
}

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml" });

/** Serves the gallery of meeting states, which needs no server of ours. */
export async function openGallery() {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://gallery").pathname;
    if (!/^\/(static|tests\/browser\/gallery)\//.test(path)) return void response.writeHead(404).end();
    try {
      const body = await readFile(fileURLToPath(new URL(`.${path}`, ROOT)));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    /** @param {string} state @param {Record<string, string>} [look] */
    link: (state, look = {}) => `http://127.0.0.1:${port}/tests/browser/gallery/index.html?${new URLSearchParams({ ...(state && { state }), ...look })}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The names of all states. @param {import("playwright-core").Page} page @param {{link: (state: string) => string}} gallery */
export async function statesOf(page, gallery) {
  await page.goto(gallery.link(""));
  await page.locator("html[data-ready]").waitFor();
  return page.locator("main a").allTextContents();
}

/** @param {import("playwright-core").Page} page @param {string} link */
export async function showState(page, link) {
  await page.goto(link);
  await page.locator("html[data-ready]").waitFor();
}

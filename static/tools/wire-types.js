// TypeScript declarations of the wire, from the JSON Schema that the server's types give: `npm run wire-types` in static/.
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const SCHEMA = new URL("../../docs/protocol.schema.json", import.meta.url);
const TYPES = new URL("../js/signalling/wire.d.ts", import.meta.url);

/** The declarations as they should be now. */
export async function wireTypes() {
  const schema = JSON.parse(await readFile(SCHEMA, "utf8"));
  const bannerComment = "// Generated from docs/protocol.schema.json by `npm run wire-types`. Don't edit.";
  return compile(schema, "Wire", { bannerComment, additionalProperties: false });
}

/** The declarations as they are checked in. */
export function keptTypes() {
  return readFile(TYPES, "utf8");
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await writeFile(TYPES, await wireTypes());
}

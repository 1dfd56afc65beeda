import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { withAccess } from "../js/rest/access.js";

const fetched = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = fetched;
});
const refusal = (status) => Object.assign(new Error(String(status)), { status });

/** A server that gives out join tokens, one after the other. @returns {string[]} what was asked of it */
function gives(...tokens) {
  const asked = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    const token = tokens.shift();
    return token ? Response.json({ token }) : new Response("{}", { status: 404 });
  };
  return asked;
}

test("whoever may read needs no join token", async () => {
  const asked = gives("j1");
  assert.equal(await withAccess("AAAA-2345", async () => "all"), "all");
  assert.deepEqual(asked, []);
});

test("whoever is no host is asked for as one who was there, and the token is kept until it is refused", async () => {
  const asked = gives("j1", "j2");
  const good = new Set(["j1"]);
  const run = async ({ token }) => {
    if (!good.has(token)) throw refusal(token ? 401 : 404);
    return token;
  };
  assert.equal(await withAccess("BBBB-2345", run), "j1");
  assert.equal(await withAccess("BBBB-2345", run), "j1");
  assert.equal(asked.length, 1);
  good.clear();
  good.add("j2");
  assert.equal(await withAccess("BBBB-2345", run), "j2");
  assert.equal(asked.length, 2);
});

test("what helps nobody is refused in the first words, and what is no refusal is told as it is", async () => {
  gives();
  await assert.rejects(withAccess("CCCC-2345", async () => Promise.reject(refusal(404))), { status: 404 });
  await assert.rejects(withAccess(null, async () => Promise.reject(refusal(401))), { status: 401 });
  const asked = gives("j1");
  await assert.rejects(withAccess("CCCC-2345", async () => Promise.reject(refusal(500))), { status: 500 });
  assert.deepEqual(asked, []);
});

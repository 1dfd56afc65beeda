import assert from "node:assert/strict";
import test from "node:test";
import { upload } from "../js/rest/upload.js";

/** A request whose fate the test decides. */
function requests() {
  const made = [];
  class FakeRequest {
    upload = {};
    headers = {};
    status = 0;
    statusText = "";
    responseText = "";
    constructor() {
      made.push(this);
    }
    open = (method, url) => Object.assign(this, { method, url });
    setRequestHeader = (name, value) => (this.headers[name] = value);
    getResponseHeader = () => null;
    send = (form) => (this.form = form);
    abort() {
      this.onabort();
      this.onloadend();
    }
    answer(status, body) {
      Object.assign(this, { status, responseText: body });
      this.onload();
      this.onloadend();
    }
  }
  return { made, XMLHttpRequest: FakeRequest };
}

const form = () => new FormData();

test("the way up is told in parts, and the answer is the file", async () => {
  const { made, XMLHttpRequest } = requests();
  const parts = [];
  const file = upload("/rooms/r1/files", form(), "token", { onProgress: (part) => parts.push(part), XMLHttpRequest });
  const [request] = made;
  assert.deepEqual([request.method, request.url, request.headers.Authorization], ["POST", "/api/v1/rooms/r1/files", "Bearer token"]);
  request.upload.onprogress({ lengthComputable: true, loaded: 25, total: 100 });
  request.upload.onprogress({ lengthComputable: false, loaded: 30, total: 0 });
  request.upload.onprogress({ lengthComputable: true, loaded: 100, total: 100 });
  request.answer(201, JSON.stringify({ id: "f1" }));
  assert.deepEqual(await file, { id: "f1" });
  assert.deepEqual(parts, [0.25, 1]);
});

test("a refusal is an error with its code, also where a proxy answers in its own words", async () => {
  for (const [status, body, code] of [[413, '{"code":"too_large","detail":"the limit is 5 bytes"}', "too_large"], [413, "<html>", "http_413"], [401, "", "http_401"]]) {
    const { made, XMLHttpRequest } = requests();
    const file = upload("/x", form(), "t", { XMLHttpRequest });
    made[0].answer(status, body);
    await assert.rejects(file, { name: "ApiError", status, code });
  }
});

test("no answer, and giving up", async () => {
  const silent = requests();
  const lost = upload("/x", form(), "t", { XMLHttpRequest: silent.XMLHttpRequest });
  silent.made[0].onerror();
  await assert.rejects(lost, { code: "offline" });

  const { made, XMLHttpRequest } = requests();
  const leaving = new AbortController();
  const file = upload("/x", form(), "t", { signal: leaving.signal, XMLHttpRequest });
  leaving.abort();
  await assert.rejects(file, { code: "aborted" });
  await assert.rejects(upload("/x", form(), "t", { signal: leaving.signal, XMLHttpRequest }), { code: "aborted" });
  assert.equal(made.length, 1, "nothing is begun after the end");
});

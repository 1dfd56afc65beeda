import assert from "node:assert/strict";
import test from "node:test";
import { backOff } from "../js/signalling/reconnect.js";
import { Socket } from "../js/signalling/socket.js";
import { FakeClock, settle } from "./fake-clock.js";
import { FakeServer } from "./fake-server.js";
import { person, welcome } from "./people.js";

async function begin(more = {}) {
  const clock = new FakeClock();
  const server = new FakeServer();
  const network = new EventTarget();
  const socket = new Socket({ url: "ws://here", clock, network, random: () => 1, WebSocket: server.WebSocket, ...more });
  const seen = { events: [], status: [], started: [], closed: [] };
  socket.addEventListener("event", ({ detail }) => seen.events.push(detail));
  for (const type of ["status", "started", "closed"]) socket.addEventListener(type, ({ detail }) => seen[type].push(detail));
  socket.start({ token: "join-1", displayName: "Alice" });
  await settle();
  server.event(welcome(person("alice")));
  return { clock, server, socket, network, seen };
}

const joined = (id) => ({ type: "participant_joined", participant: person(id) });

test("says hello with the token and speaks the subprotocol", async () => {
  const { server, seen } = await begin();
  assert.equal(server.socket.protocol, "greenroom.v1");
  assert.deepEqual({ ...server.frames[0], capabilities: undefined }, { type: "hello", token: "join-1", displayName: "Alice", capabilities: undefined, ref: 0 });
  assert.equal(seen.started[0].how, "hello");
});

test("acknowledges every 16th event, or after 5 s", async () => {
  const { server, clock } = await begin();
  for (let i = 0; i < 20; i += 1) server.event(joined(`p${i}`));
  assert.deepEqual(server.of("ack").map((one) => one.seq), [16]);
  await clock.advance(5_000);
  assert.deepEqual(server.of("ack").map((one) => one.seq), [16, 21]);
});

test("a break: resumes with what it has, and gets exactly the missed events", async () => {
  const { server, clock, seen } = await begin();
  server.event(joined("bob"));
  server.drop();
  server.event(joined("carol"));
  server.event(joined("dora"));
  await clock.advance(300);
  assert.deepEqual(server.of("resume").map(({ resumeToken, lastSeq }) => [resumeToken, lastSeq]), [["resume-1", 2]]);
  assert.deepEqual(seen.events.map((one) => one.seq), [1, 2, 3, 4]);
  assert.equal(seen.started[1].snapshot, false);
  assert.deepEqual(seen.status.map((one) => one && one.attempt), [null, 1, null]);
});

test("back-off grows from 0.3 s to 8 s, half of it by chance", () => {
  assert.deepEqual([1, 2, 3, 6, 20].map((attempt) => backOff(attempt, 1)), [300, 600, 1200, 8000, 8000]);
  assert.deepEqual([1, 20].map((attempt) => backOff(attempt, 0)), [150, 4000]);
});

test("keeps trying while the server is away, and is back at once when the network is", async () => {
  const { server, clock, network, seen } = await begin();
  server.refuseConnections = true;
  server.drop();
  await clock.advance(60_000);
  assert.ok(seen.status.at(-1).attempt > 6);
  assert.equal(seen.closed.length, 0);
  server.refuseConnections = false;
  const before = server.sockets.length;
  network.dispatchEvent(new Event("online"));
  await settle();
  assert.equal(server.sockets.length, before + 1);
  assert.equal(seen.status.at(-1), null);
});

test("a silent socket is noticed within 8 s", async () => {
  const { server, clock, seen } = await begin();
  server.silent = true;
  await clock.advance(7_900);
  assert.equal(seen.status.at(-1), null);
  await clock.advance(200);
  assert.equal(seen.status.at(-1).attempt, 1);
});

test("an idle but living socket stays", async () => {
  const { server, clock, seen } = await begin();
  await clock.advance(60_000);
  assert.ok(server.of("ping").length >= 10);
  assert.equal(server.sockets.length, 1);
  assert.equal(seen.status.length, 1);
});

test("commands wait through a break and go out after it; relays don't", async () => {
  const { server, clock, socket } = await begin();
  server.drop();
  const chat = socket.request("chat", { text: "hi", clientId: "c1" });
  await assert.rejects(socket.request("offer", { to: "b", sdp: "" }), { code: "offline" });
  await clock.advance(300);
  assert.equal((await chat).ok, true);
  assert.deepEqual(server.of("chat").map((one) => one.clientId), ["c1"]);
});

test("an unanswered chat line is sent again with the same clientId; a reaction is not", async () => {
  const { server, clock, socket } = await begin();
  server.replies.chat = null;
  server.replies.react = null;
  const chat = socket.request("chat", { text: "hi", clientId: "c1" });
  const reaction = assert.rejects(socket.request("react", { emoji: "👏" }), { code: "offline" });
  server.drop();
  await reaction;
  delete server.replies.chat;
  await clock.advance(300);
  await chat;
  assert.deepEqual(server.of("chat").map((one) => one.clientId), ["c1", "c1"]);
  assert.equal(server.of("react").length, 1);
});

test("a command that breaks every connection is given up", async () => {
  const { server, clock, socket } = await begin();
  server.replies.lock = (frame) => (server.drop(), { ref: frame.ref });
  const rejected = assert.rejects(socket.request("lock", { locked: true }), { code: "offline" });
  await clock.advance(30_000);
  await rejected;
  assert.equal(server.of("lock").length, 4);
});

test("the queue is bounded", async () => {
  const { server, socket } = await begin();
  server.drop();
  const all = Array.from({ length: 101 }, (_, i) => socket.request("chat", { text: "x", clientId: String(i) }));
  for (const one of all) one.catch(() => undefined);
  await assert.rejects(all[100], { code: "busy" });
});

test("no answer in 10 s is an error", async () => {
  const { server, clock, socket } = await begin();
  server.replies.lock = null;
  const rejected = assert.rejects(socket.request("lock", { locked: true }), { code: "timeout" });
  await clock.advance(10_000);
  await rejected;
});

test("a frame that is too long is refused here", async () => {
  const { socket } = await begin();
  await assert.rejects(socket.request("chat", { text: "ü".repeat(40_000) }), { code: "too_long" });
});

for (const code of [1001, 1006, 1011, 4408, 4429, 4503]) {
  test(`close ${code} resumes`, async () => {
    const { server, clock, seen } = await begin();
    server.drop(server.socket, code);
    await clock.advance(300);
    assert.equal(server.of("resume").length, 1);
    assert.equal(seen.closed.length, 0);
  });
}
for (const code of [1000, 1008, 4400, 4403, 4404, 4409, 4410]) {
  test(`close ${code} is the end`, async () => {
    const { server, clock, socket, seen } = await begin();
    server.drop(server.socket, code);
    await clock.advance(60_000);
    assert.equal(server.sockets.length, 1);
    assert.deepEqual(seen.closed.map((one) => one.closeCode), [code]);
    await assert.rejects(socket.request("ping"), { code: "closed" });
    assert.equal(clock.pending, 0);
  });
}

test("past the grace time it joins anew with a new token", async () => {
  const { server, clock, seen } = await begin({ rejoin: async () => ({ token: "join-2" }) });
  server.replies.resume = { ok: false, error: { code: "resume_expired", message: "" } };
  server.drop();
  await clock.advance(400);
  assert.deepEqual(server.of("hello").map((one) => one.token), ["join-1", "join-2"]);
  assert.equal(seen.started[1].how, "hello");
  server.log = [];
  server.event(welcome(person("alice"), [], { resumeToken: "resume-2" }));
  assert.equal(seen.events.at(-1).resumeToken, "resume-2");
});

test("who was denied while away is told so and does not knock again by itself", async () => {
  const { server, clock, seen } = await begin({ rejoin: async () => assert.fail("not by itself") });
  server.replies.resume = { ok: false, error: { code: "denied", message: "not today" } };
  server.drop();
  await clock.advance(400);
  assert.deepEqual(seen.closed.map(({ code, message }) => [code, message]), [["denied", "not today"]]);
});

test("a snapshot instead of the missed events is taken with its number", async () => {
  const { server, clock, socket, seen } = await begin();
  server.replies.resume = { ok: true, replayed: false };
  server.drop();
  await clock.advance(300);
  server.send({ ...welcome(person("alice")), seq: 40 });
  server.send({ ...joined("bob"), seq: 41 });
  assert.deepEqual([seen.started[1].snapshot, socket.lastSeq, seen.events.length], [true, 41, 3]);
});

test("an event twice is one; a gap is healed by a resume", async () => {
  const { server, clock, seen } = await begin();
  server.event(joined("bob"));
  server.send(server.log[1]);
  assert.equal(seen.events.length, 2);
  server.log.push({ ...joined("carol"), seq: 3 }, { ...joined("dora"), seq: 4 });
  server.send(server.log[3]);
  await clock.advance(300);
  assert.deepEqual(seen.events.map((one) => one.seq), [1, 2, 3, 4]);
});

test("a draining server says when and where", async () => {
  const { server, clock } = await begin();
  server.event({ type: "server_draining", reconnectTo: "ws://there", retryInMs: 2_000 });
  server.drop(server.socket, 1001);
  await clock.advance(1_900);
  assert.equal(server.sockets.length, 1);
  await clock.advance(200);
  assert.equal(server.socket.url, "ws://there");
});

test("a server that was never there is given up", async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  server.refuseConnections = true;
  const socket = new Socket({ url: "ws://here", clock, network: null, WebSocket: server.WebSocket });
  const closed = [];
  socket.addEventListener("closed", ({ detail }) => closed.push(detail.code));
  socket.start({ token: "t" });
  await clock.advance(60_000);
  assert.deepEqual([closed, server.sockets.length], [["offline"], 6]);
});

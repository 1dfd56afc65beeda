import assert from "node:assert/strict";
import test from "node:test";
import { Peers } from "../js/peers/peers.js";
import { FakeClock } from "./fake-clock.js";
import { fragment, simulation } from "./sim-peer-connection.js";

const NONE = { microphone: null, camera: null, screen: null, screenAudio: null };

/** People joined by a relay that keeps each pair's order, as the server does, and may be slow or lossy. */
function world({ seed = 1 } = {}) {
  let x = seed;
  const random = () => (x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  const clock = new FakeClock();
  clock.pause = () => new Promise((resolve) => clock.setTimeout(resolve, Math.floor(random() * 4)));
  const sim = simulation(clock);
  const people = new Map();
  const net = { delay: () => 5 + random() * 40, lose: () => false, sent: [] };
  const arrivals = new Map();
  const outside = new Map();
  const join = (id) => {
    outside.set(id, { network: new EventTarget(), radio: Object.assign(new EventTarget(), { type: "wifi" }) });
    const request = async (type, { to, ...fields }) => {
      net.sent.push({ from: id, to, type, ...fields });
      if (type === "get_ice_servers") return { iceServers: [{ urls: ["turn:new"] }] };
      if (net.lose(id, to, type)) throw Object.assign(new Error("offline"), { code: "offline" });
      const at = Math.max(arrivals.get(`${id}>${to}`) ?? 0, clock.now() + net.delay());
      arrivals.set(`${id}>${to}`, at);
      const event = { ...fields, type: type === "ice_candidate" ? "ice_candidate_received" : `${type}_received`, from: id };
      clock.setTimeout(() => people.get(to)?.receive(event), at - clock.now());
    };
    const peers = new Peers({ localId: id, request, iceServers: [], clock, outside: outside.get(id), RTCPeerConnection: sim.RTCPeerConnection });
    people.set(id, peers);
    return peers;
  };
  return { clock, net, join, outside, random, sim };
}

const pc = (peers, id) => peers.link(id).connection;

/** The two talk about the same thing and it works. */
function assertJoined(a, z, message = "") {
  for (const [one, other, id] of [[a, z, "z"], [z, a, "a"]]) {
    const back = id === "z" ? "a" : "z";
    assert.equal(pc(one, id).signalingState, "stable", message);
    assert.equal(pc(one, id).connectionState, "connected", message);
    assert.equal(fragment(pc(one, id).remoteDescription.sdp), fragment(pc(other, back).localDescription.sdp), message);
    assert.equal(pc(one, id).getTransceivers().length, 4, message);
  }
}

async function pair(options) {
  const w = world(options);
  const a = w.join("a");
  const z = w.join("z");
  a.sync(["z"]);
  z.sync(["a"]);
  await w.clock.advance(2_000);
  return { ...w, a, z };
}

test("the larger id offers first, with the four lines in their order", async () => {
  const { a, z, net } = await pair();
  assertJoined(a, z);
  const offers = net.sent.filter((one) => one.type === "offer");
  assert.deepEqual(offers.map((one) => one.from), ["z"]);
  assert.deepEqual([...offers[0].sdp.matchAll(/^m=(\w+)/gm)].map((one) => one[1]), ["audio", "video", "video", "audio"]);
  assert.deepEqual([a.link("z").state, z.link("a").state], ["connected", "connected"]);
});

test("tracks come and go without a word over the wire, and a muted sender has none", async () => {
  const { a, clock, net } = await pair();
  const before = net.sent.length;
  const microphone = { kind: "audio" };
  const screen = { kind: "video" };
  const sending = () => pc(a, "z").getTransceivers().map((one) => one.sender.track);
  a.setTracks({ ...NONE, microphone, screen });
  await clock.advance(100);
  assert.deepEqual(sending(), [microphone, null, screen, null]);
  a.setTracks(NONE);
  await clock.advance(100);
  assert.deepEqual(sending(), [null, null, null, null]);
  assert.equal(net.sent.length, before);
});

test("both restart at the same moment, again and again: it settles every time", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const { a, z, clock, random } = await pair({ seed });
    for (let i = 0; i < 10; i += 1) {
      pc(a, "z").restartIce();
      pc(z, "a").restartIce();
      await clock.advance(random() * 100);
    }
    await clock.advance(8_000);
    assertJoined(a, z, `seed ${seed}`);
  }
});

test("ten renegotiations a second over a lossy relay don't stick", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const { a, z, clock, net, random } = await pair({ seed });
    net.lose = () => random() < 0.3;
    for (let i = 0; i < 30; i += 1) {
      if (random() < 0.5) pc(a, "z").restartIce();
      else pc(z, "a").restartIce();
      await clock.advance(100);
    }
    net.lose = () => false;
    a.resync();
    z.resync();
    await clock.advance(40_000);
    assertJoined(a, z, `seed ${seed}`);
  }
});

test("candidates that come before their description wait for it", async () => {
  const { clock, join, net } = world();
  const z = join("z");
  const a = join("a");
  // Descriptions are slow, candidates are not: worse than the server would ever do.
  net.delay = () => 5;
  a.sync(["z"]);
  a.receive({ type: "ice_candidate_received", from: "z", candidate: { candidate: "c", usernameFragment: "u1" }, epoch: 1 });
  await clock.advance(50);
  z.sync(["a"]);
  await clock.advance(2_000);
  assertJoined(a, z);
});

test("a page reloaded without a word: the other side's connection is made anew", async () => {
  for (const reloads of ["a", "z"]) {
    const { a, z, clock, join } = await pair();
    const stays = reloads === "a" ? z : a;
    (reloads === "a" ? a : z).close();
    pc(stays, reloads).become("failed");
    const fresh = join(reloads);
    fresh.sync([reloads === "a" ? "z" : "a"]);
    await clock.advance(60_000);
    assertJoined(reloads === "a" ? fresh : a, reloads === "a" ? z : fresh, reloads);
  }
});

test("closing and opening in the middle of negotiation", async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const { a, z, clock, random, sim } = await pair({ seed });
    for (let i = 0; i < 8; i += 1) {
      a.sync([]);
      z.sync([]);
      a.sync(["z"]);
      z.sync(["a"]);
      await clock.advance(random() * 60);
    }
    await clock.advance(30_000);
    assertJoined(a, z, `seed ${seed}`);
    assert.equal(sim.all.size, 2, "nothing is left behind");
  }
});

test("a short loss heals by itself, a longer one restarts ICE, and not too often", async () => {
  const { a, z, clock, net } = await pair();
  const offers = () => net.sent.filter((one) => one.type === "offer").length;
  const before = offers();
  pc(a, "z").become("disconnected");
  pc(z, "a").become("disconnected");
  await clock.advance(2_500);
  pc(a, "z").become("connected");
  pc(z, "a").become("connected");
  await clock.advance(5_000);
  assert.equal(offers(), before);
  pc(z, "a").become("disconnected");
  await clock.advance(100);
  assert.equal(z.link("a").state, "restarting");
  await clock.advance(3_500);
  assert.equal(offers(), before + 1);
  assert.equal(z.link("a").connection, pc(z, "a"));
  for (let i = 0; i < 50; i += 1) z.restartAll();
  await clock.advance(3_000);
  assert.equal(offers(), before + 2, "fifty wishes are one restart");
  assertJoined(a, z);
});

test("another network: one restart a link, on the same connection, with one fresh set of credentials", async () => {
  const { clock, net, join, outside } = world();
  const ids = ["a", "b", "c", "d"];
  const people = ids.map(join);
  people.forEach((one, i) => one.sync(ids.filter((id) => id !== ids[i])));
  await clock.advance(5 * 60_000);
  const before = net.sent.length;
  const alice = people[0];
  const connections = people.flatMap((one) => one.ids.map((id) => pc(one, id)));
  // What a walk out of the house looks like: estimates, another radio, a moment of nothing, and online again.
  const { network, radio } = outside.get("a");
  for (let i = 0; i < 5; i += 1) radio.dispatchEvent(new Event("change"));
  radio.type = "cellular";
  radio.dispatchEvent(new Event("change"));
  await clock.advance(200);
  for (let i = 0; i < 3; i += 1) network.dispatchEvent(new Event("online"));
  await clock.advance(30_000);
  const since = net.sent.slice(before);
  const of = (type) => since.filter((one) => one.type === type).map((one) => one.from);
  assert.deepEqual(of("offer"), ["a", "a", "a"]);
  assert.deepEqual(of("answer").sort(), ["b", "c", "d"]);
  assert.deepEqual(of("get_ice_servers"), ["a"], "one for all links");
  assert.deepEqual(people.flatMap((one) => one.ids.map((id) => pc(one, id))), connections, "nobody rejoined");
  for (const one of connections) assert.equal(one.connectionState, "connected");
  for (const id of alice.ids) assert.deepEqual(pc(alice, id).getConfiguration().iceServers, [{ urls: ["turn:new"] }]);
});

test("a mere estimate of the radio is no other network", async () => {
  const { a, clock, net, outside } = await pair();
  const before = net.sent.length;
  outside.get("a").radio.dispatchEvent(new Event("change"));
  await clock.advance(5_000);
  assert.equal(net.sent.length, before);
  assert.equal(a.link("z").state, "connected");
});

test("our own resume leaves what works alone, and says again what got lost", async () => {
  const { a, z, clock, net } = await pair();
  const [before, connection] = [net.sent.length, pc(a, "z")];
  a.resync();
  await clock.advance(10_000);
  assert.equal(net.sent.length, before);
  net.lose = (from) => from === "a";
  pc(a, "z").restartIce();
  await clock.advance(1_000);
  net.lose = () => false;
  a.resync();
  await clock.advance(10_000);
  assert.equal(pc(a, "z"), connection);
  assertJoined(a, z);
});

test("six people: fifteen connections, nobody left out, and each sends less", async () => {
  const { join, clock } = world({ seed: 7 });
  const ids = ["a", "b", "c", "d", "e", "f"];
  const people = ids.map(join);
  for (const one of people) one.setTracks({ ...NONE, camera: { kind: "video" } });
  people.forEach((one, i) => one.sync(ids.filter((id) => id !== ids[i])));
  await clock.advance(5_000);
  for (const one of people) for (const id of one.ids) assert.equal(one.link(id).state, "connected");
  const sent = () => {
    const [{ maxBitrate, scaleResolutionDownBy }] = pc(people[0], "b").getTransceivers()[1].sender.getParameters().encodings;
    return [maxBitrate, scaleResolutionDownBy];
  };
  assert.deepEqual(sent(), [100_000, 4], "each begins small");
  for (let i = 0; i < 8; i += 1) {
    people[0].adapt(new Map());
    await clock.advance(2_000);
  }
  assert.deepEqual(sent(), [400_000, 2]);
});

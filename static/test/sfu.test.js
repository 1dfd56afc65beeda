import assert from "node:assert/strict";
import test from "node:test";
import { Sfu } from "../js/peers/sfu.js";
import { FakeClock } from "./fake-clock.js";
import { SimSfu } from "./sim-sfu.js";
import { fragment, simulation } from "./sim-peer-connection.js";

const NONE = { microphone: null, camera: null, screen: null, screenAudio: null };
const camera = { kind: "video", getSettings: () => ({ width: 1280, height: 720 }) };
const microphone = { kind: "audio" };

function world({ stats, gently } = {}) {
  const clock = new FakeClock();
  clock.pause = () => new Promise((resolve) => clock.setTimeout(resolve, 2));
  const sim = simulation(clock, { inside: true, stats });
  const outside = { network: new EventTarget(), radio: null };
  let sfu;
  const server = new SimSfu({ sim, deliver: (event) => sfu.receive(event) });
  sfu = new Sfu({ epoch: 2, request: server.request, iceServers: () => [], clock, outside, gently, RTCPeerConnection: sim.RTCPeerConnection });
  const changed = [];
  sfu.addEventListener("tracks", (event) => changed.push(event.detail));
  sfu.setTracks({ ...NONE, microphone, camera });
  return { clock, sim, server, sfu, changed, outside };
}

async function connected(options) {
  const w = world(options);
  w.sfu.sync(["a", "b"]);
  w.sfu.start();
  void w.server.grow(4, 4);
  await w.clock.advance(1_000);
  const [publish, receive] = w.sfu.connections;
  return { ...w, publish, receive };
}

test("what is sent is offered with its names, and both connections come up", async () => {
  const { server, sfu, publish, receive } = await connected();
  assert.deepEqual(server.tracks, [{ mid: "0", source: "microphone" }, { mid: "1", source: "camera" }]);
  assert.deepEqual([publish.connectionState, receive.connectionState], ["connected", "connected"]);
  assert.deepEqual(publish.getTransceivers().map((one) => [one.direction, one.sender.track]), [["sendonly", microphone], ["sendonly", camera]]);
  assert.deepEqual(publish.getTransceivers()[1].sender.parameters.encodings.map((one) => one.rid), ["q", "h", "f"]);
  assert.deepEqual(sfu.linkOf("a"), { state: "connected", path: "server" });
});

test("begun gently, the smallest size goes out alone, and the larger ones follow while the device is at ease", async () => {
  const { clock, sfu, publish } = await connected({ gently: true });
  const active = () => publish.getTransceivers()[1].sender.parameters.encodings.filter((one) => one.active).map((one) => one.rid);
  let captures = 0;
  sfu.addEventListener("capture", () => (captures += 1));
  assert.deepEqual([active(), sfu.capture.lines], [["q"], 360]);
  const seconds = async (count) => {
    for (let second = 0; second < count; second += 1) {
      await clock.advance(1_000);
      sfu.adapt(new Map(), 0);
    }
    await clock.advance(100);
  };
  await seconds(4);
  assert.deepEqual([active(), sfu.capture.lines, captures], [["q", "h"], 720, 1]);
  await seconds(4);
  assert.deepEqual([active(), captures], [["q", "h", "f"], 2]);
});

test("a camera that goes off needs no word; the first screen brings its lines, with a new offer", async () => {
  const { clock, server, sfu, publish } = await connected();
  sfu.setTracks(NONE);
  await clock.advance(100);
  assert.equal(server.of("offer").length, 1);
  assert.ok(publish.getTransceivers().every((one) => one.sender.track === null));
  const screen = { kind: "video" };
  sfu.setTracks({ ...NONE, microphone, screen, screenAudio: { kind: "audio" } });
  await clock.advance(100);
  assert.equal(server.of("offer").length, 2);
  assert.deepEqual(server.tracks.map((one) => one.source), ["microphone", "camera", "screen", "screen_audio"]);
  assert.equal(publish.getTransceivers()[2].sender.track, screen);
  sfu.setTracks(NONE);
  sfu.setTracks({ ...NONE, screen });
  await clock.advance(100);
  assert.equal(server.of("offer").length, 2, "a second screen finds its line");
});

test("offers of the server are answered one after the other", async () => {
  const { clock, server, receive } = await connected();
  void server.grow(4, 4);
  await clock.advance(100);
  assert.equal(server.answers.length, 2);
  assert.equal(receive.getTransceivers().length, 16);
  assert.equal(receive.signalingState, "stable");
});

test("a connection that the server begins anew is met with a new one", async () => {
  const { clock, server, sfu, receive } = await connected();
  const complaints = [];
  const { warn } = console;
  console.warn = (...words) => complaints.push(words);
  void server.begin();
  await clock.advance(1_000);
  console.warn = warn;
  const [, second] = sfu.connections;
  assert.notEqual(second, receive);
  assert.equal(receive.signalingState, "closed");
  assert.deepEqual([second.connectionState, second.getTransceivers().length], ["connected", 8]);
  assert.deepEqual(complaints, [], "it is no error");
});

test("who is in a line changes without a description, and only those concerned are told", async () => {
  const { server, sfu, receive, changed } = await connected();
  const line = (mid) => receive.getTransceivers().find((one) => one.mid === mid).receiver.track;
  const slots = (...list) => sfu.receive({ type: "slots_updated", epoch: 2, slots: list.map(([mid, participantId, source]) => ({ mid, participantId, source })) });
  slots(["0", "a", "microphone"], ["4", "a", "camera"], ["1", "b", "microphone"]);
  assert.deepEqual(sfu.received("a"), { ...NONE, microphone: line("0"), camera: line("4") });
  changed.length = 0;
  slots(["0", "a", "microphone"], ["1", "b", "microphone"], ["4", "b", "screen"]);
  assert.deepEqual(sfu.received("a"), { ...NONE, microphone: line("0") });
  assert.deepEqual(sfu.received("b"), { ...NONE, microphone: line("1"), screen: line("4") });
  assert.deepEqual(changed, ["a", "b"]);
  sfu.receive({ type: "slots_updated", epoch: 1, slots: [] });
  assert.equal(sfu.received("a").microphone, line("0"), "of another epoch");
  assert.equal(server.of("offer").length, 1);
});

test("what nobody watches is not sent, and is again when somebody does", async () => {
  const { clock, sfu, publish } = await connected();
  const active = () => publish.getTransceivers()[1].sender.parameters.encodings.filter((one) => one.active).map((one) => one.rid);
  assert.deepEqual(active(), ["q", "h", "f"]);
  sfu.receive({ type: "layers_wanted", tracks: [{ source: "camera", layers: ["q"] }] });
  await clock.advance(10);
  assert.deepEqual(active(), ["q"]);
  sfu.receive({ type: "layers_wanted", tracks: [{ source: "camera", layers: [] }] });
  await clock.advance(10);
  assert.deepEqual(active(), []);
  sfu.receive({ type: "layers_wanted", tracks: [{ source: "camera", layers: ["q", "h", "f"] }] });
  await clock.advance(10);
  assert.deepEqual(active(), ["q", "h", "f"]);
});

for (const [name, happen] of Object.entries({
  "the server hears nothing": ({ sfu }) => ["publish", "receive"].forEach((leg) => sfu.receive({ type: "path_lost", leg })),
  "the network is another one": ({ outside }) => outside.network.dispatchEvent(new Event("online")),
  "the path breaks": ({ publish, receive }) => [publish, receive].forEach((one) => one.become("failed")),
})) {
  test(`${name}: both ways are looked for anew on the same connections`, async () => {
    const w = await connected();
    const before = [w.publish, w.receive].map((one) => fragment(one.localDescription.sdp));
    happen(w);
    await w.clock.advance(3_000);
    assert.deepEqual(w.sfu.connections, [w.publish, w.receive]);
    const after = [w.publish, w.receive].map((one) => fragment(one.localDescription.sdp));
    assert.notEqual(after[0], before[0]);
    assert.notEqual(after[1], before[1]);
    assert.deepEqual([w.publish.signalingState, w.receive.signalingState], ["stable", "stable"]);
    assert.equal(w.server.of("restart_receive").length, 1);
  });
}

test("an offer that got lost is sent again when the signalling is back", async () => {
  const w = world();
  w.server.loses.add("offer");
  w.sfu.start();
  await w.clock.advance(100);
  assert.equal(w.sfu.connections[0].connectionState, "new");
  w.server.loses.clear();
  w.sfu.resync();
  await w.clock.advance(100);
  assert.equal(w.sfu.connections[0].connectionState, "connected");
});

test("a server that does not answer is asked again, and then with a new connection", async () => {
  const w = world();
  w.server.silent = true;
  w.sfu.start();
  await w.clock.advance(100);
  const [first] = w.sfu.connections;
  await w.clock.advance(30_000);
  const [second] = w.sfu.connections;
  assert.notEqual(second, first);
  assert.equal(first.signalingState, "closed");
  w.server.silent = false;
  await w.clock.advance(10_000);
  assert.equal(w.sfu.connections[0].connectionState, "connected");
});

test("no offer comes: it is asked for", async () => {
  const w = world();
  w.sfu.start();
  await w.clock.advance(100);
  assert.equal(w.server.of("restart_receive").length, 0);
  w.server.loses.add("restart_receive");
  await w.clock.advance(5_000);
  assert.equal(w.server.of("restart_receive").length, 1);
  w.sfu.resync();
  await w.clock.advance(100);
  assert.equal(w.server.of("restart_receive").length, 2);
});

test("who is decoded: what has come since they got their line, not what it carried for others", async () => {
  let packets = 40;
  let frames = 90;
  const stats = () => [{ type: "inbound-rtp", kind: "audio", mid: "0", packetsReceived: packets }, { type: "inbound-rtp", kind: "video", mid: "4", framesDecoded: frames }];
  const { sfu } = await connected({ stats });
  sfu.receive({ type: "slots_updated", epoch: 2, slots: [{ mid: "0", participantId: "a", source: "microphone" }, { mid: "4", participantId: "a", source: "camera" }] });
  assert.deepEqual((await sfu.progress()).get("a"), { up: true, audio: 0, camera: 0, screen: 0 });
  packets += 5;
  frames += 3;
  const progress = await sfu.progress();
  assert.deepEqual(progress.get("a"), { up: true, audio: 5, camera: 3, screen: 0 });
  assert.deepEqual(progress.get("b"), { up: true, audio: 0, camera: 0, screen: 0 });
});

test("the end leaves nothing behind", async () => {
  const { clock, sim, sfu, publish, receive } = await connected();
  sfu.close();
  assert.deepEqual([publish.connectionState, receive.connectionState], ["closed", "closed"]);
  await clock.advance(60_000);
  assert.equal([...sim.all].filter((one) => one === publish || one === receive).length, 0);
  assert.equal(clock.pending, 0);
});

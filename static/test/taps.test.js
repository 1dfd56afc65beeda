import assert from "node:assert/strict";
import test from "node:test";
import { Taps } from "../js/call/taps.js";
import { encodingsOf } from "../js/peers/tap.js";
import { initialState } from "../js/call/call-state.js";
import { apply } from "../js/room/room.js";
import { FakeClock } from "./fake-clock.js";
import { SimSfu } from "./sim-sfu.js";
import { simulation } from "./sim-peer-connection.js";

const NONE = { microphone: null, camera: null, screen: null, screenAudio: null };
const camera = { kind: "video", getSettings: () => ({ width: 1280, height: 720 }) };
const microphone = { kind: "audio" };

function world() {
  const clock = new FakeClock();
  clock.pause = () => new Promise((resolve) => clock.setTimeout(resolve, 2));
  const sim = simulation(clock, { inside: true });
  const media = { tracks: { ...NONE, microphone, camera } };
  const connections = [];
  class Counted extends sim.RTCPeerConnection {
    constructor(options) {
      super(options);
      connections.push(this);
    }
  }
  let state = { ...initialState(), phase: "joined", you: { id: "me" } };
  let taps;
  const server = new SimSfu({ sim, deliver: (event) => taps.receive(event) });
  server.epoch = 4;
  taps = new Taps({ clock, RTCPeerConnection: Counted, media, request: server.request, state: () => state });
  const hears = (event) => {
    state = apply(state, event, 0);
    taps.ensure();
  };
  const tapped = (sources, epoch = 4) => hears({ type: "taps_updated", epoch, taps: [{ participantId: "me", sources, purposes: ["recording"] }] });
  return { clock, server, media, taps, connections, hears, tapped };
}

const sent = (connection) => connection.getTransceivers().map((one) => one.sender.track);

test("who is named sends what is named, on a connection of its own", async () => {
  const { clock, server, connections, tapped } = world();
  tapped(["microphone", "camera"]);
  await clock.advance(1_000);
  assert.deepEqual(server.tracks, [{ mid: "0", source: "microphone" }, { mid: "1", source: "camera" }]);
  assert.equal(server.of("offer")[0].epoch, 4);
  const [only] = connections;
  assert.deepEqual([connections.length, only.connectionState], [1, "connected"]);
  assert.deepEqual(only.getTransceivers().map((one) => one.direction), ["sendonly", "sendonly"]);
  assert.deepEqual(sent(only), [microphone, camera]);
});

test("of a camera goes one small picture, of a screen one that can be read", () => {
  const [low, ...more] = encodingsOf("camera", { ...NONE, camera });
  assert.deepEqual([low.scaleResolutionDownBy, low.maxFramerate, more.length], [4, 15, 0]);
  assert.equal(encodingsOf("camera", { ...NONE, camera: { getSettings: () => ({ width: 160, height: 120 }) } })[0].scaleResolutionDownBy, 1);
  assert.equal(encodingsOf("screen", NONE)[0].scaleResolutionDownBy, undefined);
});

test("where only sound is asked for no picture is offered, and a mute is a mute there too", async () => {
  const { clock, server, media, taps, connections, tapped } = world();
  tapped(["microphone"]);
  await clock.advance(1_000);
  assert.deepEqual(server.tracks.map((one) => one.source), ["microphone"]);
  media.tracks = { ...NONE, camera };
  taps.feed();
  await clock.advance(100);
  assert.deepEqual(sent(connections[0]), [null]);
  assert.equal(server.of("offer").length, 1);
  media.tracks = { ...NONE, microphone, camera };
  taps.feed();
  tapped(["microphone", "camera"]);
  await clock.advance(1_000);
  assert.deepEqual(sent(connections[0]), [microphone, camera]);
  assert.equal(server.of("offer").length, 2, "the picture's line came with an offer");
});

test("a list without us, an empty one, and one of what goes through the server anyway end it", async () => {
  for (const end of [{ epoch: 4, taps: [{ participantId: "bob", sources: ["microphone"], purposes: ["emotion"] }] }, { taps: [] }, { taps: [{ participantId: "me", sources: ["microphone"], purposes: ["recording"] }] }]) {
    const { clock, connections, hears, tapped } = world();
    tapped(["microphone"]);
    await clock.advance(1_000);
    hears({ type: "taps_updated", ...end });
    assert.deepEqual(connections.map((one) => one.connectionState), ["closed"]);
  }
});

test("the same list again changes nothing, and a new epoch is only another number", async () => {
  const { clock, server, connections, tapped } = world();
  tapped(["microphone"]);
  await clock.advance(1_000);
  tapped(["microphone"]);
  tapped(["microphone"], 6);
  await clock.advance(1_000);
  assert.deepEqual([connections.length, server.of("offer").length], [1, 1]);
});

test("a snapshot says nothing of it: it goes on until it is known that it should not", async () => {
  const { clock, connections, taps, hears, tapped } = world();
  tapped(["microphone"]);
  await clock.advance(1_000);
  taps.afterSnapshot();
  hears({ type: "taps_updated", epoch: 4, taps: [{ participantId: "me", sources: ["microphone"], purposes: ["recording"] }] });
  await clock.advance(2_000);
  assert.equal(connections[0].connectionState, "connected");
});

test("what is of the path is not taken for the copy's", async () => {
  const { clock, taps, tapped } = world();
  tapped(["microphone"]);
  await clock.advance(1_000);
  for (const event of [{ type: "answer_received", from: "sfu", sdp: "x", epoch: 5 }, { type: "path_lost", leg: "publish" }, { type: "slots_updated", epoch: 4, slots: [] }]) {
    assert.equal(taps.receive(event), false, event.type);
  }
});

import assert from "node:assert/strict";
import test from "node:test";
import { Paths } from "../js/call/paths.js";
import { apply } from "../js/room/room.js";
import { initialState } from "../js/call/call-state.js";
import { FakeClock, settle } from "./fake-clock.js";
import { SimSfu } from "./sim-sfu.js";
import { simulation } from "./sim-peer-connection.js";

globalThis.MediaStream ??= class {
  #tracks = [];
  getTracks = () => [...this.#tracks];
  addTrack = (track) => void this.#tracks.push(track);
  removeTrack = (track) => void (this.#tracks = this.#tracks.filter((one) => one !== track));
};

const NONE = { microphone: null, camera: null, screen: null, screenAudio: null };
const person = (id, more = {}) => ({ id, displayName: id, role: "participant", joinedAt: id, muted: true, videoOn: false, screenSharing: false, connection: "online", ...more });
const mesh = { mode: "mesh", epoch: 1, reason: "small_room" };

/** One person in a room of which the test decides everything. The others answer nothing: what counts is what this one does. */
function room({ people = ["a", "b"], topology = mesh, more = {} } = {}) {
  const clock = new FakeClock();
  clock.pause = () => new Promise((resolve) => clock.setTimeout(resolve, 1));
  const stats = new Map();
  const sim = simulation(clock, { inside: true, stats: (pc) => stats.get(pc.name) ?? stats.get("*") ?? [] });
  const you = person("me");
  let state = { ...initialState(), phase: "joined", you, participants: [you, ...people.map((id) => person(id, more))], topology };
  const streams = [];
  const holds = [];
  let paths;
  const server = new SimSfu({ sim, deliver: (event) => paths.receive(event) });
  paths = new Paths({
    clock,
    RTCPeerConnection: sim.RTCPeerConnection,
    media: { tracks: NONE, state: { lowPower: false }, setCapture: async () => undefined },
    request: server.request,
    state: () => state,
    change: (part) => void (state = { ...state, ...part }),
    statsOf: () => null,
    codec: () => "VP8",
    onStream: (id, kind, hold) => {
      streams.push(`${id}:${kind}`);
      if (kind === "camera") hold(new Promise((resolve) => holds.push(resolve)));
    },
  });
  const event = async (one) => {
    if (!paths.receive(one)) state = apply(state, one, clock.now());
    paths.ensure();
    await settle();
  };
  paths.ensure();
  const switching = (epoch, to) => event({ type: "topology_switching", epoch, to, reason: "too_large_for_mesh" });
  const switched = (epoch, mode) => event({ type: "topology_switched", epoch, mode });
  const joins = (id) => event({ type: "participant_joined", participant: person(id) });
  const leaves = (id) => event({ type: "participant_left", participantId: id, reason: "left" });
  const of = (kind) => [...sim.all].filter((pc) => pc.getTransceivers().length && pc.getTransceivers().some((one) => one.direction === kind));
  return { clock, sim, server, paths, event, switching, switched, joins, leaves, streams, holds, stats, state: () => state, meshLinks: () => of("sendrecv"), publishing: () => of("sendonly").filter((pc) => pc.configuration.bundlePolicy) };
}

const edges = (server) => server.of("topology_ready").map((one) => one.edges.join());

test("there: the mesh plays on while the server's path comes up, each edge is told, and the mesh ends after the pictures are swapped", async () => {
  const { clock, paths, server, switching, switched, holds, meshLinks, publishing, state } = room();
  await clock.advance(100);
  assert.equal(state().links.a.path, null);
  await switching(2, "sfu");
  void server.grow(4, 4);
  await clock.advance(1_000);
  assert.equal(publishing().length, 1);
  assert.deepEqual(edges(server), ["a,b"], "who sends nothing is ready with the connection");
  assert.equal(server.of("topology_ready")[0].epoch, 2);
  assert.notEqual(state().links.a.path, "server", "nobody notices yet");
  await switched(2, "sfu");
  assert.equal(state().links.a.path, "server");
  await clock.advance(200);
  assert.ok(holds.length >= 2, "the tiles were told");
  const links = paths.ids;
  await clock.advance(3_000);
  assert.deepEqual(links, ["a", "b"]);
  holds.forEach((done) => done());
  await clock.advance(500);
  assert.equal(meshLinks().length, 0, "the mesh is closed");
  assert.equal(publishing().length, 1);
});

test("a tile that never swaps keeps the old path for a few seconds only", async () => {
  const { clock, server, switching, switched, publishing, sim } = room();
  await switching(2, "sfu");
  void server.grow(4, 4);
  await clock.advance(1_000);
  const mesh = [...sim.all].filter((pc) => pc.getTransceivers().some((one) => one.direction === "sendrecv"));
  assert.ok(mesh.length > 0);
  await switched(2, "sfu");
  await clock.advance(1_000);
  assert.ok(mesh.every((pc) => pc.connectionState !== "closed"), "the others may not have swapped yet");
  await clock.advance(5_000);
  assert.ok(mesh.every((pc) => pc.connectionState === "closed"));
  assert.equal(publishing().length, 1);
});

test("back: the links are made beside the server's path, which then ends", async () => {
  const { clock, server, switching, switched, meshLinks, publishing, holds } = room({ topology: { mode: "sfu", epoch: 2, reason: "settling" } });
  void server.grow(4, 4);
  await clock.advance(1_000);
  assert.equal(meshLinks().length, 0);
  await switching(3, "mesh");
  await clock.advance(1_000);
  assert.equal(meshLinks().length, 2);
  assert.ok(server.sent.filter((one) => one.to === "a").every((one) => one.epoch === 3));
  await switched(3, "mesh");
  await clock.advance(200);
  holds.forEach((done) => done());
  await clock.advance(2_000);
  assert.equal(publishing().length, 0);
  assert.equal(meshLinks().length, 2);
});

test("rolled back: the new path goes, the old one was never touched", async () => {
  const { clock, server, event, switching, meshLinks, publishing, streams } = room();
  const before = meshLinks();
  await switching(2, "sfu");
  void server.grow(4, 4);
  await clock.advance(1_000);
  streams.length = 0;
  await event({ type: "topology_rolled_back", epoch: 2, reason: "not_ready" });
  await clock.advance(1_000);
  assert.equal(publishing().length, 0);
  assert.deepEqual(meshLinks().slice(0, before.length), before);
  assert.equal(edges(server).length, 1, "nothing more is told");
});

test("who sends is ready when decoded: a picture that is not on the screen is not waited for", async () => {
  const { clock, server, paths, event, switching, stats } = room({ people: ["a"], more: { muted: false, videoOn: true } });
  paths.show([{ participantId: "a", kind: "camera", height: 300, place: "stage" }], false);
  await switching(2, "sfu");
  void server.grow(4, 4);
  await event({ type: "slots_updated", epoch: 2, slots: [{ mid: "0", participantId: "a", source: "microphone" }, { mid: "4", participantId: "a", source: "camera" }] });
  await clock.advance(1_000);
  assert.deepEqual(server.of("subscribe").map((one) => one.tracks.map((track) => track.participantId)), [["a"]]);
  assert.deepEqual(edges(server), []);
  const sound = { type: "inbound-rtp", kind: "audio", mid: "0", packetsReceived: 9 };
  stats.set("*", [sound]);
  await clock.advance(1_000);
  assert.deepEqual(edges(server), [], "heard and not seen");
  await event({ type: "media_limited", tracks: [{ participantId: "a", source: "camera", reason: "not_sent" }] });
  await clock.advance(1_000);
  assert.deepEqual(edges(server), [], "they have just begun to send there");
  stats.set("*", [sound, { type: "inbound-rtp", kind: "video", mid: "4", framesDecoded: 4 }]);
  await clock.advance(1_000);
  assert.deepEqual(edges(server), ["a"]);
});

for (const reason of ["bandwidth", "not_sent"]) {
  test(`a picture that does not come (${reason}) holds nobody up for ever`, async () => {
    const { clock, server, paths, event, switching, stats } = room({ people: ["a"], more: { muted: true, videoOn: true } });
    paths.show([{ participantId: "a", kind: "camera", height: 300, place: "stage" }], false);
    await switching(2, "sfu");
    void server.grow(4, 4);
    stats.set("*", []);
    await event({ type: "media_limited", tracks: [{ participantId: "a", source: "camera", reason }] });
    await clock.advance(8_000);
    assert.deepEqual(edges(server), ["a"]);
  });
}

test("a newcomer in the middle of a switch: no link to them, and they to nobody", async () => {
  const { clock, server, switching, switched, joins } = room();
  await switching(2, "sfu");
  void server.grow(4, 4);
  await clock.advance(100);
  await joins("z");
  await clock.advance(1_000);
  assert.equal(server.sent.filter((one) => one.to === "z").length, 0);
  assert.deepEqual(edges(server).at(-1), "a,b,z");
  await switched(2, "sfu");

  const newcomer = room({ topology: { ...mesh, switching: { to: "sfu", epoch: 2, reason: "too_large_for_mesh" } } });
  void newcomer.server.grow(4, 4);
  await newcomer.clock.advance(1_000);
  assert.equal(newcomer.meshLinks().length, 0);
  assert.equal(newcomer.publishing().length, 1);
  assert.equal(newcomer.state().links.a.path, "server");
  await newcomer.event({ type: "topology_rolled_back", epoch: 2, reason: "not_ready" });
  await newcomer.clock.advance(1_000);
  assert.equal(newcomer.publishing().length, 0);
  assert.equal(newcomer.paths.ids.length, 2, "the old path is brought up with them");
  assert.equal(newcomer.state().links.a.path, null);
});

test("after a roll back the newcomer gets a link like anybody else", async () => {
  const { clock, server, event, switching, joins, paths } = room();
  await switching(2, "sfu");
  void server.grow(4, 4);
  await joins("z");
  await event({ type: "topology_rolled_back", epoch: 2, reason: "not_ready" });
  await clock.advance(12_000);
  assert.deepEqual(paths.ids.sort(), ["a", "b", "z"]);
  assert.ok(server.sent.some((one) => one.to === "z" && one.type === "offer"));
});

test("who leaves in the middle takes their edges along", async () => {
  const { clock, server, switching, leaves } = room();
  await switching(2, "sfu");
  void server.grow(4, 4);
  await clock.advance(1_000);
  await leaves("b");
  await clock.advance(2_000);
  assert.deepEqual(edges(server), ["a,b", "a"]);
});

test("any number of switches leaves one path and no timer behind", async () => {
  const { clock, server, paths, switching, switched, event, sim, holds } = room();
  void server.grow(4, 4);
  for (let round = 0; round < 30; round += 1) {
    server.epoch = 2 + round;
    const to = round % 2 ? "mesh" : "sfu";
    await switching(2 + round, to);
    await clock.advance(round * 37);
    if (round % 7 === 3) await event({ type: "topology_rolled_back", epoch: 2 + round, reason: "not_ready" });
    else await switched(2 + round, to);
    if (round % 3) await clock.advance(round * 53);
  }
  holds.forEach((done) => done());
  await clock.advance(20_000);
  const ours = [...sim.all].filter((pc) => pc.configuration.bundlePolicy);
  assert.ok(ours.length <= 2, `${ours.length} connections`);
  paths.close();
  await clock.advance(60_000);
  assert.equal([...sim.all].filter((pc) => pc.configuration.bundlePolicy).length, 0);
  assert.equal(clock.pending, 0);
});

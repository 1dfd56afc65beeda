import assert from "node:assert/strict";
import test from "node:test";
import { Speakers } from "../js/peers/speakers.js";
import { peerTelemetry, readStats } from "../js/peers/stats.js";

const report = ({ bytes, packets, lost, relay = false }) => [
  { type: "transport", id: "t", selectedCandidatePairId: "p" },
  { type: "candidate-pair", id: "p", localCandidateId: "l", remoteCandidateId: "r", currentRoundTripTime: 0.04 },
  { type: "local-candidate", id: "l", candidateType: relay ? "relay" : "host", protocol: "udp", relayProtocol: "tls" },
  { type: "remote-candidate", id: "r", candidateType: "host", protocol: "udp" },
  { type: "codec", id: "c", mimeType: "video/VP8" },
  { type: "inbound-rtp", kind: "video", codecId: "c", bytesReceived: bytes, packetsReceived: packets, packetsLost: lost, frameWidth: 640, frameHeight: 360, framesPerSecond: 24 },
  { type: "inbound-rtp", kind: "audio", bytesReceived: 0, packetsReceived: 0, packetsLost: 0, jitter: 0.0123 },
  { type: "outbound-rtp", kind: "video", bytesSent: bytes * 2, packetsSent: packets, qualityLimitationReason: "cpu" },
  { type: "remote-inbound-rtp", kind: "video", packetsLost: lost },
];

test("rates and losses are those since the last look", () => {
  const first = readStats(report({ bytes: 1_000, packets: 10, lost: 0 }), null, 1_000);
  assert.equal(first.stats.bitrateDown, 0);
  const { stats } = readStats(report({ bytes: 26_000, packets: 100, lost: 10 }), first.counters, 3_000);
  assert.deepEqual([stats.bitrateDown, stats.bitrateUp], [100_000, 200_000]);
  assert.deepEqual([stats.lossDown, Math.round(stats.lossUp * 1000)], [0.1, 111]);
  assert.deepEqual([stats.codec, stats.width, stats.height, stats.fps, stats.jitterMs, stats.rttMs, stats.cpuLimited], ["VP8", 640, 360, 24, 12.3, 40, true]);
  assert.deepEqual([stats.path, stats.transport], ["direct", "udp"]);
});

test("a relayed path says how it reaches the relay", () => {
  const { stats } = readStats(report({ bytes: 1, packets: 1, lost: 0, relay: true }), null, 0);
  assert.deepEqual([stats.path, stats.transport], ["relayed", "relay-tcp"]);
  assert.equal(peerTelemetry("bob", stats).relayed, true);
});

test("nothing yet is nothing, not a crash", () => {
  const { stats } = readStats([], null, 0);
  assert.deepEqual([stats.path, stats.codec, stats.bitrateUp, stats.lossDown], [null, null, 0, 0]);
});

/** Plays levels every 100 ms. @param {Speakers} speakers */
function play(speakers, from, ms, levels) {
  let last = { speaking: [], active: null };
  for (let at = from; at < from + ms; at += 100) last = speakers.update(levels, at);
  return last;
}

test("a cough moves nothing, a sentence does, and silence keeps the last speaker", () => {
  const speakers = new Speakers();
  assert.deepEqual(play(speakers, 0, 200, { alice: 0.8, bob: 0 }), { speaking: [], active: null });
  assert.deepEqual(play(speakers, 200, 100, { alice: 0, bob: 0 }).speaking, []);
  assert.deepEqual(play(speakers, 300, 500, { alice: 0.8, bob: 0 }), { speaking: ["alice"], active: "alice" });
  assert.deepEqual(play(speakers, 800, 500, { alice: 0, bob: 0 }).speaking, ["alice"], "a pause between words");
  assert.deepEqual(play(speakers, 1_300, 1_000, { alice: 0, bob: 0 }), { speaking: [], active: "alice" });
});

test("who talks over another has to be louder for a while; who leaves is active no more", () => {
  const speakers = new Speakers();
  play(speakers, 0, 1_000, { alice: 0.6, bob: 0 });
  assert.equal(play(speakers, 1_000, 1_000, { alice: 0.6, bob: 0.9 }).active, "alice");
  assert.equal(play(speakers, 2_000, 1_500, { alice: 0.6, bob: 0.9 }).active, "bob");
  assert.deepEqual(play(speakers, 3_500, 100, { alice: 0 }).active, "alice");
});

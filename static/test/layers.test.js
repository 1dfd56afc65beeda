import assert from "node:assert/strict";
import test from "node:test";
import { chosenCodec, preferred, preferredSound, withSilenceSaved } from "../js/peers/codecs.js";
import { cameraEncodings } from "../js/peers/layers.js";

const active = (facts) => cameraEncodings({ wanted: null, ...facts }).filter((one) => one.active).map((one) => one.rid).join("");

test("three sizes of a large picture, two of a middle one, one of a small one: never larger than the camera gives", () => {
  assert.deepEqual(cameraEncodings({ lines: 720, wanted: null }).map((one) => [one.rid, one.scaleResolutionDownBy]), [["q", 4], ["h", 2], ["f", 1]]);
  assert.deepEqual(cameraEncodings({ lines: 360, wanted: null }).map((one) => one.scaleResolutionDownBy), [2, 1, 1]);
  assert.equal(active({ lines: 720 }), "qhf");
  assert.equal(active({ lines: 360 }), "qh");
  assert.equal(active({ lines: 180 }), "q");
  for (const lines of [90, 180, 360, 540, 720, 1080]) {
    const costs = cameraEncodings({ lines, wanted: null }).filter((one) => one.active).map((one) => one.maxBitrate);
    assert.deepEqual(costs, [...costs].sort((a, b) => a - b));
  }
});

test("what nobody watches is not encoded", () => {
  assert.equal(active({ lines: 720, wanted: ["q", "f"] }), "qf");
  assert.equal(active({ lines: 720, wanted: [] }), "");
  assert.equal(active({ lines: 360, wanted: ["f"] }), "h", "the largest there is stands for a larger one");
  assert.equal(active({ lines: 180, wanted: ["h"] }), "q");
});

test("a device in trouble leaves out the largest, and never all", () => {
  assert.equal(active({ lines: 720, level: 1 }), "qh");
  assert.equal(active({ lines: 720, level: 2 }), "q");
  assert.equal(active({ lines: 180, level: 2 }), "q");
  assert.ok(cameraEncodings({ lines: 720, wanted: null, lowPower: true }).every((one) => one.maxFramerate === 15));
});

test("layers of one stream: up to the largest size that is watched, named as browsers do", () => {
  const layers = (facts) => {
    const [one, ...more] = cameraEncodings({ wanted: null, codec: "VP9", ...facts });
    assert.deepEqual([more, one.rid], [[], undefined]);
    return [one.scalabilityMode, one.scaleResolutionDownBy, one.active];
  };
  assert.deepEqual(layers({ lines: 720 }), ["L3T3_KEY", 1, true]);
  assert.deepEqual(layers({ lines: 720, wanted: ["q", "h"] }), ["L2T3_KEY", 2, true]);
  assert.deepEqual(layers({ lines: 720, wanted: ["q"], codec: "AV1" }), ["L1T3", 4, true]);
  assert.deepEqual(layers({ lines: 720, wanted: [] }), ["L1T3", 4, false]);
  assert.deepEqual(layers({ lines: 360, codec: "AV1" }), ["L2T2_KEY", 1, true]);
  assert.deepEqual(layers({ lines: 360, wanted: ["q", "h", "f"] }), ["L2T3_KEY", 1, true]);
  assert.deepEqual(layers({ lines: 180, level: 2 }), ["L1T3", 1, true]);
  assert.deepEqual(layers({ lines: 720, level: 1 }), ["L2T3_KEY", 2, true]);
  assert.ok(cameraEncodings({ lines: 720, wanted: null, codec: "VP8" }).every((one) => one.scalabilityMode === "L1T2"));
  assert.ok(cameraEncodings({ lines: 720, wanted: null, codec: "H264" }).every((one) => one.scalabilityMode === undefined));
});

test("the own choice goes before the room's, and what the browser can't is not chosen", () => {
  assert.equal(chosenCodec(undefined, "vp9", ["VP8", "VP9"]), "VP9");
  assert.equal(chosenCodec("H264", "vp9", ["VP8", "VP9", "H264"]), "H264");
  assert.equal(chosenCodec("AV1", "vp9", ["VP8", "VP9"]), "VP9");
  assert.equal(chosenCodec(undefined, "av1", ["VP8"]), "VP8");
  assert.equal(chosenCodec(undefined, undefined, []), "VP8");
});

const codec = (mimeType) => ({ mimeType });

test("the usual codec comes first; another one that was chosen comes alone", () => {
  const codecs = ["video/VP8", "video/rtx", "video/VP9", "video/H264", "video/AV1"].map(codec);
  assert.deepEqual(preferred(codecs, "AV1").map((one) => one.mimeType), ["video/AV1", "video/rtx"]);
  const usual = ["video/VP8", "video/rtx", "video/VP9", "video/H264", "video/AV1"];
  assert.deepEqual(preferred([...codecs].reverse(), "VP8").map((one) => one.mimeType), [usual[0], ...usual.slice(1).reverse()]);
  assert.deepEqual(preferred(codecs, "Theora").map((one) => one.mimeType), usual, "unknown here");
  assert.deepEqual(preferredSound(["audio/opus", "audio/G722", "audio/red"].map(codec)).map((one) => one.mimeType), ["audio/red", "audio/opus", "audio/G722"]);
});

test("silence is saved: said once, in whatever the answer says of Opus", () => {
  const sdp = (...lines) => ["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", ...lines, ""].join("\r\n");
  assert.equal(withSilenceSaved(sdp("a=fmtp:111 minptime=10;useinbandfec=1")), sdp("a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1"));
  assert.equal(withSilenceSaved(sdp()), sdp("a=fmtp:111 usedtx=1"));
  assert.equal(withSilenceSaved(sdp("a=fmtp:111 usedtx=0")), sdp("a=fmtp:111 usedtx=0"));
  assert.equal(withSilenceSaved("v=0\r\n"), "v=0\r\n");
});

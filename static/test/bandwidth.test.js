import assert from "node:assert/strict";
import test from "node:test";
import { shareBandwidth } from "../js/peers/bandwidth.js";

test("the camera's total stays within a common uplink, whatever the number of peers", () => {
  let before = Infinity;
  for (let peers = 1; peers <= 12; peers += 1) {
    const { camera } = shareBandwidth({ peers, sharing: false });
    assert.ok(camera.maxBitrate <= before, `${peers} peers: each gets no more than with fewer`);
    assert.ok(camera.maxBitrate * peers <= 2_200_000, `${peers} peers: ${camera.maxBitrate * peers}`);
    before = camera.maxBitrate;
  }
});

for (const [peers, bitrate, scale] of [[0, 1_700_000, 1], [1, 1_700_000, 1], [3, 700_000, 4 / 3], [5, 350_000, 2], [8, 220_000, 3], [40, 150_000, 4]]) {
  test(`${peers} peers`, () => {
    const { camera } = shareBandwidth({ peers, sharing: false });
    assert.deepEqual([camera.maxBitrate, camera.scaleResolutionDownBy], [bitrate, scale]);
  });
}

test("beside a screen the camera is small, and the screen keeps its sharpness", () => {
  const { camera, screen } = shareBandwidth({ peers: 3, sharing: true });
  assert.deepEqual([camera.maxBitrate, camera.scaleResolutionDownBy], [250_000, 3]);
  assert.equal(screen.scaleResolutionDownBy, undefined);
  assert.ok(screen.maxBitrate > 1_000_000);
  assert.equal(shareBandwidth({ peers: 30, sharing: true }).screen.maxBitrate, 400_000);
});

import assert from "node:assert/strict";
import test from "node:test";
import { LocalMedia } from "../js/media/media.js";
import { settle } from "./fake-clock.js";
import { FakeDevices, FakeStream } from "./fake-devices.js";

globalThis.MediaStream = FakeStream;

const DESK = [["audioinput", "headset"], ["audioinput", "builtin"], ["videoinput", "webcam"], ["videoinput", "lid"], ["audiooutput", "loud"]];

/** Somebody at a desk with both devices on. */
async function alice(...devices) {
  const desk = new FakeDevices(...devices);
  const noSound = () => {
    throw new Error("no sound card");
  };
  const media = new LocalMedia({ mediaDevices: desk, permissions: desk.permissions, makeContext: noSound });
  const replaced = [];
  media.addEventListener("replaced", ({ detail }) => replaced.push(detail));
  await media.start();
  await settle();
  return { desk, media, replaced };
}

/** What is shown is what is sent. */
function assertHonest(media) {
  for (const kind of ["microphone", "camera"]) assert.equal(media.state[kind].on, media.tracks[kind]?.readyState === "live", kind);
  assert.deepEqual(media.preview.getTracks(), [media.tracks.camera].filter(Boolean));
}

test("a pulled plug: the next device takes its place, and the person is told", async () => {
  const { desk, media, replaced } = await alice(...DESK);
  assert.deepEqual([media.state.microphone.deviceId, media.state.camera.deviceId], ["headset", "webcam"]);
  await desk.unplug("headset");
  await settle();
  assertHonest(media);
  assert.deepEqual([media.state.microphone.on, media.state.microphone.deviceId], [true, "builtin"]);
  assert.deepEqual(replaced, [{ kind: "microphone", label: "the builtin" }]);
});

test("a browser that ends no track when its device is gone", async () => {
  const { desk, media, replaced } = await alice(...DESK);
  await desk.unplug("webcam", { ends: false });
  await settle();
  assertHonest(media);
  assert.equal(media.state.camera.deviceId, "lid");
  assert.deepEqual(replaced, [{ kind: "camera", label: "the lid" }]);
});

test("the last camera is gone: it is off and says why, and one that comes back is no error any more", async () => {
  const { desk, media, replaced } = await alice(["audioinput", "builtin"], ["videoinput", "webcam"]);
  await desk.unplug("webcam");
  await settle();
  assertHonest(media);
  assert.deepEqual([media.state.camera.on, media.state.camera.error?.code], [false, "not_found"]);
  assert.deepEqual(replaced, []);
  desk.devices.push({ kind: "videoinput", deviceId: "new", label: "new" });
  desk.dispatchEvent(new Event("devicechange"));
  await settle();
  assert.equal(media.state.camera.error, null);
  assert.equal(media.state.camera.on, false, "nobody is filmed without asking for it");
});

test("who is muted stays muted when the headset is pulled", async () => {
  const { desk, media, replaced } = await alice(...DESK);
  await media.setMicrophone(false);
  await desk.unplug("headset");
  await settle();
  assertHonest(media);
  assert.equal(media.state.microphone.on, false);
  assert.deepEqual(replaced, []);
  await media.setMicrophone(true);
  assert.equal(media.state.microphone.deviceId, "builtin");
});

for (const state of ["denied", "prompt"]) {
  test(`a permission taken back (${state}): off, and the browser does not ask again by itself`, async () => {
    const { desk, media } = await alice(...DESK);
    const asked = desk.opened.length;
    desk.allow("microphone", state);
    await settle();
    assertHonest(media);
    assert.deepEqual([media.state.microphone.on, media.state.microphone.error?.code], [false, "denied"]);
    assert.equal(media.state.camera.on, true);
    assert.equal(desk.opened.length, asked);
    desk.allow("microphone", "granted");
    await settle();
    assert.deepEqual([media.state.microphone.on, media.state.microphone.error], [false, null]);
  });
}

test("a device that stops while it opens is not on", async () => {
  const { desk, media } = await alice(...DESK);
  await media.setCamera(false);
  const open = desk.getUserMedia.bind(desk);
  desk.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    for (const track of stream.getTracks()) track.end();
    return stream;
  };
  await assert.rejects(media.setCamera(true), { code: "in_use" });
  assertHonest(media);
  assert.equal(media.state.camera.on, false);
});

test("switching the microphone while muted opens nothing to be heard", async () => {
  const { media } = await alice(...DESK);
  await media.setMicrophone(false);
  await media.select("microphone", "builtin");
  assertHonest(media);
  assert.equal(media.state.microphone.deviceId, "builtin");
});

test("the chosen speaker goes: sound comes from another one", async () => {
  const { desk, media, replaced } = await alice(...DESK, ["audiooutput", "quiet"]);
  await media.select("speaker", "quiet");
  await desk.unplug("quiet");
  await settle();
  assert.equal(media.state.speaker.deviceId, null);
  assert.deepEqual(replaced, [{ kind: "speaker", label: "the loud" }]);
});

test("closing releases everything and is heard of no more", async () => {
  const { desk, media, replaced } = await alice(...DESK);
  media.close();
  assert.ok(desk.opened.every((track) => track.readyState === "ended"));
  await desk.unplug("headset");
  desk.allow("camera", "denied");
  await settle();
  assertHonest(media);
  assert.deepEqual(replaced, []);
});

test("the camera is taken as it is needed, a new one too, and given back whole", async () => {
  const { desk, media } = await alice(...DESK);
  let told = 0;
  media.addEventListener("tracks", () => (told += 1));
  await media.setCapture({ lines: 180, framerate: 15 });
  const small = { width: 320, height: 180, frameRate: 15 };
  assert.deepEqual(media.tracks.camera.size, small);
  assert.equal(told, 1, "how senders scale depends on it");
  await media.setCapture({ lines: 180, framerate: 15 });
  assert.equal(told, 1);

  const first = media.tracks.camera;
  assert.ok(first.copies.some((one) => one !== first && !one.size), "the device itself goes on as it was opened");
  await media.select("camera", "lid");
  await settle();
  assert.deepEqual(media.tracks.camera.size, small);
  assert.deepEqual(new Set(first.copies.map((one) => one.readyState)), new Set(["ended"]), "the old device is released");

  await media.setLowPower(true);
  await media.setCapture({ lines: 720, framerate: 30 });
  assert.deepEqual(media.tracks.camera.size, { width: 640, height: 360, frameRate: 15 });
  await media.setLowPower(false);
  assert.equal(media.tracks.camera.size.height, 720);
  media.close();
  assert.ok(desk.opened.every((one) => one.copies.every((copy) => copy.readyState === "ended")));
});

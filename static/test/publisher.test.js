import assert from "node:assert/strict";
import test from "node:test";
import { Publisher } from "../js/media/publisher.js";

function begin(refuse = null) {
  const sent = [];
  const media = {
    state: { microphone: { on: false }, camera: { on: false }, screen: { on: false } },
    setMicrophone: async (on) => void (media.state.microphone = { on }),
    setCamera: async (on) => void (media.state.camera = { on }),
    setScreen: async (on) => void (media.state.screen = { on }),
  };
  const request = async (_type, fields) => {
    sent.push(fields);
    if (refuse) throw Object.assign(new Error(refuse), { code: refuse });
  };
  const publisher = new Publisher({ media, request });
  return { sent, media, publisher };
}

test("tells what differs, once", async () => {
  const { sent, media, publisher } = begin();
  publisher.begin({ muted: false, videoOn: false, screenSharing: false });
  await publisher.sync();
  await media.setCamera(true);
  await Promise.all([publisher.sync(), publisher.sync()]);
  assert.deepEqual(sent, [{ muted: true }, { videoOn: true }]);
});

test("without a room there is nobody to tell", async () => {
  const { sent, media, publisher } = begin();
  await media.setCamera(true);
  await publisher.sync();
  assert.deepEqual(sent, []);
});

test("what is refused goes off again", async () => {
  const { media, publisher } = begin("not_permitted");
  publisher.begin({ muted: true, videoOn: false, screenSharing: false });
  await media.setMicrophone(true);
  await assert.rejects(publisher.sync(), { code: "not_permitted" });
  assert.equal(media.state.microphone.on, false);
});

test("a host's word turns devices off, and never on", async () => {
  const { sent, media, publisher } = begin();
  publisher.begin({ muted: true, videoOn: false, screenSharing: false });
  await media.setMicrophone(true);
  await media.setCamera(true);
  await publisher.sync();
  await publisher.follow({ muted: true, videoOn: true, screenSharing: true });
  assert.deepEqual(Object.values(media.state).map((one) => one.on), [false, true, false]);
  assert.equal(sent.length, 1);
});

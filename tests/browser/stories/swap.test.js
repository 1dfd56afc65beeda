import assert from "node:assert/strict";
import { after, test } from "node:test";
import { browser, closeBrowser } from "../harness/chromium.js";
import { gapsBetween, madeUpBetween, watchPictures, watchSounds } from "../harness/continuity.js";
import { openGallery, showState } from "../harness/gallery.js";
import { watchConnections } from "../harness/in-page.js";
import { until } from "../harness/until.js";

after(closeBrowser);

/** Runs in the page: everybody else's tile shows a stream that came over one connection; `goOver()` puts everybody on a second one. */
function twoPaths() {
  const call = /** @type {any} */ (window).call;
  const others = call.state.participants.slice(1).map((/** @type {any} */ one) => one.id);
  const context = new AudioContext();
  const source = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    let at = 0;
    setInterval(() => {
      at += 1;
      pen.fillStyle = `hsl(${at * 7} 50% 40%)`;
      pen.fillRect(0, 0, 320, 180);
      pen.fillStyle = "white";
      pen.fillRect((at * 5) % 320, 60, 40, 40);
    }, 50);
    const tone = context.createOscillator();
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    return new MediaStream([...canvas.captureStream(20).getTracks(), ...out.stream.getTracks()]);
  };
  const connect = async (/** @type {MediaStream} */ stream) => {
    const from = new RTCPeerConnection();
    const to = new RTCPeerConnection();
    from.onicecandidate = ({ candidate }) => void to.addIceCandidate(candidate ?? undefined);
    to.onicecandidate = ({ candidate }) => void from.addIceCandidate(candidate ?? undefined);
    for (const track of stream.getTracks()) from.addTrack(track, stream);
    await from.setLocalDescription();
    await to.setRemoteDescription(/** @type {any} */ (from.localDescription));
    await to.setLocalDescription();
    await from.setRemoteDescription(/** @type {any} */ (to.localDescription));
    return { from, to, stream: new MediaStream(to.getReceivers().map((one) => one.track)) };
  };
  const state = { old: /** @type {any[]} */ ([]), next: /** @type {any[]} */ ([]), current: "old" };
  call.streamOf = (/** @type {string} */ id, /** @type {string} */ kind) => {
    const at = others.indexOf(id);
    return at < 0 || kind !== "camera" ? null : /** @type {any} */ (state)[state.current][at]?.stream ?? null;
  };
  const tell = (/** @type {(shown: Promise<unknown>) => void} */ hold) => {
    for (const participantId of others) call.dispatchEvent(new CustomEvent("stream", { detail: { participantId, kind: "camera", hold } }));
  };
  const sources = others.map(source);
  Object.assign(window, {
    begin: async () => {
      state.old = await Promise.all(sources.map(connect));
      tell(() => undefined);
    },
    prepare: async () => {
      state.next = await Promise.all(sources.map(connect));
      for (const { to } of state.next) {
        for (;;) {
          const inbound = [...(await to.getStats()).values()].filter((one) => one.type === "inbound-rtp");
          if (inbound.some((one) => (one.framesDecoded ?? 0) > 2) && inbound.some((one) => one.kind === "audio" && one.packetsReceived > 5)) break;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    },
    goOver: async () => {
      /** @type {Promise<unknown>[]} */
      const holds = [];
      const from = performance.now();
      state.current = "next";
      tell((shown) => holds.push(shown));
      await Promise.all(holds);
      for (const { from: a, to: b } of state.old) [a, b].forEach((one) => one.close());
      return { from, swapped: performance.now(), holds: holds.length };
    },
  });
}

test("everybody's picture and sound go over to another path: no tile misses two frames, no voice a moment", { timeout: 120_000 }, async () => {
  const gallery = await openGallery();
  const context = await (await browser()).newContext({ viewport: { width: 800, height: 600 } });
  try {
    const page = await context.newPage();
    const errors = /** @type {string[]} */ ([]);
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.addInitScript(watchConnections);
    await showState(page, gallery.link("four"));
    await page.evaluate(watchPictures);
    await page.evaluate(() => /** @type {any} */ (window).call.change({ participants: /** @type {any} */ (window).call.state.participants.map((/** @type {any} */ one) => ({ ...one, videoOn: true })) }));
    await page.evaluate(twoPaths);
    await page.evaluate(() => /** @type {any} */ (window).begin());
    await page.evaluate(watchSounds);
    const live = () => page.evaluate(gapsBetween, { from: 0, to: Infinity });
    await until("three tiles play", async () => Object.values(await live()).filter((one) => one.frames > 40).length >= 3);
    await page.evaluate(() => /** @type {any} */ (window).prepare());
    const { from, swapped, holds } = await page.evaluate(() => /** @type {any} */ (window).goOver());
    assert.equal(holds, 6, "three pictures and three voices were waited for");
    await until("the new path plays", () => page.evaluate((since) => performance.now() > since + 1_500, swapped));

    const control = await page.evaluate(gapsBetween, { from: from - 1_500, to: from });
    const gaps = await page.evaluate(gapsBetween, { from: from - 300, to: swapped + 1_000 });
    const sounds = await page.evaluate(madeUpBetween, { from: from - 300, to: swapped + 1_000 });
    console.log(JSON.stringify({ took: Math.round(swapped - from), control, gaps, sounds }));
    if (process.env.SHOW_VOICES) console.log((await page.evaluate((since) => /** @type {any} */ (window).voices.filter((/** @type {any} */ one) => one.who === "p1" && one.at > since - 800 && one.at < since + 1500).map((/** @type {any} */ one) => [Math.round(one.at - since), one.way, one.volume, Math.round(one.concealed/48), Math.round(one.silent/48), Math.round(one.samples/48)].join(" ")), from)).join("\n"));
    const tiles = Object.entries(gaps).filter(([who]) => who !== "p0");
    assert.equal(tiles.length, 3);
    for (const [who, { longest, usual }] of tiles) assert.ok(longest < Math.max(3 * usual, control[who].longest + 17), `${who}: ${Math.round(longest)} ms without a picture, usually ${Math.round(usual)}`);
    assert.equal(Object.keys(sounds).length, 3);
    for (const [who, { madeUp, paths }] of Object.entries(sounds)) {
      assert.equal(paths, 2, `${who} was heard over both`);
      assert.ok(madeUp <= 20, `${who}: ${Math.round(madeUp)} ms were made up`);
    }
    assert.equal(await page.locator("gr-tile video").count(), 4, "one picture a tile is left");
    assert.equal(await page.locator("gr-audio audio").count(), 3, "one player a voice is left");
    assert.deepEqual(await page.locator("gr-audio audio").evaluateAll((all) => all.map((one) => /** @type {HTMLAudioElement} */ (one).volume)), [1, 1, 1]);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
    gallery.close();
  }
});

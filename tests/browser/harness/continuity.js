/**
 * What a person in front of the page sees and hears without a break. These functions run inside the page and are sent as text, so they use
 * nothing from outside themselves.
 */

/**
 * Notes from now on when each tile puts a new picture on the screen: a frame of the video in front, or another video that comes to the front.
 * `window.continuity.shown` maps a participant's id to those moments, in milliseconds of `performance.now()`; `switches` are the moments at which
 * the room took another path.
 */
export function watchPictures() {
  const shown = /** @type {Record<string, number[]>} */ ({});
  const switches = /** @type {{at: number, mode: string, epoch: number}[]} */ ([]);
  const known = new WeakSet();
  const front = new WeakMap();
  const note = (/** @type {any} */ tile, /** @type {number} */ at) => (shown[tile.who] ??= []).push(at);
  const follow = (/** @type {any} */ picture, /** @type {any} */ video) => {
    if (known.has(video)) return;
    known.add(video);
    const next = (/** @type {number} */ now) => {
      if (!video.isConnected) return;
      if (picture.video === video) note(picture, now);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  /** @type {any} */
  let meeting = null;
  const look = (/** @type {number} */ now) => {
    requestAnimationFrame(look);
    if (!meeting?.isConnected) meeting = find(document, "gr-meeting");
    const topology = meeting?.state?.topology;
    const last = switches[switches.length - 1];
    if (topology && (topology.epoch !== last?.epoch || topology.mode !== last.mode)) switches.push({ at: now, mode: topology.mode, epoch: topology.epoch });
    for (const tile of meeting?.shadowRoot?.querySelector("gr-stage")?.shadowRoot?.querySelectorAll('gr-tile[kind="camera"]') ?? []) {
      const picture = /** @type {any} */ (tile.shadowRoot?.querySelector("gr-video"));
      if (!picture) continue;
      for (const video of picture.shadowRoot?.querySelectorAll("video") ?? []) follow(picture, video);
      // What comes to the front does so with a picture of its own.
      if (front.has(picture) && front.get(picture) !== picture.video) note(picture, now);
      front.set(picture, picture.video);
    }
  };
  /** @param {Document|ShadowRoot} root @param {string} name @returns {any} */
  const find = (root, name) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === name) return element;
      const inside = element.shadowRoot && find(element.shadowRoot, name);
      if (inside) return inside;
    }
    return null;
  };
  requestAnimationFrame(look);
  Object.defineProperty(window, "continuity", { value: { shown, switches }, configurable: true });
}

/**
 * The longest time without a new picture on each tile between two moments, and the usual time between two.
 * @param {{from: number, to: number}} window_ @returns {Record<string, {longest: number, usual: number, frames: number}>}
 */
export function gapsBetween({ from, to }) {
  const { shown } = /** @type {any} */ (window).continuity;
  const result = /** @type {Record<string, {longest: number, usual: number, frames: number}>} */ ({});
  for (const [who, times] of /** @type {[string, number[]][]} */ (Object.entries(shown))) {
    const inside = times.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
    const gaps = inside.slice(1).map((at, i) => at - inside[i]);
    if (gaps.length < 4) continue;
    const sorted = [...gaps].sort((a, b) => a - b);
    result[who] = { longest: sorted[sorted.length - 1], usual: sorted[Math.floor(sorted.length / 2)], frames: inside.length };
  }
  return result;
}

/**
 * Notes from now on, ten times a second, what the players do: how loud each is, and how much of what its decoder gave out was made up.
 * `window.voices` is a list of `{at, who, way, volume, paused, concealed, silent, samples}`.
 */
export function watchSounds() {
  const notes = /** @type {any[]} */ ([]);
  Object.defineProperty(window, "voices", { value: notes, configurable: true });
  const find = (/** @type {Document|ShadowRoot} */ root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.localName === "gr-audio") return element;
      const inside = element.shadowRoot && find(element.shadowRoot);
      if (inside) return /** @type {any} */ (inside);
    }
    return null;
  };
  const look = async () => {
    const receivers = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections).flatMap((one) => one.getReceivers());
    for (const player of find(document)?.shadowRoot?.querySelectorAll('audio[data-kind="camera"]') ?? []) {
      const track = player.srcObject?.getAudioTracks()[0];
      const receiver = receivers.find((one) => one.track === track);
      const at = performance.now();
      const report = receiver && [...(await receiver.getStats()).values()].find((one) => one.type === "inbound-rtp");
      if (report) notes.push({ at, who: player.dataset.who, way: `${receivers.indexOf(receiver)} ${report.ssrc}`, volume: player.volume, paused: player.paused, concealed: report.concealedSamples ?? 0, silent: report.silentConcealedSamples ?? 0, samples: report.totalSamplesReceived ?? 0 });
    }
    setTimeout(look, 100);
  };
  void look();
}

/** Made-up sound between two moments on what is played, by participant, in milliseconds; silence that was made up counts as silence. @param {{from: number, to: number}} window_ @returns {Record<string, {madeUp: number, played: number, paths: number}>} */
export function madeUpBetween({ from, to }) {
  const all = /** @type {any[]} */ (/** @type {any} */ (window).voices);
  const byVoice = new Map();
  for (const one of all) {
    if (one.at < from || one.at > to || one.paused || one.volume === 0) continue;
    const key = `${one.who} ${one.way}`;
    const known = byVoice.get(key);
    if (known) known.last = one;
    else byVoice.set(key, { who: one.who, first: one, last: one });
  }
  const result = /** @type {Record<string, {madeUp: number, played: number, paths: number}>} */ ({});
  for (const { who, first, last } of byVoice.values()) {
    const sum = (result[who] ??= { madeUp: 0, played: 0, paths: 0 });
    sum.paths += 1;
    sum.madeUp += (last.concealed - last.silent - (first.concealed - first.silent)) / 48;
    sum.played += (last.samples - first.samples) / 48;
  }
  return result;
}

/** The moment at which the room took the path that it is on, as this page noticed it; null while it is on another. @param {string} mode */
export function tookPath(mode) {
  const last = /** @type {any} */ (window).continuity.switches.at(-1);
  return last?.mode === mode ? last.at : null;
}

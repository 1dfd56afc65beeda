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
  /** A picture counts when its video is the one in front; what comes to the front does so with its first. @param {any} picture @param {any} video */
  const follow = (picture, video) => {
    if (known.has(video)) return;
    known.add(video);
    const next = (/** @type {number} */ now) => {
      if (!video.isConnected) return;
      if (picture.video === video || front.get(picture) !== picture.video) (shown[picture.who] ??= []).push(now);
      front.set(picture, picture.video);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const fields = new WeakSet();
  /** Videos that are put into a tile are followed before their first picture. @param {any} picture */
  const watch = (picture) => {
    const field = picture.shadowRoot?.querySelector(".field");
    if (!field || fields.has(field)) return;
    fields.add(field);
    const look = () => field.querySelectorAll("video").forEach((/** @type {any} */ video) => follow(picture, video));
    new MutationObserver(look).observe(field, { childList: true });
    look();
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
  const meeting = find(document, "gr-meeting");
  const noteWay = () => {
    const topology = meeting.call.state.topology;
    const last = switches[switches.length - 1];
    if (topology && (topology.epoch !== last?.epoch || topology.mode !== last.mode)) switches.push({ at: performance.now(), mode: topology.mode, epoch: topology.epoch });
  };
  meeting?.call.addEventListener("change", noteWay);
  if (meeting) noteWay();
  /** New tiles are few, and looking for them costs: now and then is enough. */
  const tiles = () => {
    const stage = (meeting ?? document.body.querySelector("*"))?.shadowRoot?.querySelector("gr-stage") ?? find(document, "gr-stage");
    for (const tile of stage?.shadowRoot?.querySelectorAll('gr-tile[kind="camera"]') ?? []) watch(tile.shadowRoot?.querySelector("gr-video") ?? {});
    setTimeout(tiles, 250);
  };
  tiles();
  Object.defineProperty(window, "continuity", { value: { shown, switches }, configurable: true });
}

/**
 * The longest time without a new picture on each tile between two moments, and the usual time between two.
 * @param {{from: number, to: number}} window_ @returns {Record<string, {longest: number, after: number, usual: number, frames: number}>} `after`: when the longest began
 */
export function gapsBetween({ from, to }) {
  const { shown } = /** @type {any} */ (window).continuity;
  const result = /** @type {Record<string, {longest: number, after: number, usual: number, frames: number}>} */ ({});
  for (const [who, times] of /** @type {[string, number[]][]} */ (Object.entries(shown))) {
    const inside = times.filter((at) => at >= from && at <= to).sort((a, b) => a - b);
    const gaps = inside.slice(1).map((at, i) => at - inside[i]);
    if (gaps.length < 4) continue;
    const sorted = [...gaps].sort((a, b) => a - b);
    const longest = sorted[sorted.length - 1];
    result[who] = { longest, after: inside[gaps.indexOf(longest)], usual: sorted[Math.floor(sorted.length / 2)], frames: inside.length };
  }
  return result;
}

/**
 * Notes from now on, four times a second, what the players do: how loud each is, and how much of what its decoder gave out was made up.
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
  const place = find(document);
  const look = async () => {
    const all = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
    const open = all.filter((one) => one.connectionState !== "closed");
    for (const connection of open) {
      const players = [...place.shadowRoot.querySelectorAll('audio[data-kind="camera"]')].map((player) => ({ player, track: player.srcObject?.getAudioTracks()[0] }));
      const tracks = connection.getReceivers().map((one) => one.track);
      const here = players.filter(({ track }) => track && tracks.includes(track));
      if (here.length === 0) continue;
      const report = [...(await connection.getStats()).values()].filter((one) => one.type === "inbound-rtp" && one.kind === "audio");
      const at = performance.now();
      for (const { player, track } of here) {
        const one = report.find(({ trackIdentifier }) => trackIdentifier === track.id);
        if (one) notes.push({ at, who: player.dataset.who, way: `${all.indexOf(connection)} ${one.ssrc}`, volume: player.volume, paused: player.paused, concealed: one.concealedSamples ?? 0, silent: one.silentConcealedSamples ?? 0, samples: one.totalSamplesReceived ?? 0 });
      }
    }
    setTimeout(look, 250);
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

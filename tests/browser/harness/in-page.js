/**
 * What runs inside a page: before its own scripts (`watchConnections`), and to look at what really arrives. These functions are sent as
 * text, so they use nothing from outside themselves.
 */

/** Remembers every peer connection that the page makes: their statistics are the only honest witness of what travels. */
export function watchConnections() {
  const all = /** @type {RTCPeerConnection[]} */ ([]);
  Object.defineProperty(window, "peerConnections", { value: all });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    /** @param {any[]} args */
    constructor(...args) {
      super(...args);
      all.push(this);
    }
  };
}

/** Resolves with the size of the picture once so many new frames were put on the screen. @param {HTMLVideoElement} video @param {{frames: number, within: number}} wanted */
export function seesFrames(video, { frames, within }) {
  return new Promise((resolve) => {
    const tooLate = setTimeout(() => resolve(null), within);
    let left = frames;
    const next = () =>
      video.requestVideoFrameCallback((_now, frame) => {
        left -= 1;
        if (left > 0) return next();
        clearTimeout(tooLate);
        resolve({ width: frame.width, height: frame.height });
      });
    next();
  });
}

/** How different the brightest and the darkest spot of the picture are: a black or grey tile has no contrast. @param {HTMLVideoElement} video */
export function contrastOf(video) {
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 18;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  brush.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
  let darkest = 255;
  let brightest = 0;
  for (let at = 0; at < data.length; at += 4) {
    const light = (data[at] + data[at + 1] + data[at + 2]) / 3;
    darkest = Math.min(darkest, light);
    brightest = Math.max(brightest, light);
  }
  return brightest - darkest;
}

/** The decoder's own account of a player's sound: energy played and samples received so far. @param {HTMLAudioElement} player */
export async function soundOf(player) {
  const track = /** @type {MediaStream|null} */ (player.srcObject)?.getAudioTracks()[0];
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  for (const connection of connections) {
    const receiver = connection.getReceivers().find((one) => one.track === track);
    if (!receiver || connection.connectionState === "closed") continue;
    for (const report of (await receiver.getStats()).values()) {
      if (report.type === "inbound-rtp") return { energy: report.totalAudioEnergy ?? 0, packets: report.packetsReceived ?? 0, playing: !player.paused };
    }
  }
  return null;
}

/** The picture that came last from anybody: codec, size, and how many were decoded. */
export async function pictureReceived() {
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  let newest = /** @type {any} */ (null);
  for (const connection of connections) {
    if (connection.connectionState === "closed") continue;
    const all = [...(await connection.getStats()).values()];
    for (const one of all) {
      if (one.type !== "inbound-rtp" || one.kind !== "video" || !one.framesDecoded) continue;
      const codec = all.find((other) => other.id === one.codecId)?.mimeType?.split("/")[1] ?? "";
      const seen = { codec, height: one.frameHeight ?? 0, decoded: one.framesDecoded, at: one.lastPacketReceivedTimestamp ?? 0, lost: one.packetsLost, freezes: one.freezeCount };
      if (!newest || seen.at > newest.at) newest = seen;
    }
  }
  return newest;
}

/** The ways in which the page sends pictures now: codec, layers, height. */
export async function picturesSent() {
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  const sent = [];
  for (const connection of connections) {
    if (connection.connectionState === "closed") continue;
    const all = [...(await connection.getStats()).values()];
    for (const one of all) {
      if (one.type !== "outbound-rtp" || one.kind !== "video" || !one.framesEncoded) continue;
      const codec = all.find((other) => other.id === one.codecId)?.mimeType?.split("/")[1] ?? "";
      sent.push({ codec, rid: one.rid ?? "", mode: one.scalabilityMode ?? "", height: one.frameHeight ?? 0, limited: one.qualityLimitationReason });
    }
  }
  return sent;
}

/** Packets and bytes of media sent so far, by kind, over all live connections. */
export async function sentByPage() {
  const sent = { audio: 0, video: 0 };
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  for (const connection of connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "outbound-rtp") sent[/** @type {"audio"|"video"} */ (report.kind)] += report.packetsSent ?? 0;
    }
  }
  return sent;
}

/** The live connections with their ICE user names: a restart changes the name, a rejoin the connection. */
export function connectionsOfPage() {
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  return connections.flatMap((connection, number) =>
    connection.connectionState === "closed" ? [] : [{ number, state: connection.connectionState, user: /a=ice-ufrag:(\S+)/.exec(connection.localDescription?.sdp ?? "")?.[1] ?? "" }],
  );
}

/** How the live connections reach the other side, one each. */
export async function waysOfPage() {
  const ways = [];
  for (const connection of /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections)) {
    if (connection.connectionState === "closed") continue;
    const report = await connection.getStats();
    const transport = [...report.values()].find((one) => one.type === "transport");
    const pair = report.get(transport?.selectedCandidatePairId ?? "");
    ways.push({ state: connection.connectionState, protocol: report.get(pair?.localCandidateId ?? "")?.protocol ?? null, received: transport?.bytesReceived ?? 0 });
  }
  return ways;
}

/** Whether pictures of so many others are drawn and their sound arrives; cheap, so that measuring takes nothing from what is measured. @param {number} others */
export function mediaArrived(others) {
  const videos = /** @type {HTMLVideoElement[]} */ ([]);
  const visit = (/** @type {ParentNode} */ root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one instanceof HTMLVideoElement) videos.push(one);
      if (one.shadowRoot) visit(one.shadowRoot);
    }
  };
  visit(document);
  const drawn = videos.filter((video) => video.srcObject && video.videoWidth > 0 && video.currentTime > 0).length;
  const connections = /** @type {RTCPeerConnection[]} */ (/** @type {any} */ (window).peerConnections);
  const heard = connections.filter((one) => one.getReceivers().some((receiver) => receiver.track.kind === "audio" && receiver.getSynchronizationSources().length > 0)).length;
  // The own picture is among the videos.
  return drawn >= others + 1 && heard >= others;
}

/** Clicks a button and gives the milliseconds until the page shows another name for it. @param {string} label */
export async function answersToClick(label) {
  const find = (/** @type {ParentNode} */ root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.localName === "button" && one.getAttribute("aria-label") === label) return /** @type {HTMLElement} */ (one);
      /** @type {HTMLElement|null} */
      const inside = one.shadowRoot ? find(one.shadowRoot) : null;
      if (inside) return inside;
    }
    return null;
  };
  const button = find(document);
  if (!button) throw new Error(`no button ${label}`);
  const start = performance.now();
  button.click();
  while (button.getAttribute("aria-label") === label) await new Promise((resolve) => requestAnimationFrame(() => resolve(null)));
  return performance.now() - start;
}

/** What is drawn of each video from now on, for so many seconds: its size and pictures a second. @param {number} seconds */
export async function picturesDrawn(seconds) {
  const videos = /** @type {HTMLVideoElement[]} */ ([]);
  const visit = (/** @type {ParentNode} */ root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one instanceof HTMLVideoElement && one.srcObject) videos.push(one);
      if (one.shadowRoot) visit(one.shadowRoot);
    }
  };
  visit(document);
  const count = () => videos.map((video) => video.getVideoPlaybackQuality().totalVideoFrames);
  const before = count();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return count().map((now, i) => `${videos[i].videoWidth}x${videos[i].videoHeight}@${Math.round((now - before[i]) / seconds)}`);
}

/**
 * Makes the devices of a page ones with plugs: the browser pretends devices, but can't take one away. What is pulled ends, is in no list and can't
 * be opened any more. Screens get the sound that a shared tab has.
 */
export function plugDevices() {
  const devices = navigator.mediaDevices;
  const tracks = /** @type {MediaStreamTrack[]} */ ([]);
  const gone = /** @type {Set<string>} */ (new Set());
  Object.defineProperty(window, "plugs", { value: { tracks, gone } });
  const [open, list, screen] = [devices.getUserMedia.bind(devices), devices.enumerateDevices.bind(devices), devices.getDisplayMedia.bind(devices)];
  // The second of Chromium's own cameras is one for depth, which no codec takes.
  devices.enumerateDevices = async () => (await list()).filter((one) => !gone.has(one.deviceId) && one.label !== "fake_device_1");
  devices.getUserMedia = async (wanted = {}) => {
    const there = (await devices.enumerateDevices()).filter((one) => one.deviceId);
    const plugged = (/** @type {any} */ asked, /** @type {string} */ kind) => {
      if (!asked || gone.size === 0) return asked;
      const id = asked.deviceId?.exact ?? asked.deviceId?.ideal;
      const found = there.find((one) => one.kind === kind && one.deviceId === id) ?? there.find((one) => one.kind === kind);
      if (!found) throw new DOMException("unplugged", "NotFoundError");
      return { ...asked, deviceId: { exact: found.deviceId } };
    };
    const stream = await open({ audio: plugged(wanted.audio, "audioinput"), video: plugged(wanted.video, "videoinput") });
    tracks.push(...stream.getTracks());
    return stream;
  };
  devices.getDisplayMedia = async (wanted) => {
    const stream = await screen(wanted);
    if (wanted?.audio && stream.getAudioTracks().length === 0) {
      const context = new AudioContext();
      const [tone, sound] = [context.createOscillator(), context.createMediaStreamDestination()];
      tone.connect(sound);
      tone.start();
      await context.resume();
      stream.addTrack(sound.stream.getAudioTracks()[0]);
    }
    return stream;
  };
}

/** @param {"audio"|"video"} kind */
export function openDevice(kind) {
  const { tracks } = /** @type {{tracks: MediaStreamTrack[]}} */ (/** @type {any} */ (window).plugs);
  return tracks.findLast((one) => one.kind === kind && one.readyState === "live")?.getSettings().deviceId ?? null;
}

/** @param {"audio"|"video"} kind */
export function pullPlug(kind) {
  const { tracks, gone } = /** @type {{tracks: MediaStreamTrack[], gone: Set<string>}} */ (/** @type {any} */ (window).plugs);
  const track = tracks.findLast((one) => one.kind === kind && one.readyState === "live");
  if (!track) throw new Error(`no ${kind} is open`);
  gone.add(track.getSettings().deviceId ?? "");
  // A browser stops the track itself and says so.
  track.stop();
  track.dispatchEvent(new Event("ended"));
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}

/** Before the page's own scripts: it never closes a connection, as a page that ignores what it is told. */
export function neverLetGo() {
  RTCPeerConnection.prototype.close = () => undefined;
}

/** Devices whose media can be known again in a file: put in place of the browser's pretended ones, before anybody goes anywhere. */

/** How long a clap is, and how often there is one. The period is uneven to the frame rates there are. */
export const CLAP = { hertz: 1_000, lastsMs: 120, everyMs: 1_370 };

/** A microphone that hums one tone and nothing else. @param {import("./person.js").Person} person @param {number} hertz */
export function hums(person, hertz) {
  return person.page.context().addInitScript(insteadOfDevices, { hertz, clap: null });
}

/**
 * A voice as it went in. What a browser does to it otherwise (echo, noise and gain) depends on what else it plays, and when a busy machine lets it.
 * @param {import("./person.js").Person} person
 */
export function speaksPlainly(person) {
  return person.page.context().addInitScript(withoutProcessing);
}

/** A clapperboard: dark and silent, and each so often bright and a beep at once. @param {import("./person.js").Person} person */
export function claps(person) {
  return person.page.context().addInitScript(insteadOfDevices, { hertz: null, clap: CLAP });
}

/** Runs in the page. */
function withoutProcessing() {
  if (!navigator.mediaDevices) return;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = (constraints) => {
    const { audio } = constraints ?? {};
    return real(audio ? { ...constraints, audio: { ...(audio === true ? {} : audio), ...plain } } : constraints);
  };
}

/** Runs in the page, so it uses nothing from outside itself. @param {{hertz: number|null, clap: typeof CLAP|null}} how */
function insteadOfDevices({ hertz, clap }) {
  if (!navigator.mediaDevices) return;
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const context = new AudioContext({ sampleRate: 48_000 });
  const wake = () => context.resume();
  for (const kind of ["click", "keydown"]) addEventListener(kind, wake, { capture: true });
  const sound = context.createMediaStreamDestination();
  sound.channelCount = 1;
  const loud = new GainNode(context, { gain: hertz ? 0.3 : 0 });
  const tone = new OscillatorNode(context, { frequency: hertz ?? clap?.hertz });
  tone.connect(loud).connect(sound);
  tone.start();

  const canvas = document.createElement("canvas");
  canvas.width = 160;
  canvas.height = 90;
  const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  // Straight into a track: what a canvas is asked for comes when the page has time.
  /** @type {Set<WritableStreamDefaultWriter>} */
  const shown = new Set();
  if (clap) {
    const planned = /** @type {number[]} */ ([]);
    let next = 1;
    let bright = false;
    let drawn = 0;
    let turn = 0;
    const draw = () => {
      drawn = performance.now();
      brush.fillStyle = bright ? "#fff" : "#222";
      brush.fillRect(0, 0, canvas.width, canvas.height);
      // A picture that never changes is not sent.
      turn = (turn + 1) % 16;
      brush.fillStyle = "#888";
      brush.fillRect(turn * 10, 85, 10, 5);
      for (const writer of shown) writer.write(new VideoFrame(canvas, { timestamp: drawn * 1_000 })).catch(() => shown.delete(writer));
    };
    setInterval(() => {
      const now = context.currentTime;
      if (next < now) next = now + 0.3;
      if (next < now + 0.5) {
        loud.gain.setValueAtTime(0.5, next);
        loud.gain.setValueAtTime(0, next + clap.lastsMs / 1_000);
        planned.push(next);
        next += clap.everyMs / 1_000;
      }
      const due = planned[0] ?? Infinity;
      // What was said ahead to the sound is shown when its own clock has come there.
      if (now >= due && !bright) {
        bright = true;
        draw();
      } else if (bright && now >= due + clap.lastsMs / 1_000) {
        planned.shift();
        bright = false;
        draw();
      } else if (now < due - 0.12 && performance.now() >= drawn + 80) {
        // None right before a flash: an encoder leaves out what comes too soon behind another.
        draw();
      }
    }, 5);
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    await context.resume();
    const put = (/** @type {MediaStreamTrack} */ old, /** @type {MediaStreamTrack} */ ours) => {
      stream.removeTrack(old);
      old.stop();
      stream.addTrack(ours);
    };
    for (const track of stream.getAudioTracks()) put(track, sound.stream.getAudioTracks()[0].clone());
    for (const track of clap ? stream.getVideoTracks() : []) {
      const ours = new MediaStreamTrackGenerator({ kind: "video" });
      shown.add(ours.writable.getWriter());
      put(track, ours);
    }
    return stream;
  };
}

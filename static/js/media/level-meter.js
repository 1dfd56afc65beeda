/** Root mean square to 0..1, even to the ear: silence below -60 dB, full at -10 dB. @param {number} rms */
export function loudness(rms) {
  if (!(rms > 0)) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 50));
}

/** How loud a track is now. Contexts start suspended until the person has touched the page; it then reads 0. */
export class LevelMeter {
  #context;
  #analyser;
  #source;
  #samples;

  /** @param {MediaStreamTrack} track @param {AudioContext} context */
  constructor(track, context) {
    this.#context = context;
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  level() {
    if (this.#context.state === "suspended") this.#context.resume().catch(() => undefined);
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) sum += sample * sample;
    return loudness(Math.sqrt(sum / this.#samples.length));
  }

  close() {
    this.#source.disconnect();
  }
}

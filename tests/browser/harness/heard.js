/** What is in a recorded sound: a tone, claps, or the words that went in. Sound is one channel of 16,000 samples a second. */

const RATE = 16_000;
/** Of speech: as long as a short sound. */
const HOP = 320;
const BANDS = 14;
/** Below this nobody speaks. */
const QUIET_DB = -45;
const FFT = 512;
const FLOOR = 1e-3;

/**
 * How much a tone stands out of what is beside it, in decibels: the most that any stretch of a second shows.
 * @param {Float32Array} sound @param {number} hertz
 */
export function toneIn(sound, hertz) {
  let most = -Infinity;
  for (let from = 0; from + RATE <= sound.length; from += RATE / 2) {
    const part = sound.subarray(from, from + RATE);
    const beside = [-35, -25, -15, 15, 25, 35].map((off) => powerAt(part, hertz + off)).sort((a, b) => a - b);
    most = Math.max(most, 10 * Math.log10((powerAt(part, hertz) + 1e-9) / (beside[3] + 1e-9)));
  }
  return most;
}

/** When beeps of this tone begin, seconds. @param {Float32Array} sound @param {number} hertz */
export function beepsIn(sound, hertz) {
  const [step, length] = [RATE / 200, RATE / 50];
  const loud = [];
  for (let from = 0; from + length <= sound.length; from += step) loud.push(powerAt(sound.subarray(from, from + length), hertz));
  const edge = Math.max(...loud) / 10;
  // The window is full of it half its length after it began.
  return loud.flatMap((power, at) => (power > edge && at > 0 && loud[at - 1] <= edge ? [(at * step + length / 2) / RATE] : []));
}

/**
 * Holds a sound against the one that went in, again and again from its beginning: each second in which somebody speaks, by the shape of its spectrum.
 * @param {Float32Array} sound @param {Float32Array} source
 * @returns {{second: number, likeness: number, at: number}[]} `at`: where in the source, seconds
 */
export function placesIn(sound, source) {
  const [heard, said] = [shapeOf(sound), shapeOf(source)];
  const frames = RATE / HOP;
  const places = [];
  for (let from = 0; from + frames <= heard.length; from += frames) {
    const part = heard.slice(from, from + frames);
    if (part.filter(({ loudness }) => loudness > QUIET_DB).length < frames * 0.8) continue;
    let best = { likeness: -1, at: 0 };
    for (let lag = 0; lag < said.length; lag += 1) {
      const likeness = likenessOf(part, (at) => said[(lag + at) % said.length]);
      if (likeness > best.likeness) best = { likeness, at: lag / frames };
    }
    places.push({ second: from / frames, ...best });
  }
  return places;
}

/** @param {Float32Array} part @param {number} hertz Goertzel, with a window that keeps what is beside it out */
function powerAt(part, hertz) {
  const turn = (2 * Math.PI * hertz) / RATE;
  const coefficient = 2 * Math.cos(turn);
  let [before, last] = [0, 0];
  for (let at = 0; at < part.length; at += 1) {
    const window_ = 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / (part.length - 1));
    [before, last] = [last, part[at] * window_ + coefficient * last - before];
  }
  return (last * last + before * before - coefficient * last * before) / part.length;
}

/** @typedef {{bands: Float64Array, loudness: number}} Shape */

/** @param {Float32Array} sound @returns {Shape[]} one each 20 ms: energies by band, without what a filter or a gain in between would change */
function shapeOf(sound) {
  const shapes = [];
  for (let from = 0; from + FFT <= sound.length; from += HOP) {
    const power = spectrumOf(sound.subarray(from, from + FFT));
    const bands = new Float64Array(BANDS);
    for (let bin = 4; bin < FFT / 2; bin += 1) {
      const band = Math.floor((BANDS * Math.log(bin / 4)) / Math.log(FFT / 8));
      bands[Math.min(BANDS - 1, band)] += power[bin];
    }
    const loudness = 10 * Math.log10(power.reduce((sum, one) => sum + one, 0) / FFT + 1e-12);
    // How deep a pause is says nothing of the words around it.
    shapes.push({ bands: bands.map((energy) => Math.log(energy + FLOOR)), loudness });
  }
  const usual = Float64Array.from({ length: BANDS }, (_, band) => shapes.reduce((sum, { bands }) => sum + bands[band], 0) / Math.max(1, shapes.length));
  return shapes.map(({ bands, loudness }) => ({ bands: bands.map((energy, band) => energy - usual[band]), loudness }));
}

/** Correlation, -1 to 1. @param {Shape[]} part @param {(at: number) => Shape} other */
function likenessOf(part, other) {
  let [sumX, sumY, xx, yy, xy, count] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < part.length; at += 1) {
    const theirs = other(at).bands;
    for (let band = 0; band < BANDS; band += 1) {
      const [x, y] = [part[at].bands[band], theirs[band]];
      sumX += x;
      sumY += y;
      xx += x * x;
      yy += y * y;
      xy += x * y;
      count += 1;
    }
  }
  return (xy - (sumX * sumY) / count) / Math.sqrt((xx - sumX ** 2 / count) * (yy - sumY ** 2 / count) + 1e-12);
}

/** @param {Float32Array} part of FFT samples @returns {Float64Array} power by bin */
function spectrumOf(part) {
  const real = new Float64Array(FFT);
  const imaginary = new Float64Array(FFT);
  const bits = Math.log2(FFT);
  for (let at = 0; at < FFT; at += 1) {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit += 1) reversed |= ((at >> bit) & 1) << (bits - 1 - bit);
    real[reversed] = part[at] * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / (FFT - 1)));
  }
  for (let size = 2; size <= FFT; size *= 2) {
    for (let from = 0; from < FFT; from += size) {
      for (let at = 0; at < size / 2; at += 1) {
        const angle = (-2 * Math.PI * at) / size;
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const [low, high] = [from + at, from + at + size / 2];
        const [r, i] = [real[high] * cos - imaginary[high] * sin, real[high] * sin + imaginary[high] * cos];
        [real[high], imaginary[high]] = [real[low] - r, imaginary[low] - i];
        real[low] += r;
        imaginary[low] += i;
      }
    }
  }
  return real.map((one, bin) => one ** 2 + imaginary[bin] ** 2);
}

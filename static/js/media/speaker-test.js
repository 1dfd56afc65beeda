/** Two soft notes on the chosen speaker, to hear whether anything is heard. Resolves when they are over. */

const NOTES = [
  { at: 0, hertz: 523.25 },
  { at: 0.28, hertz: 783.99 },
];
const LENGTH = 0.9;

/** @param {string|null} speakerId "" or null is the system's own choice */
export async function playTestTone(speakerId) {
  const context = new AudioContext();
  try {
    const routed = /** @type {AudioContext & {setSinkId?: (id: string) => Promise<void>}} */ (context);
    if (speakerId && speakerId !== "default") await routed.setSinkId?.(speakerId);
    await context.resume();
    for (const { at, hertz } of NOTES) note(context, context.currentTime + at, hertz);
    await new Promise((done) => setTimeout(done, LENGTH * 1000));
  } finally {
    await context.close();
  }
}

/** @param {AudioContext} context @param {number} at @param {number} hertz */
function note(context, at, hertz) {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = hertz;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.2, at + 0.03);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.55);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.6);
}

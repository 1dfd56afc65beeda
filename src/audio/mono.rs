//! Many channels into one.

/// More channels than this are nobody's voice.
const MOST_CHANNELS: usize = 32;

/// The mean of each frame, behind what `out` holds. What is no number is silence.
pub fn mix(interleaved: &[f32], channels: usize, out: &mut Vec<f32>) {
    if (1..=MOST_CHANNELS).contains(&channels) {
        let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
        let sound = |sample: f32| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 };
        out.extend(interleaved.chunks_exact(channels).map(mean).map(sound));
    }
}

//! Brings a group to a level, and leaves silence what it is: room noise that is made as loud as a voice would be taken for one.

use super::level::{Level, ratio};

/// What a group's level is brought to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Normalise {
    #[default]
    Off,
    /// The largest sample to [`PEAK_DB`].
    Peak,
    /// The mean level to [`LOUDNESS_DB`], with no sample over [`PEAK_DB`].
    Loudness,
}

/// Below full scale, so that what is made of it later does not clip.
pub const PEAK_DB: f64 = -1.0;
/// Root mean square, below full scale: a voice that is near.
pub const LOUDNESS_DB: f64 = -20.0;
/// More is never added: what lies further down is not meant to be heard.
pub const GAIN_MAX_DB: f64 = 20.0;
/// A group whose mean level is below this is silence.
pub const GATE_DB: f64 = -50.0;
/// Over which one group's gain becomes the next one's, without a click.
const RAMP_MS: u64 = 50;

impl Normalise {
    /// What a group of this level is multiplied by. Silence keeps the gain that was there, but is never made louder.
    pub fn gain(self, level: Level, before: f64) -> f64 {
        let to_peak = ratio(PEAK_DB) / level.peak.max(f64::MIN_POSITIVE);
        let wanted = match self {
            Self::Off => return 1.0,
            _ if level.rms < ratio(GATE_DB) => return before.min(1.0),
            Self::Peak => to_peak,
            Self::Loudness => (ratio(LOUDNESS_DB) / level.rms).min(to_peak),
        };
        wanted.min(ratio(GAIN_MAX_DB))
    }
}

/// The gain goes on from group to group.
pub struct Normaliser {
    how: Normalise,
    channels: usize,
    ramp: usize,
    gain: f64,
}

impl Normaliser {
    pub fn new(how: Normalise, rate: u32, channels: u16) -> Self {
        let ramp = (u64::from(rate) * RAMP_MS / 1_000).max(1) as usize;
        Self { how, channels: usize::from(channels.max(1)), ramp, gain: 1.0 }
    }

    /// Changes the samples; the gain they have at their end.
    pub fn apply(&mut self, samples: &mut [i16], level: Level) -> f64 {
        let (from, to) = (self.gain, self.how.gain(level, self.gain));
        self.gain = to;
        if self.how == Normalise::Off {
            return to;
        }
        // What is loud at once must not clip while the gain still falls.
        let from = from.min(ratio(PEAK_DB).max(level.peak) / level.peak.max(f64::MIN_POSITIVE));
        for (frame, samples) in samples.chunks_mut(self.channels).enumerate() {
            let done = (frame as f64 / self.ramp as f64).min(1.0);
            let gain = from + (to - from) * done;
            for sample in samples {
                *sample = (f64::from(*sample) * gain).round().clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16;
            }
        }
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 16_000;

    fn tone(peak: f64, frames: usize) -> Vec<i16> {
        let phase = |n: usize| n as f64 * 440.0 * std::f64::consts::TAU / f64::from(RATE);
        (0..frames).map(|n| (phase(n).sin() * peak * 32_767.0) as i16).collect()
    }

    fn after(how: Normalise, groups: &[Vec<i16>]) -> Vec<Level> {
        let mut normaliser = Normaliser::new(how, RATE, 1);
        let told = groups.iter().cloned().map(|mut group| {
            let level = Level::of(&group);
            normaliser.apply(&mut group, level);
            // Behind the ramp.
            Level::of(&group[group.len() / 2..])
        });
        told.collect()
    }

    #[test]
    fn a_quiet_voice_is_brought_up_and_a_loud_one_down() {
        for level in after(Normalise::Peak, &[tone(0.2, 32_000), tone(1.0, 32_000)]) {
            assert!((level.peak - ratio(PEAK_DB)).abs() < 0.01, "{level:?}");
        }
        for level in after(Normalise::Loudness, &[tone(0.05, 32_000), tone(0.9, 32_000)]) {
            assert!((level.rms - ratio(LOUDNESS_DB)).abs() < 0.01, "{level:?}");
        }
        let off = after(Normalise::Off, &[tone(0.2, 32_000)]);
        assert!((off[0].peak - 0.2).abs() < 0.01);
    }

    #[test]
    fn a2_silence_is_never_made_louder() {
        let noise: Vec<i16> = (0..32_000).map(|n| [3, -2, 1, 0, -4][n % 5]).collect();
        for how in [Normalise::Peak, Normalise::Loudness] {
            // Alone, and behind a voice whose gain was high.
            for before in [tone(0.0, 32_000), tone(0.02, 32_000)] {
                let levels = after(how, &[before, noise.clone(), vec![0; 32_000]]);
                assert!(levels[1].rms <= Level::of(&noise).rms + 1e-9, "{how:?} {levels:?}");
                assert_eq!(levels[2], Level::default());
            }
        }
    }

    #[test]
    fn no_more_than_the_most_is_added_and_nothing_clips() {
        let whisper = after(Normalise::Peak, &[tone(0.008, 32_000)]);
        assert!(whisper[0].peak < 0.008 * ratio(GAIN_MAX_DB) + 0.001, "{whisper:?}");
        let mut normaliser = Normaliser::new(Normalise::Loudness, RATE, 1);
        for peak in [0.02, 1.0, 0.02, 0.5] {
            let mut group = tone(peak, 32_000);
            let level = Level::of(&group);
            normaliser.apply(&mut group, level);
            assert!(Level::of(&group).peak <= 1.0_f64.min(peak.max(ratio(PEAK_DB)) + 0.01), "{peak}");
        }
    }

    #[test]
    fn a_gain_changes_without_a_step() {
        let mut normaliser = Normaliser::new(Normalise::Peak, RATE, 2);
        let (mut loud, mut quiet) = (vec![20_000_i16; 6_400], vec![8_000_i16; 6_400]);
        let level = Level::of(&loud);
        normaliser.apply(&mut loud, level);
        let level = Level::of(&quiet);
        normaliser.apply(&mut quiet, level);
        let steps = quiet.chunks(2).zip(quiet.chunks(2).skip(1)).map(|(a, b)| (b[0] - a[0]).abs()).max();
        assert!(steps.unwrap() < 60, "{steps:?}");
        assert!(quiet.chunks(2).all(|frame| frame[0] == frame[1]), "channels go together");
    }
}

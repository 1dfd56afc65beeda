//! How loud a stretch is. Full scale is 1.

const FULL: f64 = 32_768.0;

#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Level {
    /// Root of the mean of the squares, over all channels.
    pub rms: f64,
    /// The largest sample.
    pub peak: f64,
}

impl Level {
    /// Of nothing it is silence.
    pub fn of(samples: &[i16]) -> Self {
        if samples.is_empty() {
            return Self::default();
        }
        let (mut squares, mut peak) = (0.0, 0);
        for sample in samples {
            let sample = i32::from(*sample);
            squares += f64::from(sample * sample);
            peak = peak.max(sample.abs());
        }
        Self { rms: (squares / samples.len() as f64).sqrt() / FULL, peak: f64::from(peak) / FULL }
    }
}

/// A ratio from decibels.
pub fn ratio(decibels: f64) -> f64 {
    10_f64.powf(decibels / 20.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loudest_there_is_and_nothing_at_all() {
        assert_eq!(Level::of(&[]), Level::default());
        assert_eq!(Level::of(&[0; 10]), Level::default());
        assert_eq!(Level::of(&[i16::MIN; 4]), Level { rms: 1.0, peak: 1.0 });
        let square = Level::of(&[16_384, -16_384]);
        assert_eq!(square, Level { rms: 0.5, peak: 0.5 });
        assert!((ratio(-6.0) - 0.501).abs() < 0.001);
    }
}

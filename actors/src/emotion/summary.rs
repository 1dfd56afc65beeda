//! What a whole file amounts to: the mean over its clips, and when something was said.

use super::{
    scores::{LABELS, Scores, Thresholds},
    speaker::{ClipView, Heard},
};

/// Sums over clips; a few figures, however long the file.
#[derive(Clone, Default)]
pub struct Summary {
    shares: [f64; LABELS.len()],
    arousal: f64,
    clips: u64,
    voiced: u64,
    unusual: u64,
}

impl Summary {
    pub fn voice(&mut self, heard: &Heard) {
        self.clips += 1;
        self.voiced += 1;
        self.unusual += u64::from(heard.unusual);
        self.arousal += f64::from(heard.scores.arousal());
        self.shares.iter_mut().zip(heard.scores.shares()).for_each(|(sum, share)| *sum += f64::from(*share));
    }

    pub fn nothing(&mut self) {
        self.clips += 1;
    }

    /// Clips, with voice or without.
    pub fn clips(&self) -> u64 {
        self.clips
    }

    pub fn voiced(&self) -> u64 {
        self.voiced
    }

    pub fn unusual(&self) -> u64 {
        self.unusual
    }

    /// The mean over the clips with voice; none where there was none. `heard` counts the speaker's clips, a reference's too.
    pub fn view(&self, heard: u32, thresholds: Thresholds) -> Option<ClipView> {
        let count = self.voiced as f64;
        let shares = self.shares.map(|sum| (sum / count) as f32);
        let scores = Scores::new(&shares, (self.arousal / count) as f32).ok()?;
        Some(ClipView::of_scores(&scores, scores.verdict(heard, thresholds), self.unusual > 0))
    }
}

//! What is said of a clip: how animated it sounds, which label fits best, and when neither is said.

use serde::{Deserialize, Serialize};

/// Labels in the order of the model's scores.
pub const LABELS: [Label; 7] =
    [Label::Angry, Label::Bored, Label::Disgusted, Label::Fearful, Label::Happy, Label::Neutral, Label::Sad];

/// Clips of a speaker before anything is said.
pub const CLIPS_BEFORE_WORDS: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    Angry,
    Bored,
    Disgusted,
    Fearful,
    Happy,
    Neutral,
    Sad,
}

impl Label {
    pub fn word(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Bored => "bored",
            Self::Disgusted => "disgusted",
            Self::Fearful => "fearful",
            Self::Happy => "happy",
            Self::Neutral => "neutral",
            Self::Sad => "sad",
        }
    }
}

/// Why a model's answer is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadScores {
    #[error("the model gave {0} scores, seven were expected")]
    Count(usize),
    #[error("the model gave a score that is no share of one")]
    Range,
}

/// From how sure something is said, and not "unsure".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Least score of a label that is named.
    pub label: f32,
    /// Least share of the likelier half of arousal that is named.
    pub arousal: f32,
}

/// A clip's scores: shares of one over [`LABELS`], and arousal from 0 (calm) to 1 (animated).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    shares: [f32; LABELS.len()],
    arousal: f32,
}

/// What arousal amounts to in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arousal {
    Calm,
    Animated,
}

/// What is shown: each part is `None` where it is "unsure".
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Verdict {
    pub arousal: Option<Arousal>,
    /// How sure the likelier half of arousal is, 0.5 to 1.
    pub arousal_confidence: f32,
    pub label: Option<Label>,
    /// The best label's score.
    pub confidence: f32,
}

impl Scores {
    /// From the model's output.
    ///
    /// # Errors
    /// Another count than seven, a figure that isn't finite, or shares that don't sum to one.
    pub fn new(shares: &[f32], arousal: f32) -> Result<Self, BadScores> {
        let shares: [f32; LABELS.len()] = shares.try_into().map_err(|_| BadScores::Count(shares.len()))?;
        let share = |value: &f32| (-1e-4..=1.0001).contains(value);
        let whole = (shares.iter().sum::<f32>() - 1.0).abs() < 1e-2;
        if !whole || !shares.iter().all(share) || !share(&arousal) {
            return Err(BadScores::Range);
        }
        Ok(Self { shares: shares.map(|value| value.clamp(0.0, 1.0)), arousal: arousal.clamp(0.0, 1.0) })
    }

    pub fn shares(&self) -> &[f32; LABELS.len()] {
        &self.shares
    }

    pub fn arousal(&self) -> f32 {
        self.arousal
    }

    /// Each label with its score.
    pub fn by_label(&self) -> impl Iterator<Item = (Label, f32)> {
        LABELS.into_iter().zip(self.shares)
    }

    /// The best label and its score; of two equal ones the first.
    pub fn best(&self) -> (Label, f32) {
        self.by_label().fold((LABELS[0], -1.0), |best, next| if next.1 > best.1 { next } else { best })
    }

    /// What may be said after `clips` clips of this speaker, this one counted.
    pub fn verdict(&self, clips: u32, thresholds: Thresholds) -> Verdict {
        let early = clips < CLIPS_BEFORE_WORDS;
        let (label, confidence) = self.best();
        let arousal_confidence = self.arousal.max(1.0 - self.arousal);
        let word = if self.arousal >= 0.5 { Arousal::Animated } else { Arousal::Calm };
        Verdict {
            arousal: (!early && arousal_confidence >= thresholds.arousal).then_some(word),
            arousal_confidence,
            label: (!early && confidence >= thresholds.label).then_some(label),
            confidence,
        }
    }

    /// Between this and `next`, `weight` (0 to 1) of the way.
    pub(super) fn towards(&self, next: &Self, weight: f32) -> Self {
        let between = |from: f32, to: f32| from + (to - from) * weight;
        let shares = std::array::from_fn(|at| between(self.shares[at], next.shares[at]));
        Self { shares, arousal: between(self.arousal, next.arousal) }
    }
}

//! One speaker: what is asked of the model for the next clip, and what its answer amounts to.

use serde::Serialize;

use super::{
    centre::{BadResidual, Centre},
    scores::{BadScores, LABELS, Label, Scores, Thresholds, Verdict},
    smoothing::Smoothing,
    voice::NotVoice,
};

/// Clips of a speaker before one can be unusual for them.
pub const CLIPS_BEFORE_UNUSUAL: u32 = 8;

/// From how sure or how far something is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub thresholds: Thresholds,
    /// Distance above which a clip is unusual for its speaker.
    pub unusual: f32,
}

/// The model's two inputs for one clip.
#[derive(Clone, PartialEq)]
pub struct Question {
    pub row: Vec<f32>,
    pub centre: Vec<f32>,
}

/// What the models say of one clip.
#[derive(Clone, PartialEq)]
pub struct Answer {
    pub shares: Vec<f32>,
    pub arousal: f32,
    pub residual: Vec<f32>,
    pub distance: f32,
}

/// Why an answer was thrown away: the speaker stays as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    #[error(transparent)]
    Scores(#[from] BadScores),
    #[error(transparent)]
    Residual(#[from] BadResidual),
    #[error("the model gave a distance that is no number")]
    Distance,
}

/// What is said of a clip, whoever asked and by which way.
#[derive(Clone, Copy, PartialEq)]
pub struct Heard {
    /// Of this clip alone.
    pub scores: Scores,
    /// After smoothing over the clips before: what is shown.
    pub shown: Scores,
    /// Of what is shown.
    pub verdict: Verdict,
    pub unusual: bool,
}

/// A speaker's running centre and what was last shown of them.
#[derive(Clone)]
pub struct Speaker {
    limits: Limits,
    centre: Centre,
    smoothing: Smoothing,
}

impl Speaker {
    /// Of whom nothing was heard; rows have `width` figures.
    pub fn new(width: usize, limits: Limits) -> Self {
        Self { limits, centre: Centre::new(width), smoothing: Smoothing::default() }
    }

    pub fn ask(&self, row: Vec<f32>) -> Question {
        Question { row, centre: self.centre.values() }
    }

    /// Takes the answer for the clip that ended at `at_ms`.
    ///
    /// # Errors
    /// An answer that is none: nothing changes.
    pub fn hear(&mut self, at_ms: u64, answer: &Answer) -> Result<Heard, BadAnswer> {
        let scores = Scores::new(&answer.shares, answer.arousal)?;
        if !answer.distance.is_finite() {
            return Err(BadAnswer::Distance);
        }
        let known = self.centre.heard();
        self.centre.push(&answer.residual)?;
        let shown = self.smoothing.push(at_ms, &scores);
        let verdict = shown.verdict(self.centre.heard(), self.limits.thresholds);
        let unusual = known >= CLIPS_BEFORE_UNUSUAL && answer.distance > self.limits.unusual;
        Ok(Heard { scores, shown, verdict, unusual })
    }

    /// Takes a clip of a reference: it moves the centre, and is neither shown nor smoothed.
    ///
    /// # Errors
    /// A residual that is none: nothing changes.
    pub fn refer(&mut self, answer: &Answer) -> Result<(), BadAnswer> {
        Ok(self.centre.push(&answer.residual)?)
    }

    /// Clips heard so far, a reference's too.
    pub fn heard(&self) -> u32 {
        self.centre.heard()
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Forgets them, as when a consent is withdrawn.
    pub fn clear(&mut self) {
        self.centre.clear();
        self.smoothing.clear();
    }
}

/// A clip's result as JSON and people get it: the same fields by every way in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClipView {
    /// 0 calm to 1 animated; a half where nothing was heard.
    pub arousal: f32,
    /// None: unsure.
    pub label: Option<Label>,
    /// The best label's score; nothing where nothing was heard.
    pub confidence: f32,
    /// Shares of one over all labels; even where nothing was heard.
    pub scores: std::collections::BTreeMap<&'static str, f32>,
    pub unusual: bool,
    /// Why there was nothing to judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ClipView {
    pub fn of(heard: &Heard) -> Self {
        Self::of_scores(&heard.shown, heard.verdict, heard.unusual)
    }

    pub fn of_scores(shown: &Scores, verdict: Verdict, unusual: bool) -> Self {
        Self {
            arousal: shown.arousal(),
            label: verdict.label,
            confidence: verdict.confidence,
            scores: shown.by_label().map(|(label, share)| (label.word(), share)).collect(),
            unusual,
            reason: None,
        }
    }

    /// Nothing is known: neither side of arousal, no label before another.
    pub fn nothing(why: NotVoice) -> Self {
        let even = 1.0 / LABELS.len() as f32;
        Self {
            arousal: 0.5,
            label: None,
            confidence: 0.0,
            scores: LABELS.into_iter().map(|label| (label.word(), even)).collect(),
            unusual: false,
            reason: Some(why.to_string()),
        }
    }
}

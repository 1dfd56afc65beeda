//! What is shown moves slowly: one clip of a second's anger is no mood.

use super::scores::Scores;

/// An exponential mean over clips: each new one counts `weight`, after a pause of `forget` clips' time it starts anew.
#[derive(Clone, Debug)]
pub struct Smoothing {
    weight: f32,
    forget_ms: u64,
    last: Option<(u64, Scores)>,
}

impl Default for Smoothing {
    fn default() -> Self {
        Self::new(0.4, 15_000)
    }
}

impl Smoothing {
    /// `weight` above 0 and at most 1 (1: no smoothing); a pause longer than `forget_ms` begins anew.
    pub fn new(weight: f32, forget_ms: u64) -> Self {
        Self { weight: if weight.is_finite() { weight.clamp(0.01, 1.0) } else { 1.0 }, forget_ms, last: None }
    }

    /// The clip that ended at `at_ms`, on the same time line as those before.
    pub fn push(&mut self, at_ms: u64, scores: &Scores) -> Scores {
        let shown = match &self.last {
            Some((before, last)) if at_ms.saturating_sub(*before) <= self.forget_ms => last.towards(scores, self.weight),
            _ => *scores,
        };
        self.last = Some((at_ms, shown));
        shown
    }

    pub fn clear(&mut self) {
        self.last = None;
    }
}

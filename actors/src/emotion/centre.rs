//! A speaker's running centre: what is usual for this voice and this microphone, the model's second input.
//!
//! The model hands back each clip's *residual*: its standardised features without what its emotion explains. Their mean, drawn to
//! the training's mean (zero) while there are few, is the centre. So a speaker who was only angry so far is not taken for one
//! whose voice is angry by nature; and no figure of it goes further than any speaker of the training would.

use std::collections::VecDeque;

/// Clips that the centre remembers.
pub const REMEMBERED: usize = 16;
/// Clips' worth of the training's mean that it begins with.
pub const PRIOR_CLIPS: f32 = 2.0;
/// How far a residual's figure may lie from the training's mean, in deviations.
const FURTHEST: f32 = 4.0;

/// Why a residual was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadResidual {
    #[error("the residual has {0} figures, {1} were expected")]
    Width(usize, usize),
    #[error("the residual holds what is no number")]
    NotFinite,
}

/// The last residuals of one speaker, 16 at most, and what they amount to.
#[derive(Clone)]
pub struct Centre {
    width: usize,
    heard: u32,
    residuals: VecDeque<Box<[f32]>>,
}

impl Centre {
    /// Of nobody yet: zero in each of `width` figures.
    pub fn new(width: usize) -> Self {
        Self { width, heard: 0, residuals: VecDeque::with_capacity(REMEMBERED) }
    }

    /// Clips taken in so far, forgotten ones too.
    pub fn heard(&self) -> u32 {
        self.heard
    }

    /// The model's second input for this speaker's next clip, which must not be in it.
    pub fn values(&self) -> Vec<f32> {
        let share = 1.0 / (self.residuals.len() as f32 + PRIOR_CLIPS);
        let mut sum = vec![0.0; self.width];
        for residual in &self.residuals {
            sum.iter_mut().zip(residual.iter()).for_each(|(sum, value)| *sum += value);
        }
        sum.iter_mut().for_each(|value| *value *= share);
        sum
    }

    /// Takes a clip's residual in; the oldest goes when there are sixteen.
    ///
    /// # Errors
    /// A residual of another width, or one that isn't finite: the centre stays as it was.
    pub fn push(&mut self, residual: &[f32]) -> Result<(), BadResidual> {
        if residual.len() != self.width {
            return Err(BadResidual::Width(residual.len(), self.width));
        }
        if !residual.iter().all(|value| value.is_finite()) {
            return Err(BadResidual::NotFinite);
        }
        if self.residuals.len() == REMEMBERED {
            self.residuals.pop_front();
        }
        self.residuals.push_back(residual.iter().map(|value| value.clamp(-FURTHEST, FURTHEST)).collect());
        self.heard = self.heard.saturating_add(1);
        Ok(())
    }

    /// Forgets the speaker, as when a consent is withdrawn.
    pub fn clear(&mut self) {
        self.residuals.clear();
        self.heard = 0;
    }
}

/// A voice's usual figures tell who speaks: lengths only.
impl std::fmt::Debug for Centre {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Centre").field("width", &self.width).field("heard", &self.heard).finish_non_exhaustive()
    }
}

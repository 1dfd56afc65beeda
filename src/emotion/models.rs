//! The two models of a clip, answered together: scores from one, how unusual it is from the other.

use super::{EmotionError, files::ModelFiles};
use crate::inference::{Backend, Model, Port, Predictor, RunError};
use actors::emotion::{Answer, LABELS, Question, features::WIDTH};

pub struct EmotionModels {
    emotion: Model,
    anomaly: Model,
}

impl EmotionModels {
    /// # Errors
    /// A model that can't be read, has other ports than `docs/emotion.md` says, or fails its first run.
    pub fn open(backend: &Backend, files: &ModelFiles) -> Result<Self, EmotionError> {
        let row = &[WIDTH];
        let inputs = [Port { name: "features", row }, Port { name: "centre", row }];
        let outputs =
            [Port { name: "scores", row: &[LABELS.len()] }, Port { name: "arousal", row: &[1] }, Port { name: "residual", row }];
        let wrong = |name| move |error| EmotionError::Model { name, error };
        let emotion = Model::open(backend, &files.emotion, &inputs, &outputs).map_err(wrong(super::files::EMOTION))?;
        let distance = [Port { name: "distance", row: &[1] }];
        let anomaly = Model::open(backend, &files.anomaly, &inputs, &distance).map_err(wrong(super::files::ANOMALY))?;
        Ok(Self { emotion, anomaly })
    }

    fn answers(&mut self, batch: &[Question]) -> Result<Vec<Answer>, RunError> {
        let joined = |of: fn(&Question) -> &[f32]| batch.iter().flat_map(of).copied().collect::<Vec<f32>>();
        let inputs = vec![joined(|question| &question.row), joined(|question| &question.centre)];
        let distances = self.anomaly.run(batch.len(), inputs.clone())?;
        let outputs = self.emotion.run(batch.len(), inputs)?;
        let [scores, arousals, residuals] = outputs.as_slice() else {
            return Err(RunError::Runtime("it gave another number of outputs".to_owned()));
        };
        let answer = |at: usize| Answer {
            shares: scores[at * LABELS.len()..][..LABELS.len()].to_vec(),
            arousal: arousals[at],
            residual: residuals[at * WIDTH..][..WIDTH].to_vec(),
            distance: distances[0][at],
        };
        Ok((0..batch.len()).map(answer).collect())
    }
}

impl Predictor for EmotionModels {
    type Ask = Question;
    type Answer = Answer;

    fn predict(&mut self, batch: &[Question]) -> Vec<Result<Answer, RunError>> {
        match self.answers(batch) {
            Ok(answers) => answers.into_iter().map(Ok).collect(),
            // One bad row must not cost the others their answers.
            Err(_) if batch.len() > 1 => batch.iter().flat_map(|one| self.predict(std::slice::from_ref(one))).collect(),
            Err(error) => vec![Err(error)],
        }
    }
}

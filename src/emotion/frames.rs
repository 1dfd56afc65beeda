//! Pictures of faces, by a model that the operator supplies: none ships. `docs/emotion.md` says what it is given and what it must give.

use super::{EmotionError, JudgeError, files::read_model};
use crate::{
    audio::{AudioError, Ffmpeg},
    inference::{Backend, Engine, EngineLimits, Model, Port, Predictor, RunError},
};
use actors::emotion::LABELS;
use std::{path::Path, time::Duration};

/// Points on each side of a picture, as the model gets it.
const SIDE: usize = 224;
const COLOURS: usize = 3;
/// Of a film one picture in so long is looked at, and so many at most.
const EACH: Duration = Duration::from_secs(1);
const MOST: usize = 60;
const PATIENCE: Duration = Duration::from_secs(20);
/// A picture may take longer than a clip of voice: the model is of any size.
const LIMITS: EngineLimits =
    EngineLimits { waiting: 128, batch: 1, usual: Duration::from_millis(100), hang: Duration::from_secs(15), given_up: 2 };

struct FrameModel(Model);

impl Predictor for FrameModel {
    type Ask = Vec<f32>;
    type Answer = Vec<f32>;

    fn predict(&mut self, batch: &[Vec<f32>]) -> Vec<Result<Vec<f32>, RunError>> {
        let one = |picture: &Vec<f32>| self.0.run(1, vec![picture.clone()]).map(|mut outputs| outputs.remove(0));
        batch.iter().map(one).collect()
    }
}

/// Judges pictures. Cheap to clone.
#[derive(Clone)]
pub struct Frames {
    engine: Engine<FrameModel>,
    ffmpeg: Ffmpeg,
}

impl Frames {
    /// # Errors
    /// A model that can't be read or has other ports than it must, or no ffmpeg to read pictures with.
    pub fn open(library: Option<&Path>, path: &Path, ffmpeg: Option<Ffmpeg>) -> Result<Self, EmotionError> {
        let backend = Backend::get(library)?;
        let bytes = read_model(path)?;
        let ffmpeg = ffmpeg.ok_or(EmotionError::NoFfmpeg)?;
        let first = open(backend, &bytes)?;
        let engine = Engine::start("frames", LIMITS, first, move || open(backend, &bytes).ok());
        Ok(Self { engine: engine.map_err(|error| EmotionError::Thread(error.to_string()))?, ffmpeg })
    }

    /// The mean over a file's pictures: shares of one in the labels' order. May wait.
    ///
    /// # Errors
    /// A file without a picture, a model that gives no answer or no shares.
    pub fn judge(&self, path: &Path) -> Result<[f32; LABELS.len()], JudgeError> {
        let pictures = self.ffmpeg.pictures(path, EACH, SIDE, MOST)?;
        let mut mean = [0.0; LABELS.len()];
        for picture in &pictures {
            let scores = self.engine.ask_and_wait(planes(picture), PATIENCE).map_err(super::ListenError::from)?;
            let sum: f32 = scores.iter().sum();
            if scores.iter().any(|score| *score < 0.0) || sum <= 0.0 {
                return Err(JudgeError::Audio(AudioError::Broken("the model gave scores that are none".to_owned())));
            }
            mean.iter_mut().zip(&scores).for_each(|(mean, score)| *mean += score / sum / pictures.len() as f32);
        }
        Ok(mean)
    }
}

fn open(backend: &Backend, bytes: &[u8]) -> Result<FrameModel, EmotionError> {
    let (input, output) = ([COLOURS, SIDE, SIDE], [LABELS.len()]);
    let model = Model::open(backend, bytes, &[Port { name: "image", row: &input }], &[Port { name: "scores", row: &output }]);
    model.map(FrameModel).map_err(|error| EmotionError::Model { name: "emotion_frame_model", error })
}

/// From points of three bytes each to three planes of 0 to 1.
fn planes(picture: &[u8]) -> Vec<f32> {
    (0..COLOURS).flat_map(|colour| picture.iter().skip(colour).step_by(COLOURS).map(|value| f32::from(*value) / 255.0)).collect()
}

#[cfg(test)]
mod tests;

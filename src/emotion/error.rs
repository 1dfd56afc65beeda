//! Why emotion is off.

use crate::inference::{BackendError, ModelError};
use std::path::PathBuf;

/// What makes the feature unusable: it is off then, and `/readyz` says why. Meetings go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmotionError {
    #[error("this server's operator switched it off")]
    SwitchedOff,
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("emotion.json: {0}")]
    Manifest(String),
    #[error("{0} is not the file that emotion.json names: its SHA-256 differs")]
    Hash(&'static str),
    #[error("{name}: {error}")]
    Model { name: &'static str, error: ModelError },
    #[error("pictures need the ffmpeg program, which is not here")]
    NoFfmpeg,
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error("no thread for the models: {0}")]
    Thread(String),
}

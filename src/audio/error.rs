//! Why a file gives no sound. Each is the file's fault, but the first two.

use crate::recording::mux::WavError;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    #[error("the file can't be read: {0}")]
    Io(#[from] io::Error),
    #[error("the file took too long to decode")]
    TooSlow,
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    Wav(WavError),
    #[error("the file is broken: {0}")]
    Broken(String),
    #[error("the file has no sound")]
    NoSound,
    #[error("the file has a format that is not understood here{0}")]
    Unsupported(&'static str),
}

impl From<WavError> for AudioError {
    fn from(error: WavError) -> Self {
        match error {
            WavError::Io(error) => Self::Io(error),
            error => Self::Wav(error),
        }
    }
}

//! A file that somebody sent, judged: the same by every way in.

use super::{EmotionError, Emotions, Frames, ListenError, Listener};
use crate::{
    audio::{AudioError, Opener},
    blocking::{Blocking, BlockingError},
};
use actors::emotion::{ClipView, LABELS, NotVoice};
use std::{path::Path, path::PathBuf, time::Duration};

/// Files that are judged at once, and those that wait for it.
const AT_ONCE: usize = 2;
const IN_LINE: usize = 32;

/// Why a file was not judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error("emotion is off: {0}")]
    Off(EmotionError),
    #[error("too many files wait to be judged")]
    Busy,
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("judging it failed")]
    Panicked,
}

impl From<BlockingError> for JudgeError {
    fn from(error: BlockingError) -> Self {
        match error {
            BlockingError::Busy => Self::Busy,
            BlockingError::Panicked => Self::Panicked,
        }
    }
}

/// What a file amounts to.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The mean over the clips with voice.
    pub view: ClipView,
    pub clips: u64,
    pub voiced: u64,
    /// Only its beginning was judged.
    pub cut: bool,
}

/// Judges files. Cheap to clone; clones share the line.
#[derive(Clone)]
pub struct Judge {
    emotions: Result<Emotions, EmotionError>,
    opener: Opener,
    longest: Duration,
    line: Blocking,
    frames: Option<Result<Frames, EmotionError>>,
}

impl Judge {
    /// Of a file longer than `longest` only the beginning is judged.
    pub fn new(emotions: Result<Emotions, EmotionError>, opener: Opener, longest: Duration) -> Self {
        Self { emotions, opener, longest, line: Blocking::new(AT_ONCE, IN_LINE), frames: None }
    }

    /// Judges pictures too, with the operator's model.
    #[must_use]
    pub fn with_frames(mut self, frames: Option<Result<Frames, EmotionError>>) -> Self {
        self.frames = frames;
        self
    }

    /// The operator's model of pictures; none where there is none.
    pub fn frames(&self) -> Option<Result<&Frames, &EmotionError>> {
        self.frames.as_ref().map(Result::as_ref)
    }

    /// Judges a picture, or a film's pictures. `None`: the operator has no model for that.
    ///
    /// # Errors
    /// See [`JudgeError`].
    pub async fn pictures(&self, path: PathBuf) -> Option<Result<[f32; LABELS.len()], JudgeError>> {
        let frames = match self.frames.clone()? {
            Ok(frames) => frames,
            Err(error) => return Some(Err(JudgeError::Off(error))),
        };
        Some(self.line.run(move || frames.judge(&path)).await.map_err(JudgeError::from).flatten())
    }

    pub fn emotions(&self) -> Result<&Emotions, &EmotionError> {
        self.emotions.as_ref()
    }

    pub fn opener(&self) -> &Opener {
        &self.opener
    }

    /// Judges a file on the disk, as of somebody of whom nothing was heard before.
    ///
    /// # Errors
    /// See [`JudgeError`].
    pub async fn file(&self, path: PathBuf) -> Result<Judged, JudgeError> {
        let emotions = self.emotions.clone().map_err(JudgeError::Off)?;
        let (opener, longest) = (self.opener.clone(), self.longest);
        self.line.run(move || judge(&emotions, &opener, &path, longest)).await?
    }

    /// Judges bytes that came whole.
    ///
    /// # Errors
    /// See [`JudgeError`].
    pub async fn bytes(&self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Judged, JudgeError> {
        let emotions = self.emotions.clone().map_err(JudgeError::Off)?;
        let (opener, longest) = (self.opener.clone(), self.longest);
        let work = move || {
            let file = tempfile::NamedTempFile::new().map_err(AudioError::from)?;
            std::fs::write(file.path(), bytes).map_err(AudioError::from)?;
            judge(&emotions, &opener, file.path(), longest)
        };
        self.line.run(work).await?
    }
}

fn judge(emotions: &Emotions, opener: &Opener, path: &Path, longest: Duration) -> Result<Judged, JudgeError> {
    let mut sound = opener.open(path)?;
    let mut listener = Listener::new(emotions, emotions.speaker(), sound.rate())?;
    let mut left = longest.as_secs().saturating_mul(sound.rate().into());
    let (mut samples, mut cut, mut nothing) = (Vec::new(), false, NotVoice::TooShort.to_string());
    let mut told = |clip: super::ClipResult| nothing = clip.view.reason.unwrap_or_default();
    while !cut && sound.next(&mut samples)? {
        cut = samples.len() as u64 > left;
        samples.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= samples.len() as u64;
        listener.push(&samples, &mut told)?;
    }
    let (summary, speaker) = listener.finish(&mut told)?;
    let view = summary.view(speaker.heard(), emotions.limits().thresholds);
    let view = view.unwrap_or_else(|| ClipView { reason: Some(nothing), ..ClipView::nothing(NotVoice::NoVoice) });
    Ok(Judged { view, clips: summary.clips(), voiced: summary.voiced(), cut })
}

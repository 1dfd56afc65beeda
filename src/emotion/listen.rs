//! A whole sound, clip after clip: what the meeting would show. A few seconds of it are in memory at once.

use super::{Emotions, emotions::Ask};
use crate::inference::NoAnswer;
use actors::emotion::{Clip, ClipView, Extractor, NotVoice, Speaker, Summary, Windows, resample::BadRate, speaker::BadAnswer};

/// Why a sound could not be judged to its end. Silence is no error.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(transparent)]
    Rate(#[from] BadRate),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the model's answer is none: {0}")]
    BadAnswer(#[from] BadAnswer),
}

/// One clip's result, and where in the sound it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipResult {
    pub starts_ms: u64,
    pub view: ClipView,
}

/// Judges one speaker's sound as it comes.
pub struct Listener<'a> {
    emotions: &'a Emotions,
    extractor: Extractor,
    windows: Windows,
    speaker: Speaker,
    summary: Summary,
    reference: bool,
}

impl<'a> Listener<'a> {
    /// Of a sound with so many samples a second.
    ///
    /// # Errors
    /// A rate at which no voice is taken.
    pub fn new(emotions: &'a Emotions, speaker: Speaker, rate: u32) -> Result<Self, ListenError> {
        let (extractor, windows) = (Extractor::default(), Windows::new(rate)?);
        Ok(Self { emotions, extractor, windows, speaker, summary: Summary::default(), reference: false })
    }

    /// What comes only moves the speaker's centre.
    #[must_use]
    pub fn as_reference(mut self) -> Self {
        self.reference = true;
        self
    }

    /// Takes mono samples, and tells each clip that is complete.
    ///
    /// # Errors
    /// A model that gives no answer.
    pub fn push(&mut self, samples: &[f32], told: &mut impl FnMut(ClipResult)) -> Result<(), ListenError> {
        // So few at once that no clip is pushed out by later ones.
        for piece in samples.chunks(PIECE) {
            self.windows.push(piece);
            while let Some(clip) = self.windows.take() {
                told(self.judge(clip)?);
            }
        }
        Ok(())
    }

    /// The sound is over: what is left, the summary, and the speaker as known now.
    ///
    /// # Errors
    /// A model that gives no answer.
    pub fn finish(mut self, told: &mut impl FnMut(ClipResult)) -> Result<(Summary, Speaker), ListenError> {
        for clip in self.windows.finish() {
            told(self.judge(clip)?);
        }
        Ok((self.summary, self.speaker))
    }

    fn judge(&mut self, clip: Clip) -> Result<ClipResult, ListenError> {
        let (starts_ms, ends_ms) = (clip.starts_ms, clip.ends_ms());
        let ask = match question(&mut self.extractor, &self.speaker, clip) {
            Ok(ask) => ask,
            Err(why) => {
                self.summary.nothing();
                return Ok(ClipResult { starts_ms, view: ClipView::nothing(why) });
            }
        };
        let answer = self.emotions.answer(ask)?;
        if self.reference {
            // Smoothing belongs to what is shown: of a reference it takes nothing.
            let heard = self.speaker.clone().hear(ends_ms, &answer)?;
            self.speaker.refer(&answer)?;
            self.summary.voice(&heard);
            return Ok(ClipResult { starts_ms, view: ClipView::of(&heard) });
        }
        let heard = self.speaker.hear(ends_ms, &answer)?;
        self.summary.voice(&heard);
        Ok(ClipResult { starts_ms, view: ClipView::of(&heard) })
    }
}

/// Samples that are pushed at once: less than a second at any rate that is taken.
const PIECE: usize = 4_000;

/// The model's question for a clip, where there is a voice in it.
///
/// # Errors
/// Why there is nothing to judge.
pub fn question(extractor: &mut Extractor, speaker: &Speaker, clip: Clip) -> Result<Ask, NotVoice> {
    let question = speaker.ask(extractor.row(&clip.samples)?);
    Ok(Ask { question, samples: clip.samples })
}

//! One engine for whoever judges clips: a meeting, a request, the command line.

use super::{
    EmotionError,
    files::ModelFiles,
    models::EmotionModels,
    provider::{Provider, ProviderSetup},
};
use crate::inference::{Backend, Engine, EngineLimits, EngineState, NoAnswer};
use actors::emotion::{Answer, Question, Speaker, features::WIDTH, speaker::Limits};
use std::{path::Path, sync::Arc, time::Duration};

/// The name in metrics.
const NAME: &str = "emotion";
/// How long one clip may wait for its answer where somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Cheap to clone.
#[derive(Clone)]
pub struct Emotions {
    model: Where,
    limits: Limits,
    backend: &'static str,
}

/// Who answers.
#[derive(Clone)]
enum Where {
    Here(Engine<EmotionModels>),
    There(Provider),
}

/// One clip: what our model is asked, and what it was computed from, for a provider's.
pub struct Ask {
    pub question: Question,
    pub samples: Vec<f32>,
}

impl Emotions {
    /// Opens the models of that folder (those that are built in, where none is named) with the runtime in that library (tract, likewise).
    ///
    /// # Errors
    /// Whatever makes the models unusable; the server goes on without.
    pub fn open(library: Option<&Path>, folder: Option<&Path>) -> Result<Self, EmotionError> {
        Self::open_with(library, folder, EngineLimits::default())
    }

    /// As [`open`](Self::open), with other limits.
    ///
    /// # Errors
    /// As there.
    pub fn open_with(library: Option<&Path>, folder: Option<&Path>, limits: EngineLimits) -> Result<Self, EmotionError> {
        let backend = Backend::get(library)?;
        let files = Arc::new(ModelFiles::open(folder)?);
        let first = EmotionModels::open(backend, &files)?;
        let said = files.limits;
        let another =
            move || EmotionModels::open(backend, &files).inspect_err(|error| tracing::error!(%error, "no second model")).ok();
        let engine = Engine::start(NAME, limits, first, another).map_err(|error| EmotionError::Thread(error.to_string()))?;
        Ok(Self { model: Where::Here(engine), limits: said, backend: backend.name() })
    }

    /// A provider judges in place of the models here. It knows no speaker: nothing is unusual.
    ///
    /// # Errors
    /// No thread.
    pub fn by_provider(setup: ProviderSetup) -> Result<Self, EmotionError> {
        let said = ModelFiles::open(None)?.limits;
        let provider = Provider::start(setup).map_err(|error| EmotionError::Thread(error.to_string()))?;
        let limits = Limits { unusual: f32::MAX, ..said };
        Ok(Self { model: Where::There(provider), limits, backend: "a provider" })
    }

    /// Somebody of whom nothing was heard.
    pub fn speaker(&self) -> Speaker {
        let width = if matches!(self.model, Where::Here(_)) { WIDTH } else { 0 };
        Speaker::new(width, self.limits)
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// For people: which runtime serves.
    pub fn backend(&self) -> &'static str {
        self.backend
    }

    pub fn state(&self) -> EngineState {
        match &self.model {
            Where::Here(engine) => engine.state(),
            Where::There(provider) => provider.state(),
        }
    }

    /// Never waits: `reply` is called once, on another thread mostly.
    pub fn ask(&self, ask: Ask, reply: impl FnOnce(Result<Answer, NoAnswer>) + Send + 'static) {
        match &self.model {
            Where::Here(engine) => engine.ask(ask.question, reply),
            Where::There(provider) => provider.ask(ask.samples, reply),
        }
    }

    /// For threads that may wait.
    ///
    /// # Errors
    /// See [`NoAnswer`].
    pub fn answer(&self, ask: Ask) -> Result<Answer, NoAnswer> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        // Who waited no longer doesn't listen.
        self.ask(ask, move |answer| drop(sender.try_send(answer)));
        receiver.recv_timeout(PATIENCE).unwrap_or(Err(NoAnswer::Late))
    }
}

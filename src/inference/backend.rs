//! Which runtime serves models. `ort` takes one for the whole process and no other after it, so there is a `static` here.

use super::library;
use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Why there is no runtime.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    #[error("{}: can't be opened as an ONNX Runtime: {why}", path.display())]
    Library { path: PathBuf, why: String },
    #[error("{}: this ONNX Runtime is older than version 1.{}", .0.display(), library::API)]
    TooOld(PathBuf),
    #[error("this process runs models with {0} already")]
    AnotherInUse(String),
    #[error("the runtime of models can't be started: {0}")]
    Start(String),
}

/// The runtime that serves models in this process.
pub struct Backend {
    name: String,
    library: Option<PathBuf>,
    environment: ort::environment::Environment,
}

static BACKEND: OnceLock<Result<Backend, BackendError>> = OnceLock::new();

impl Backend {
    /// The runtime in that library, or tract where none is named. Whoever asks first decides.
    ///
    /// # Errors
    /// A library that can't be opened or is too old, or another runtime than the one in use.
    pub fn get(library: Option<&Path>) -> Result<&'static Self, BackendError> {
        let backend = BACKEND.get_or_init(|| Self::start(library)).as_ref().map_err(Clone::clone)?;
        if backend.library.as_deref() == library { Ok(backend) } else { Err(BackendError::AnotherInUse(backend.name.clone())) }
    }

    /// For people: `tract`, or `ONNX Runtime` and its version.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn environment(&self) -> &ort::environment::Environment {
        &self.environment
    }

    fn start(library: Option<&Path>) -> Result<Self, BackendError> {
        let (api, name) = match library {
            Some(path) => library::open(path)?,
            None => (ort_tract::api(), "tract".to_owned()),
        };
        if !ort::set_api(api) {
            return Err(BackendError::AnotherInUse("another runtime".to_owned()));
        }
        let environment = ort::init().with_name("greenroom").with_telemetry(false).build();
        let environment = environment.map_err(|error| BackendError::Start(error.to_string()))?;
        Ok(Self { name, library: library.map(Path::to_path_buf), environment })
    }
}

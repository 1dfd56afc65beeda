//! An ONNX file that was checked before anybody asks it.

use super::Backend;
use ort::{
    session::{Session, SessionInputValue, builder::GraphOptimizationLevel},
    value::{Tensor, TensorElementType},
};
use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// One input or output: its name, and its dimensions without the first, which counts rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port<'a> {
    pub name: &'a str,
    pub row: &'a [usize],
}

/// Why a file is no model that can be used. What uses it is off then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("the model can't be read: {0}")]
    Unreadable(String),
    #[error("the model has no {0} named {1:?}")]
    Missing(&'static str, String),
    #[error("the model wants {0:?} too, which nobody gives it")]
    Superfluous(String),
    #[error("{name:?} of the model has shape {has}, {wanted} is expected")]
    Shape { name: String, has: String, wanted: String },
    #[error("the model failed its first run: {0}")]
    FirstRun(#[from] RunError),
}

/// Why a model gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error("{0}")]
    Runtime(String),
    #[error("{0:?} has {1} figures, {2} were expected")]
    Size(String, usize, usize),
    #[error("the runtime panicked")]
    Panic,
    #[error("the model gave what is no number")]
    NotFinite,
}

/// A session with named inputs and outputs of float32, any number of rows at once.
pub struct Model {
    session: Session,
    inputs: Vec<(String, Vec<usize>)>,
    outputs: Vec<(String, usize)>,
    fixed_rows: bool,
}

impl Model {
    /// Reads, checks the ports and runs one row of zeros.
    ///
    /// # Errors
    /// What is broken or cut short, other names or shapes than those asked for, a run that fails or gives another size.
    pub fn open(backend: &Backend, bytes: &[u8], inputs: &[Port<'_>], outputs: &[Port<'_>]) -> Result<Self, ModelError> {
        // A runtime may panic over a file that lies; that file is no model, and nothing else.
        let session = catch_unwind(AssertUnwindSafe(|| read(backend, bytes)));
        let session =
            session.unwrap_or_else(|_| Err("the runtime panicked over it".to_owned())).map_err(ModelError::Unreadable)?;
        let mut fixed_rows = false;
        for port in inputs {
            fixed_rows |= check(session.inputs(), "input", port)?;
        }
        if let Some(other) = session.inputs().iter().find(|has| inputs.iter().all(|port| port.name != has.name())) {
            return Err(ModelError::Superfluous(other.name().to_owned()));
        }
        for port in outputs {
            check(session.outputs(), "output", port)?;
        }
        let size = |port: &Port<'_>| port.row.iter().product::<usize>();
        let mut model = Self {
            session,
            inputs: inputs.iter().map(|port| (port.name.to_owned(), port.row.to_vec())).collect(),
            outputs: outputs.iter().map(|port| (port.name.to_owned(), size(port))).collect(),
            fixed_rows,
        };
        let zeros: Vec<Vec<f32>> = inputs.iter().map(|port| vec![0.0; size(port)]).collect();
        model.run(1, zeros)?;
        Ok(model)
    }

    /// Can it take more than one row at once?
    pub fn batches(&self) -> bool {
        !self.fixed_rows
    }

    /// Asks for `rows` rows: for each input all its figures, row after row; so comes each output.
    ///
    /// # Errors
    /// A size that doesn't fit, a runtime that fails or panics, an answer that isn't finite.
    pub fn run(&mut self, rows: usize, inputs: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>, RunError> {
        for ((name, row), values) in self.inputs.iter().zip(&inputs) {
            let expected = rows * row.iter().product::<usize>();
            if values.len() != expected {
                return Err(RunError::Size(name.clone(), values.len(), expected));
            }
        }
        let answer = catch_unwind(AssertUnwindSafe(|| self.run_unguarded(rows, inputs))).map_err(|_| RunError::Panic)??;
        let finite = answer.iter().flatten().all(|value| value.is_finite());
        if finite { Ok(answer) } else { Err(RunError::NotFinite) }
    }

    fn run_unguarded(&mut self, rows: usize, inputs: Vec<Vec<f32>>) -> Result<Vec<Vec<f32>>, RunError> {
        let failed = |error: ort::Error| RunError::Runtime(error.to_string());
        let mut given: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        for ((name, row), values) in self.inputs.iter().zip(inputs) {
            let shape: Vec<i64> = std::iter::once(rows).chain(row.iter().copied()).map(|size| size as i64).collect();
            given.push((name.as_str().into(), Tensor::from_array((shape, values)).map_err(failed)?.into()));
        }
        let outputs = self.session.run(given).map_err(failed)?;
        let read = |(name, size): &(String, usize)| {
            let output = outputs.get(name).ok_or_else(|| RunError::Runtime(format!("no output {name:?}")))?;
            let (_, values) = output.try_extract_tensor::<f32>().map_err(failed)?;
            let whole = values.len() == rows * size;
            if whole { Ok(values.to_vec()) } else { Err(RunError::Size(name.clone(), values.len(), rows * size)) }
        };
        self.outputs.iter().map(read).collect()
    }
}

fn read(backend: &Backend, bytes: &[u8]) -> Result<Session, String> {
    let why = |error: ort::Error| error.to_string();
    Session::builder(backend.environment())
        .map_err(why)?
        .with_optimization_level(GraphOptimizationLevel::Level3)
        .map_err(|error| error.to_string())?
        // One thread: the server has better use for the others.
        .with_intra_threads(1)
        .map_err(|error| error.to_string())?
        .commit_from_memory(bytes)
        .map_err(why)
}

/// Says whether the number of rows is fixed to one.
fn check(ports: &[ort::value::Outlet], kind: &'static str, wanted: &Port<'_>) -> Result<bool, ModelError> {
    let has = ports.iter().find(|port| port.name() == wanted.name);
    let has = has.ok_or_else(|| ModelError::Missing(kind, wanted.name.to_owned()))?;
    let wrong = |has: String| {
        let sizes: Vec<String> = wanted.row.iter().map(ToString::to_string).collect();
        ModelError::Shape { name: wanted.name.to_owned(), has, wanted: format!("rows × {} of float32", sizes.join(" × ")) }
    };
    let (Some(shape), Some(TensorElementType::Float32)) = (has.dtype().tensor_shape(), has.dtype().tensor_type()) else {
        return Err(wrong("of another type".to_owned()));
    };
    // What an output doesn't say of its shape, the first run shows.
    let fits = |(has, wanted): (&i64, &usize)| *has < 0 || usize::try_from(*has) == Ok(*wanted);
    let fits = shape.len() == wanted.row.len() + 1 && shape[1..].iter().zip(wanted.row).all(fits);
    let rows = shape.first().copied().unwrap_or(0);
    let unsaid = kind == "output" && shape.is_empty();
    if unsaid || (fits && (rows < 0 || rows == 1)) { Ok(rows == 1) } else { Err(wrong(format!("{:?}", &shape[..]))) }
}

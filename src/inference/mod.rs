//! Models on threads of their own: what they are asked waits in a bounded queue, in batches, under a watchdog.
//!
//! ```text
//! anyone ─▶ Engine::ask ─▶ queue (full: the oldest goes) ─▶ thread: Predictor::predict(batch) ─▶ who asked
//!                                                             ▲ watch: hangs? ten times as slow? how far behind?
//! ```
//!
//! - [`backend`]: the runtime behind `ort`, one a process: tract, built in, or an ONNX Runtime library that the operator names.
//! - [`model`]: an ONNX file that was checked before anybody asks it: names, types, shapes and a first run.
//! - [`engine`]: the queue, the thread, and what is known of how it does.

pub mod backend;
pub mod engine;
mod library;
pub mod model;
pub mod priority;
mod queue;
pub mod state;

pub use backend::{Backend, BackendError};
pub use engine::{Engine, EngineLimits, Predictor};
pub use model::{Model, ModelError, Port, RunError};
pub use queue::NoAnswer;
pub use state::EngineState;

#[cfg(test)]
mod tests;

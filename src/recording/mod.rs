//! Recording, the side that touches files.

pub mod folder;
pub mod mux;
pub mod unfinished;

pub use folder::RecordingFolder;

//! Recording, the side that touches files.

pub mod backup;
pub mod composite;
pub mod finish;
pub mod folder;
pub mod library;
pub mod manifest;
pub mod mux;
pub mod recorder;
mod replace;
pub mod resume;
pub mod seal;
pub mod storage;
#[cfg(test)]
mod tests;
pub mod unfinished;
pub mod verify;

pub use folder::RecordingFolder;
pub use recorder::RecordingService;
use replace::replace;
pub use resume::resume;

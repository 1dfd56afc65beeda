//! Where a recording's files go, as the inside sees it.

use super::frame::TrackFormat;
use crate::{ids::ParticipantId, protocol::Source, sfu::Codec};
use serde::{Deserialize, Serialize};
use std::io;
use thiserror::Error;

/// Which piece of which track.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentKey {
    pub participant: ParticipantId,
    pub source: Source,
    /// From 1, without gaps, in the order in which they were begun.
    pub number: u32,
}

impl SegmentKey {
    /// How its file is called: of our own ids alone.
    pub fn file_name(self, container: Container) -> String {
        format!("{}-{}-{:04}.{}", self.participant, self.source.name(), self.number, container.extension())
    }
}

/// WebM is a choice of codecs out of Matroska.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    Webm,
    Matroska,
}

impl Container {
    pub const ALL: [Container; 2] = [Container::Webm, Container::Matroska];

    pub fn of(codec: Codec) -> Self {
        if codec == Codec::H264 { Container::Matroska } else { Container::Webm }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Container::Webm => "webm",
            Container::Matroska => "mkv",
        }
    }
}

/// Why a file took nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileError {
    #[error("the disk is full")]
    Full,
    #[error("the disk can't be written to")]
    ReadOnly,
    #[error("{0}")]
    Failed(String),
}

impl FileError {
    pub fn from_io(error: &io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Self::Full,
            K::ReadOnlyFilesystem | K::PermissionDenied => Self::ReadOnly,
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// A piece that is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentDone {
    pub bytes: u64,
    pub duration_ms: u64,
    pub frames: u64,
}

/// Makes files. Calls may block: they are made on threads that have nothing else to do.
pub trait RecordingFiles: Send + Sync + 'static {
    /// `at_ms`: of its first frame, milliseconds from the recording's beginning.
    fn begin(&self, key: SegmentKey, format: &TrackFormat, at_ms: u64) -> Result<Box<dyn SegmentFile>, FileError>;
}

/// A file that grows. What was synced is there after a crash of the machine, too.
pub trait SegmentFile: Send {
    /// Times are milliseconds from the recording's beginning, and never go back.
    fn write(&mut self, at_ms: u64, keyframe: bool, data: &[u8]) -> Result<(), FileError>;
    /// What was written is there after a crash of the process.
    fn flush(&mut self) -> Result<(), FileError>;
    fn sync(&mut self) -> Result<(), FileError>;
    fn bytes(&self) -> u64;
    fn finish(self: Box<Self>) -> Result<SegmentDone, FileError>;
}

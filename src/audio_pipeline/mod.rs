//! The audio pipeline: sound of one track after the other mouth, our own tracks or a stream of another server, in groups into WAV files, a line of each
//! into the session's log, and on to whoever listens on this server.
//!
//! ```text
//! Mouth ─▶ bounded queue ─▶ a thread a track: actors::audio::Track ─▶ file · log · consumers ─▶ told
//! ```
//!
//! A crash costs the group that was being gathered; files are mended at the next start.

pub mod folder;
mod log;
mod mouth;
pub mod recover;
pub mod tracks;
mod wav;
mod writer;

#[cfg(test)]
mod tests;

pub use folder::{DiskFault, SessionFolder};
pub use log::SessionLog;
pub use mouth::{Ended, Input, Mouth};
pub use writer::{Flushed, Told};

use actors::{
    Timestamp,
    audio::{Format, FormatError, Level},
    ids::{ParticipantId, SessionId},
    protocol::Purpose,
};
use serde::Serialize;
use std::{
    path::PathBuf,
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Through which mouth it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mouthed {
    /// A track of somebody in a meeting here.
    Track,
    /// A stream of another server.
    Egress,
}

/// Whose sound it is, and what may be done with it.
#[derive(Clone)]
pub struct About {
    pub session: SessionId,
    pub source: Mouthed,
    /// As it was asked for: shown and logged, never a path.
    pub room: String,
    pub participant: String,
    pub track: String,
    /// Where the participant is one of ours.
    pub participant_id: Option<ParticipantId>,
    /// Goes into the log as it came.
    pub meeting: Option<String>,
    pub format: Format,
    /// In place of the session's own folder.
    pub folder: Option<PathBuf>,
    /// Is it written to files?
    pub keep: bool,
    /// What this person agreed to: a consumer gets nothing that is for another purpose.
    pub purposes: Vec<Purpose>,
}

/// What a consumer gets.
#[derive(Clone)]
pub struct AudioGroup {
    pub session: SessionId,
    pub source: Mouthed,
    pub participant: String,
    pub participant_id: Option<ParticipantId>,
    pub track: String,
    /// Of its first sample.
    pub at: Timestamp,
    /// The same, from the track's beginning.
    pub at_ms: u64,
    pub rate: u32,
    pub channels: u16,
    /// Interleaved.
    pub samples: Arc<[i16]>,
    /// Before any gain.
    pub level: Level,
}

/// Listens to groups. Called on the writing thread of a track: it must not block.
pub trait AudioConsumer: Send + Sync {
    /// Says whether there was room for it.
    fn take(&self, group: AudioGroup) -> bool;
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("the server takes no more streams just now")]
    Full,
    #[error("the session's folder can't be used: {0}")]
    Disk(#[from] DiskFault),
    #[error("no thread could be started: {0}")]
    Thread(std::io::Error),
}

pub struct Limits {
    /// Tracks at once.
    pub tracks: usize,
    /// Bytes that stay free on the disk for all else that lives there.
    pub keep_free: u64,
    /// Bytes of a WAV file.
    pub wav_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tracks: 256, keep_free: 64 * 1024 * 1024, wav_bytes: crate::recording::mux::WAV_LIMIT }
    }
}

/// Cheap to clone: all clones are one.
#[derive(Clone)]
pub struct AudioPipeline {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    data_dir: PathBuf,
    limits: Limits,
    consumers: RwLock<Vec<(Purpose, Arc<dyn AudioConsumer>)>>,
    open: AtomicUsize,
}

impl AudioPipeline {
    pub fn new(data_dir: impl Into<PathBuf>, limits: Limits) -> Self {
        let inner = Inner { data_dir: data_dir.into(), limits, consumers: RwLock::default(), open: AtomicUsize::new(0) };
        Self { inner: Arc::new(inner) }
    }

    /// From now on the consumer gets the groups of everybody who agreed to `purpose`.
    pub fn hand_to(&self, purpose: Purpose, consumer: Arc<dyn AudioConsumer>) {
        if let Ok(mut consumers) = self.inner.consumers.write() {
            consumers.push((purpose, consumer));
        }
    }

    /// Begins a track. `now` is the wall's time.
    ///
    /// # Errors
    /// A format that no track has, one track too many, or a folder that can't be made.
    pub fn open(&self, about: About, now: Timestamp) -> Result<Mouth, OpenError> {
        let place = Place::take(&self.inner)?;
        Mouth::open(self.inner.clone(), place, about, now)
    }

    /// Tracks that are open now.
    pub fn tracks(&self) -> usize {
        self.inner.open.load(Ordering::Relaxed)
    }
}

impl Inner {
    /// Of those who listen for one of these purposes.
    pub(crate) fn consumers(&self, purposes: &[Purpose]) -> Vec<Arc<dyn AudioConsumer>> {
        let Ok(consumers) = self.consumers.read() else { return Vec::new() };
        consumers.iter().filter(|(purpose, _)| purposes.contains(purpose)).map(|(_, consumer)| consumer.clone()).collect()
    }
}

/// One of the tracks that there may be at once.
pub(crate) struct Place(Arc<Inner>);

impl Place {
    fn take(inner: &Arc<Inner>) -> Result<Self, OpenError> {
        let place = Self(inner.clone());
        if inner.open.fetch_add(1, Ordering::Relaxed) >= inner.limits.tracks { Err(OpenError::Full) } else { Ok(place) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

//! What becomes of recordings: their rows and files, the film that is made of each, where they lie, and their end.
//!
//! ```text
//! began ─▶ recording ─▶ ended ─▶ processing ─▶ ready ─▶ store ─▶ archive ─▶ deleting ─▶ gone
//!                                  │ one after the other: film, thumbnails
//! ```
//!
//! What is to be done is in the store's rows: a restart goes on with all of it.

mod details;
mod files;
mod moving;
mod processing;
#[cfg(test)]
mod tests;

pub use details::{Details, RecordedName, SpeakerTurn};

use super::{
    manifest::Manifest,
    storage::{Storage, StorageError, Tier},
};
use crate::{
    config::Config,
    store::{
        Id, Store, StoreError,
        models::{RecordingChanges, RecordingRow, millis},
        recordings::DELETING,
    },
};
use actors::{
    Clock, Timestamp,
    ids::{Identity, RecordingId, RoomId, SessionId, TenantId},
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use thiserror::Error;
use tokio::sync::{Mutex, Notify};
use uuid::Uuid;

/// Below the data directory.
const FOLDER: &str = "recordings";

#[derive(Debug, Error)]
pub enum LibraryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("a recording's folder: {0}")]
    Disk(#[from] io::Error),
}

/// A recording that starts.
#[derive(Clone)]
pub struct Begun {
    pub recording_id: RecordingId,
    pub tenant_id: TenantId,
    pub room_id: RoomId,
    pub session_id: SessionId,
    pub started_at: Timestamp,
    /// None when the room's setting started it.
    pub started_by: Option<Identity>,
}

/// What an operator says of it.
#[derive(Clone)]
struct Options {
    composite: bool,
    ffmpeg: PathBuf,
    archive_after_days: u64,
    retention_days: u64,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Library(Arc<Inner>);

struct Inner {
    store: Store,
    storage: Storage,
    recordings: PathBuf,
    options: Options,
    clock: Clock,
    /// There is something to make.
    ended: Notify,
    /// There is something to move or to remove.
    stirred: Notify,
    /// The recording whose files are on their way to another place: nothing is made of it meanwhile.
    carried: Mutex<Option<Uuid>>,
}

impl Library {
    /// # Errors
    /// When a place for files can't be understood, or the folder can't be made.
    pub fn new(store: Store, clock: Clock, config: &Config) -> Result<Self, StorageError> {
        let recordings = config.data_dir.join(FOLDER);
        let storage = Storage::new(&recordings, config)?;
        let options = Options {
            composite: config.recording_composite,
            ffmpeg: config.recording_ffmpeg.clone(),
            archive_after_days: config.recording_move_after_days,
            retention_days: config.recording_retention_days,
        };
        let (ended, stirred) = (Notify::new(), Notify::new());
        let carried = Mutex::new(None);
        Ok(Self(Arc::new(Inner { store, storage, recordings, options, clock, ended, stirred, carried })))
    }

    /// Where a recording's files are while it runs and until they are moved.
    pub fn folder(&self, id: RecordingId) -> PathBuf {
        self.0.recordings.join(id.to_string())
    }

    /// A recording runs from now on.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when there is no such room.
    pub async fn began(&self, begun: Begun) -> Result<(), StoreError> {
        let row = RecordingRow {
            id: Id(begun.recording_id.0),
            tenant_id: Id(begun.tenant_id.0),
            room_id: Id(begun.room_id.0),
            session_id: Id(begun.session_id.0),
            started_at: millis(begun.started_at),
            ended_at: None,
            state: "recording".to_owned(),
            step: None,
            progress: 0.0,
            duration_ms: 0,
            bytes: 0,
            started_by: begun.started_by.map(|identity| identity.as_str().to_owned()),
            problem: None,
            tier: Tier::Local.name().to_owned(),
        };
        match self.0.store.add_recording(row).await {
            // It goes on after a restart.
            Err(StoreError::Conflict) => Ok(()),
            done => done,
        }
    }

    /// A recording is over, and its folder is as it will stay. `failed`: it ended by a fault. What there is of it is made ready
    /// nevertheless. Ending twice changes nothing.
    ///
    /// # Errors
    /// When the store can't be written to: then it is still `recording`, and [`Library::unfinished`] has it after a restart.
    pub async fn ended(&self, id: RecordingId, failed: bool) -> Result<(), LibraryError> {
        let row = self.0.store.recording_by_id(id.0).await?;
        if row.state != "recording" {
            return Ok(());
        }
        let manifest = self.manifest(id).await;
        let ended_at = manifest.as_ref().ok().and_then(|manifest| manifest.ended_at).unwrap_or(self.0.clock.now());
        let mut changes = RecordingChanges { ended_at: Some(millis(ended_at)), ..RecordingChanges::default() };
        match &manifest {
            Err(error) => {
                tracing::error!(recording = %id.short(), %error, "a recording's manifest can't be read");
                (changes.state, changes.problem) = (Some("failed".to_owned()), Some(Some("no_manifest".to_owned())));
            }
            Ok(manifest) if manifest.tracks.iter().all(|track| track.segments.is_empty()) => {
                let problem = if failed { "failed" } else { "empty" };
                (changes.state, changes.problem) = (Some("failed".to_owned()), Some(Some(problem.to_owned())));
                self.keep_files(id, manifest).await?;
            }
            Ok(manifest) => {
                changes.state = Some("processing".to_owned());
                changes.duration_ms = i64::try_from(manifest.duration_ms()).ok();
                changes.bytes = Some(self.keep_files(id, manifest).await?);
                changes.problem = failed.then(|| Some("cut_short".to_owned()));
            }
        }
        self.0.store.change_recording(id.0, changes).await?;
        self.0.ended.notify_one();
        self.0.stirred.notify_one();
        Ok(())
    }

    /// Those that were running when the server stopped, for whoever can go on with them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn unfinished(&self) -> Result<Vec<RecordingRow>, StoreError> {
        self.0.store.recordings_in("recording", 10_000).await
    }

    /// Files in the folder are not what they were: brings the rows up to date. Those of a recording that runs are written down at its end.
    ///
    /// # Errors
    /// When the manifest or the store can't be read.
    pub async fn files_changed(&self, id: RecordingId) -> Result<(), LibraryError> {
        if self.0.store.recording_by_id(id.0).await?.state == "recording" {
            return Ok(());
        }
        let manifest = self.manifest(id).await?;
        let bytes = self.keep_files(id, &manifest).await?;
        self.0.store.change_recording(id.0, RecordingChanges { bytes: Some(bytes), ..RecordingChanges::default() }).await?;
        self.0.stirred.notify_one();
        Ok(())
    }

    /// A browser's copy fills gaps of the server's: the film is made again with it. Where it is on its way to a store, or there, it stays as it is; the copy
    /// is kept beside it.
    ///
    /// # Errors
    /// As [`files_changed`](Self::files_changed).
    pub async fn gaps_filled(&self, id: RecordingId) -> Result<(), LibraryError> {
        // Held from here on: what is told below stirs whoever carries.
        let carried = self.0.carried.lock().await;
        self.files_changed(id).await?;
        let row = self.0.store.recording_by_id(id.0).await?;
        if row.state != "ready" || !self.0.options.composite || *carried == Some(id.0) || moving::has_begun(&self.0, &row).await?
        {
            return Ok(());
        }
        let again = RecordingChanges {
            state: Some("processing".to_owned()),
            problem: Some(row.problem.filter(|problem| !problem.starts_with("composite"))),
            ..RecordingChanges::default()
        };
        self.0.store.change_recording(id.0, again).await?;
        self.0.ended.notify_one();
        Ok(())
    }

    /// Nobody sees it from now on; its files and rows go soon, also if a store is away just now.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove(&self, id: Uuid) -> Result<(), StoreError> {
        let gone = RecordingChanges { state: Some(DELETING.to_owned()), ..RecordingChanges::default() };
        self.0.store.change_recording(id, gone).await?;
        self.0.stirred.notify_one();
        Ok(())
    }

    /// Removes those that were kept for long enough. How many.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn remove_overdue(&self, now: i64) -> Result<usize, StoreError> {
        let overdue = self.0.store.recordings_overdue(now, self.0.options.retention_days, 500).await?;
        for id in &overdue {
            self.remove(id.0).await?;
        }
        Ok(overdue.len())
    }

    /// All recordings of a room, files first; only when all are gone the room's own rows may go.
    ///
    /// # Errors
    /// When a store is away: what is left is removed later.
    pub async fn remove_all_of(&self, room: Uuid) -> Result<(), LibraryError> {
        for id in self.0.store.recording_ids_of(room).await? {
            self.remove(id.0).await?;
            moving::remove_whole(&self.0, id.0).await?;
        }
        Ok(())
    }

    /// How long recordings are kept at most, in days; 0: as long as their room says.
    pub fn retention_days(&self) -> u64 {
        self.0.options.retention_days
    }

    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// Who spoke when, chapters, people: what a player shows beside the film.
    pub async fn details(&self, id: RecordingId) -> Details {
        let folder = self.folder(id);
        blocking(move || details::read(&folder)).await.unwrap_or_default()
    }

    /// Makes films, moves and removes files until it is dropped.
    pub async fn work(self) {
        futures_util::future::join(processing::work(self.clone()), moving::work(self.0.clone())).await;
    }

    async fn manifest(&self, id: RecordingId) -> io::Result<Manifest> {
        let folder = self.folder(id);
        blocking(move || Manifest::read(&folder)).await
    }

    /// Writes down the files in the folder. How many bytes they have together.
    async fn keep_files(&self, id: RecordingId, manifest: &Manifest) -> Result<i64, LibraryError> {
        let (folder, manifest, now) = (self.folder(id), manifest.clone(), millis(self.0.clock.now()));
        let rows = blocking(move || files::rows(&folder, &manifest, now)).await?;
        let known = self.0.store.files_of_recording(id.0).await?;
        // What lies elsewhere already is no longer in the folder, and stays as it is.
        let moved = |name: &str| known.iter().any(|row| row.name == name && row.tier != Tier::Local.name());
        self.0.store.keep_recording_files(rows.into_iter().filter(|row| !moved(&row.name)).collect()).await?;
        Ok(self.0.store.files_of_recording(id.0).await?.iter().map(|row| row.bytes).sum())
    }
}

/// Work with files, away from those who must not wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// A recording's folder goes with all that is in it.
fn remove_folder(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

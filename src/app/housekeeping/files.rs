//! The bytes of shared files: `files/<room>/<file>` below the data directory. They go before their rows.

use super::Failure;
use crate::{
    audio_pipeline::folder::SESSIONS,
    store::{Id, Store, models::FileRow},
};
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};
use tokio::fs::{self, DirEntry};
use uuid::Uuid;

pub(super) struct Files {
    data_dir: PathBuf,
}

impl Files {
    pub fn below(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned() }
    }

    fn folder(&self) -> PathBuf {
        self.data_dir.join("files")
    }

    pub async fn remove(&self, store: &Store, file: &FileRow) -> Result<(), Failure> {
        or_gone(fs::remove_file(self.data_dir.join(&file.path)).await)?;
        store.remove_file(file.id.0).await?;
        Ok(())
    }

    pub async fn remove_all_of(&self, room: Id) -> io::Result<()> {
        or_gone(fs::remove_dir_all(self.folder().join(room.to_string())).await)
    }

    /// What streams of other servers left in a session's folder.
    pub async fn remove_session(&self, session: Id) -> io::Result<()> {
        or_gone(fs::remove_dir_all(self.data_dir.join(SESSIONS).join(session.to_string())).await)
    }

    /// What an interrupted upload left behind: files that no row names and nobody has written to since `before`.
    pub async fn remove_lost(&self, store: &Store, before: i64) -> Result<usize, Failure> {
        let mut removed = 0;
        for folder in entries(&self.folder()).await? {
            let Some(room) = id_of(&folder) else { continue };
            let named: HashSet<Uuid> = store.files_of_room(room).await?.into_iter().map(|row| row.id.0).collect();
            for file in entries(&folder.path()).await? {
                let lost = id_of(&file).is_none_or(|id| !named.contains(&id));
                if lost && changed_at(&file).await? < before {
                    or_gone(fs::remove_file(file.path()).await)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn id_of(entry: &DirEntry) -> Option<Uuid> {
    Uuid::parse_str(entry.file_name().to_str()?).ok()
}

async fn changed_at(entry: &DirEntry) -> io::Result<i64> {
    let at = entry.metadata().await?.modified()?;
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// None where there is no such folder.
async fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut found = Vec::new();
    match fs::read_dir(folder).await {
        Ok(mut entries) => {
            while let Some(entry) = entries.next_entry().await? {
                found.push(entry);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(found)
}

fn or_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

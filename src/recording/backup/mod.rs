//! What a browser recorded of its own track and sends in chunks, for the gaps of the server's copy. Chunks have one size, so each has its place in one
//! file from the start, in whatever order they come; an index says which are there.
//!
//! ```text
//! <recording>/backup-parts/<backup>/about.json · index · data     while it comes
//! <recording>/backup/<participant>-<source>-<backup>.webm         when it is whole
//! ```

mod about;
mod attach;
mod chunks;
mod covers;
#[cfg(test)]
mod tests;

pub use about::{About, Complete, Mime};
pub use attach::{attach, is_awaited};
pub use chunks::{Chunk, Kept};
pub use covers::covers;

use chunks::Index;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
};
use thiserror::Error;
use uuid::Uuid;

pub const PARTS: &str = "backup-parts";
pub const WHOLE: &str = "backup";
const DATA: &str = "data";

/// Why a chunk or a backup is not taken.
#[derive(Debug, Error)]
pub enum BackupError {
    #[error("there is no such backup")]
    NotFound,
    #[error("the backup is complete already")]
    Complete,
    #[error("that chunk was sent before, and was another one")]
    Differs,
    #[error("a chunk before the last has the whole length, and none comes after the last")]
    Length,
    #[error("a chunk ends when it begins or later, and begins no earlier than the one before ends")]
    Time,
    #[error("the hash is not that of the chunk")]
    Hash,
    #[error("the backup is longer than it may be")]
    TooLarge,
    #[error("{} chunks are missing", .0.len())]
    Missing(Vec<u32>),
    #[error("what was sent is not what its kind says")]
    NotMedia,
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// One backup's folder.
pub struct Backup {
    recording: PathBuf,
    folder: PathBuf,
    pub about: About,
}

impl Backup {
    /// Begins one in the recording's folder.
    pub fn begin(recording: &Path, about: About) -> Result<Self, BackupError> {
        let folder = recording.join(PARTS).join(about.id.to_string());
        fs::create_dir_all(&folder)?;
        about.write(&folder)?;
        Ok(Self { recording: recording.to_owned(), folder, about })
    }

    pub fn open(recording: &Path, id: Uuid) -> Result<Self, BackupError> {
        let folder = recording.join(PARTS).join(id.to_string());
        match About::read(&folder) {
            Ok(about) => Ok(Self { recording: recording.to_owned(), folder, about }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BackupError::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    /// All that were begun in a recording, whole or not.
    pub fn all(recording: &Path) -> io::Result<Vec<Self>> {
        let entries = match fs::read_dir(recording.join(PARTS)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut all = Vec::new();
        for entry in entries {
            let id = entry?.file_name().to_str().and_then(|name| Uuid::parse_str(name).ok());
            all.extend(id.and_then(|id| Self::open(recording, id).ok()));
        }
        all.sort_by_key(|backup| backup.about.id);
        Ok(all)
    }

    /// Chunks that are there.
    pub fn chunks(&self) -> io::Result<Vec<(u32, Chunk)>> {
        Index::open(&self.folder)?.all()
    }

    /// Writes a chunk in its place. The very same one again changes nothing.
    pub fn put(&self, number: u32, bytes: &[u8], from_ms: u64, to_ms: u64, most: u64) -> Result<Kept, BackupError> {
        let size = self.about.chunk_bytes;
        let at = u64::from(number).saturating_mul(size);
        if bytes.is_empty() || bytes.len() as u64 > size {
            return Err(BackupError::Length);
        }
        if at.saturating_add(bytes.len() as u64) > most {
            return Err(BackupError::TooLarge);
        }
        if to_ms < from_ms {
            return Err(BackupError::Time);
        }
        let chunk = Chunk { from_ms, to_ms, bytes: bytes.len() as u32, sha256: Sha256::digest(bytes).into() };
        let mut index = Index::open(&self.folder)?;
        match index.get(number)? {
            Some(there) if there == chunk => return Ok(Kept::Before),
            Some(_) => return Err(BackupError::Differs),
            None if self.about.complete.is_some() => return Err(BackupError::Complete),
            None => {}
        }
        index.fits(number, &chunk, size)?;
        let data = OpenOptions::new().write(true).create(true).truncate(false).open(self.folder.join(DATA))?;
        std::os::unix::fs::FileExt::write_all_at(&data, bytes, at)?;
        data.sync_data()?;
        index.put(number, &chunk)?;
        Ok(Kept::Now)
    }

    /// Every chunk is there: the file gets its name. Twice is the same. `said`: how many the sender says there are.
    pub fn complete(&mut self, said: Option<u32>, now: actors::Timestamp) -> Result<Complete, BackupError> {
        if let Some(complete) = &self.about.complete {
            return Ok(complete.clone());
        }
        let chunks = Index::open(&self.folder)?.whole(said, self.about.chunk_bytes)?;
        let name = self.about.file_name();
        let (data, whole) = (self.folder.join(DATA), self.recording.join(WHOLE).join(&name));
        // The process may have ended between the two steps below.
        let from = if data.exists() { &data } else { &whole };
        let (sha256, bytes) = self.check(from, &chunks)?;
        fs::create_dir_all(self.recording.join(WHOLE))?;
        if data.exists() {
            fs::rename(&data, &whole)?;
            File::open(self.recording.join(WHOLE))?.sync_all()?;
        }
        let to_ms = chunks.last().map_or(0, |chunk| chunk.to_ms);
        let complete =
            Complete { at: now, chunks: chunks.len() as u32, bytes, duration_ms: to_ms, file: format!("{WHOLE}/{name}"), sha256 };
        self.about.complete = Some(complete.clone());
        self.about.write(&self.folder)?;
        Ok(complete)
    }

    /// Each chunk is still what it was, and together they are what their kind says.
    fn check(&self, path: &Path, chunks: &[Chunk]) -> Result<(String, u64), BackupError> {
        let mut file = File::open(path)?;
        let (mut whole, mut bytes, mut buffer) = (Sha256::new(), 0, Vec::new());
        for (number, chunk) in chunks.iter().enumerate() {
            buffer.resize(chunk.bytes as usize, 0);
            file.read_exact(&mut buffer)?;
            if number == 0 && !self.about.mime.begins(&buffer) {
                return Err(BackupError::NotMedia);
            }
            if Sha256::digest(&buffer).as_slice() != chunk.sha256 {
                // What was sent first is gone: the sender has to begin anew.
                return Err(BackupError::Hash);
            }
            whole.update(&buffer);
            bytes += u64::from(chunk.bytes);
        }
        Ok((whole.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
    }
}

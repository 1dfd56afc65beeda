//! A session's folder, `<data>/sessions/<session>/`: `audio/`, `video/` and the log. Names in it are ours alone (R6).

use crate::store::make_private_dir;
use actors::{Timestamp, audio::name, ids::SessionId};
use serde::Serialize;
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// Names that are tried where one is taken.
const TRIES: u32 = 100;
pub const SESSIONS: &str = "sessions";
/// Recordings have such folders too.
pub const RECORDINGS: &str = "recordings";

/// Why the disk takes nothing, in words that a caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiskFault {
    #[error("the disk is full")]
    DiskFull,
    #[error("the disk can't be written to")]
    ReadOnly,
    #[error("the disk failed")]
    Failed,
}

impl DiskFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "read_only",
            Self::Failed => "failed",
        }
    }
}

impl From<io::Error> for DiskFault {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::StorageFull | K::QuotaExceeded | K::FileTooLarge => Self::DiskFull,
            K::ReadOnlyFilesystem | K::PermissionDenied => Self::ReadOnly,
            _ => {
                tracing::warn!(%error, "a session's file could not be written");
                Self::Failed
            }
        }
    }
}

#[derive(Clone)]
pub struct SessionFolder {
    path: PathBuf,
    keep_free: u64,
}

/// What a file is called after.
pub struct Naming<'a> {
    pub at: Timestamp,
    pub room: &'a str,
    pub participant: &'a str,
    pub track: &'a str,
}

impl SessionFolder {
    /// Where a session's own is.
    pub fn path_of(data_dir: &Path, session: SessionId) -> PathBuf {
        data_dir.join(SESSIONS).join(session.to_string())
    }

    /// Makes it and `below` in it.
    pub fn create(path: PathBuf, below: &str, keep_free: u64) -> Result<Self, DiskFault> {
        make_private_dir(&path.join(below)).map_err(|error| {
            tracing::warn!(%error, "a session's folder can't be made");
            DiskFault::ReadOnly
        })?;
        Ok(Self { path, keep_free })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new file in `below`; never one that is there. Its name with it.
    pub fn new_file(&self, below: &str, naming: &Naming<'_>, ending: &str) -> io::Result<(File, String)> {
        let stem = name::stem(&stamp(naming.at), naming.room, naming.participant, naming.track);
        for number in 1..=TRIES {
            let name = if number == 1 { format!("{stem}.{ending}") } else { format!("{stem}-{number}.{ending}") };
            match OpenOptions::new().read(true).write(true).create_new(true).open(self.path.join(below).join(&name)) {
                Ok(file) => {
                    // A name survives a crash of the machine only when the folder was written too.
                    File::open(self.path.join(below))?.sync_all()?;
                    return Ok((file, name));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// The disk is thought to be full while some of it is left.
    pub fn has_room(&self) -> Result<(), DiskFault> {
        let disk = rustix::fs::statvfs(&self.path).map_err(|error| DiskFault::from(io::Error::from(error)))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < self.keep_free { Err(DiskFault::DiskFull) } else { Ok(()) }
    }
}

/// `20261122T015550123Z`: sorts, and is no trouble in a name.
fn stamp(at: Timestamp) -> String {
    at.to_string().chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn r6_files_stay_in_their_folder_and_are_never_written_over() {
        let place = tempfile::tempdir().unwrap();
        let session = SessionId(Uuid::from_u128(7));
        let folder = SessionFolder::create(SessionFolder::path_of(place.path(), session), "audio", 0).unwrap();
        let naming = Naming { at: Timestamp(0), room: "../..", participant: "/etc/passwd", track: "a\0b" };
        let (_, first) = folder.new_file("audio", &naming, "wav").unwrap();
        let (_, second) = folder.new_file("audio", &naming, "wav").unwrap();
        assert_eq!(first, "19700101T000000000Z_x_-etc-passwd_a-b.wav");
        assert_eq!(second, "19700101T000000000Z_x_-etc-passwd_a-b-2.wav");
        let inside = std::fs::read_dir(place.path().join("sessions").join(session.to_string()).join("audio")).unwrap();
        assert_eq!(inside.count(), 2);
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_full() {
        let place = tempfile::tempdir().unwrap();
        let folder = SessionFolder::create(place.path().to_owned(), "audio", u64::MAX).unwrap();
        assert_eq!(folder.has_room(), Err(DiskFault::DiskFull));
    }
}

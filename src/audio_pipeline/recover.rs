//! What a crash left in the folders of sessions and recordings: files whose heads don't say what is in them. Found at the next start, and mended.

use super::{
    SessionFolder, SessionLog,
    folder::{RECORDINGS, SESSIONS},
};
use crate::recording::mux::recover_wav;
use actors::{Timestamp, audio::name};
use serde_json::json;
use std::{
    fs::{self, File, OpenOptions, ReadDir},
    io,
    path::Path,
    time::SystemTime,
};
use uuid::Uuid;

/// What of a file could be mended: how long it is now, and what was taken off its end.
pub struct Mended {
    pub ms: u64,
    pub cut_bytes: u64,
}

/// Mends a file in place; none when there was nothing to do.
pub type Mend = fn(&mut File) -> io::Result<Option<Mended>>;

/// A kind of file: where it is, how it ends, how it is mended.
pub struct Kind {
    pub below: &'static str,
    pub ending: &'static str,
    pub mend: Mend,
}

pub const WAV: Kind = Kind { below: "audio", ending: "wav", mend: mend_wav };

fn mend_wav(file: &mut File) -> io::Result<Option<Mended>> {
    let found = recover_wav(file).map_err(io::Error::other)?;
    Ok((!found.finished_before).then_some(Mended { ms: found.duration_ms, cut_bytes: found.cut_bytes }))
}

/// Looks at every file that nobody has written to since `started`: one that is newer is being written now. What can't be mended is left as it is. How many
/// were.
pub fn mend(data_dir: &Path, kinds: &[Kind], started: SystemTime, now: Timestamp) -> io::Result<usize> {
    let mut mended = 0;
    for base in [SESSIONS, RECORDINGS] {
        let Some(folders) = there(&data_dir.join(base))? else { continue };
        for folder in folders {
            let folder = folder?;
            // Only what we would name so ourselves.
            if folder.file_name().to_str().is_none_or(|name| Uuid::parse_str(name).is_err()) {
                continue;
            }
            for kind in kinds {
                match mend_folder(&folder.path(), kind, started, now) {
                    Ok(count) => mended += count,
                    Err(error) => tracing::warn!(%error, "files of a session can't be looked at"),
                }
            }
        }
    }
    Ok(mended)
}

fn there(folder: &Path) -> io::Result<Option<ReadDir>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Some(entries)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn mend_folder(folder: &Path, kind: &Kind, started: SystemTime, now: Timestamp) -> io::Result<usize> {
    let mut mended = 0;
    let Some(entries) = there(&folder.join(kind.below))? else { return Ok(0) };
    for entry in entries {
        let entry = entry?;
        let (Some(called), about) = (entry.file_name().to_str().map(str::to_owned), entry.metadata()?) else { continue };
        if !about.is_file() || !name::is_ours(&called, &[kind.ending]) || about.modified()? >= started {
            continue;
        }
        let mut file = OpenOptions::new().read(true).write(true).open(entry.path())?;
        match (kind.mend)(&mut file) {
            Ok(None) => {}
            Ok(Some(found)) => {
                mended += 1;
                note(folder, &called, &found, now);
            }
            Err(error) => tracing::warn!(%error, "a file of a session can't be mended"),
        }
    }
    Ok(mended)
}

fn note(folder: &Path, file: &str, found: &Mended, now: Timestamp) {
    let log = SessionFolder::create(folder.to_owned(), "", 0).map_err(io::Error::other);
    match log.and_then(|folder| SessionLog::open(&folder, json!({}))) {
        Ok(mut log) => log.line(now, "mended_file", &json!({ "file": file, "ms": found.ms, "cutBytes": found.cut_bytes })),
        Err(error) => tracing::warn!(%error, "a session's log can't be opened"),
    }
}

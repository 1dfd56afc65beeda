//! The files of one recording in a folder of their own.
//!
//! `<participant>-<source>-<number>.webm` (`.mkv` for H264): names are made of our own ids alone.

use super::mux::WebmWriter;
use actors::{
    Timestamp,
    recording::{
        TrackFormat,
        files::{Container, FileError, RecordingFiles, SegmentDone, SegmentFile, SegmentKey},
    },
    sfu::Codec,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// What a second of a large picture needs, so that a file is written in few calls.
const BUFFER: usize = 256 * 1024;

/// Makes a recording's files.
#[derive(Debug)]
pub struct RecordingFolder {
    path: PathBuf,
    began: Timestamp,
    keep_free: u64,
}

impl RecordingFolder {
    /// `keep_free`: bytes that stay free on the disk, for all else that lives there. The folder is made.
    pub fn create(path: &Path, began: Timestamp, keep_free: u64) -> Result<Self, FileError> {
        fs::create_dir_all(path).map_err(refused)?;
        Ok(Self::open(path, began, keep_free))
    }

    /// Of a folder that is there.
    pub fn open(path: &Path, began: Timestamp, keep_free: u64) -> Self {
        Self { path: path.to_owned(), began, keep_free }
    }

    /// How a piece is called.
    pub fn name(key: SegmentKey, codec: Codec) -> String {
        key.file_name(Container::of(codec))
    }

    /// From then on it is one of ours, whatever happens.
    fn write_head(&self, file: File, format: &TrackFormat, at_ms: u64) -> Result<WebmWriter<BufWriter<File>>, FileError> {
        let start = Timestamp(self.began.0 + at_ms);
        let mut writer = WebmWriter::create(BufWriter::with_capacity(BUFFER, file), format, start).map_err(refused)?;
        writer.get_mut().flush().map_err(refused)?;
        sync_folder(&self.path)?;
        Ok(writer)
    }

    /// The disk is thought to be full while some of it is left.
    fn has_room(&self) -> Result<(), FileError> {
        has_room(&self.path, self.keep_free)
    }
}

impl RecordingFiles for RecordingFolder {
    fn begin(&self, key: SegmentKey, format: &TrackFormat, at_ms: u64) -> Result<Box<dyn SegmentFile>, FileError> {
        self.has_room()?;
        let path = self.path.join(Self::name(key, format.codec));
        // A piece is never written over.
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).map_err(refused)?;
        let begun = self.write_head(file, format, at_ms).inspect_err(|_| {
            // Its name is free for the next attempt.
            let _ = fs::remove_file(&path);
        });
        let writer = begun?;
        Ok(Box::new(Piece { writer, at_ms, folder: self.path.clone(), keep_free: self.keep_free }))
    }
}

struct Piece {
    writer: WebmWriter<BufWriter<File>>,
    /// Of its first frame.
    at_ms: u64,
    folder: PathBuf,
    keep_free: u64,
}

impl Piece {
    fn put_on_disk(&mut self) -> Result<(), FileError> {
        let out = self.writer.get_mut();
        out.flush().map_err(refused)?;
        out.get_ref().sync_data().map_err(refused)
    }
}

impl SegmentFile for Piece {
    fn write(&mut self, at_ms: u64, keyframe: bool, data: &[u8]) -> Result<(), FileError> {
        self.writer.write(at_ms.saturating_sub(self.at_ms), keyframe, data).map_err(refused)
    }

    fn flush(&mut self) -> Result<(), FileError> {
        self.writer.get_mut().flush().map_err(refused)
    }

    fn sync(&mut self) -> Result<(), FileError> {
        self.put_on_disk()?;
        has_room(&self.folder, self.keep_free)
    }

    fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    fn finish(mut self: Box<Self>) -> Result<SegmentDone, FileError> {
        let done = self.writer.finish().map_err(refused)?;
        self.put_on_disk()?;
        Ok(SegmentDone { bytes: done.bytes, duration_ms: done.duration_ms, frames: done.frames })
    }
}

/// A name in a folder survives a crash of the machine only when the folder was written too.
fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused)
}

fn has_room(folder: &Path, keep_free: u64) -> Result<(), FileError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| refused(error.into()))?;
    if disk.f_bavail.saturating_mul(disk.f_frsize) < keep_free { Err(FileError::Full) } else { Ok(()) }
}

/// What the disk refused, by its reason.
pub(super) fn refused(error: io::Error) -> FileError {
    FileError::from_io(&error)
}

#[cfg(test)]
mod tests {
    use super::{super::mux, *};
    use actors::{ids::ParticipantId, protocol::Source};
    use uuid::Uuid;

    const OPUS: TrackFormat = TrackFormat { codec: Codec::Opus, size: None, private: None };
    const SOUND: [u8; 3] = [0xf8, 0xff, 0xfe];

    fn key(number: u32) -> SegmentKey {
        SegmentKey { participant: ParticipantId(Uuid::from_u128(7)), source: Source::Microphone, number }
    }

    fn folder(keep_free: u64) -> (tempfile::TempDir, Result<RecordingFolder, FileError>) {
        let place = tempfile::tempdir().unwrap();
        let folder = RecordingFolder::create(&place.path().join("a/b"), Timestamp(1_000), keep_free);
        (place, folder)
    }

    #[test]
    fn a_piece_is_written_under_its_own_name_and_never_over_another() {
        let (place, folder) = folder(0);
        let folder = folder.unwrap();
        let mut piece = folder.begin(key(1), &OPUS, 5_000).unwrap();
        for packet in 0..50 {
            piece.write(5_000 + packet * 20, true, &SOUND).unwrap();
        }
        let done = piece.finish().unwrap();
        assert_eq!((done.frames, done.duration_ms), (50, 1_000), "times count from its first frame");
        let path = place.path().join("a/b").join(RecordingFolder::name(key(1), Codec::Opus));
        assert_eq!(fs::metadata(&path).unwrap().len(), done.bytes);
        assert!(matches!(folder.begin(key(1), &OPUS, 0), Err(FileError::Failed(_))));
        assert_eq!(fs::metadata(&path).unwrap().len(), done.bytes);
    }

    #[test]
    fn what_was_synced_is_there_when_the_process_is_not() {
        let (place, folder) = folder(0);
        let mut piece = folder.unwrap().begin(key(1), &OPUS, 0).unwrap();
        for packet in 0..100 {
            piece.write(packet * 20, true, &SOUND).unwrap();
        }
        piece.sync().unwrap();
        // The process ends here: nothing is closed.
        std::mem::forget(piece);
        let path = place.path().join("a/b").join(RecordingFolder::name(key(1), Codec::Opus));
        let mut file = OpenOptions::new().read(true).write(true).open(path).unwrap();
        let recovered = mux::recover(&mut file).unwrap();
        assert_eq!((recovered.frames, recovered.duration_ms, recovered.finished_before), (100, 2_000, false));
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_full() {
        let (_place, folder) = folder(u64::MAX);
        assert!(matches!(folder.unwrap().begin(key(1), &OPUS, 0), Err(FileError::Full)));
    }

    #[test]
    fn faults_of_the_disk_have_names() {
        for (kind, expected) in [
            (io::ErrorKind::StorageFull, FileError::Full),
            (io::ErrorKind::QuotaExceeded, FileError::Full),
            (io::ErrorKind::ReadOnlyFilesystem, FileError::ReadOnly),
            (io::ErrorKind::PermissionDenied, FileError::ReadOnly),
        ] {
            assert_eq!(refused(kind.into()), expected, "{kind:?}");
        }
    }
}

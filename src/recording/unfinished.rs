//! What a crash left: every piece of a recording is looked at, and finished where it was not.

use super::mux::{self, RecoverError, Recovered};
use actors::{
    ids::ParticipantId,
    protocol::Source,
    recording::files::{Container, SegmentKey},
};
use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

/// One file of a recording.
#[derive(Debug)]
pub struct Piece {
    pub name: String,
    pub key: SegmentKey,
    /// What is in it now, and what was done to it.
    pub found: Result<Recovered, RecoverError>,
}

/// Finishes what is unfinished in a recording's folder, in the order of the names. A file that can't be mended is left as it is, and the others
/// are mended nevertheless; files of other names are nobody's business. Safe to be cut short: the next time finds the same.
pub fn finish(folder: &Path) -> io::Result<Vec<Piece>> {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    let pieces = names.into_iter().filter_map(|name| Some((key_of(&name)?, name)));
    Ok(pieces.map(|(key, name)| Piece { found: mend(&folder.join(&name)), name, key }).collect())
}

fn mend(path: &Path) -> Result<Recovered, RecoverError> {
    mux::recover(&mut OpenOptions::new().read(true).write(true).open(path)?)
}

/// Only a name that we would give ourselves.
fn key_of(name: &str) -> Option<SegmentKey> {
    let stem = name.strip_suffix(".webm").or_else(|| name.strip_suffix(".mkv"))?;
    let (rest, number) = stem.rsplit_once('-')?;
    let (participant, source) = rest.rsplit_once('-')?;
    let source = Source::ALL.into_iter().find(|one| one.name() == source)?;
    let key = SegmentKey { participant: participant.parse::<ParticipantId>().ok()?, source, number: number.parse().ok()? };
    Container::ALL.iter().any(|container| key.file_name(*container) == name).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::RecordingFolder;
    use actors::{
        Timestamp,
        recording::{TrackFormat, files::RecordingFiles},
        sfu::Codec,
    };
    use uuid::Uuid;

    const OPUS: TrackFormat = TrackFormat { codec: Codec::Opus, size: None, private: None };

    fn key(number: u32) -> SegmentKey {
        SegmentKey { participant: ParticipantId(Uuid::from_u128(9)), source: Source::ScreenAudio, number }
    }

    #[test]
    fn what_was_being_written_is_finished_and_the_rest_is_let_be() {
        let place = tempfile::tempdir().unwrap();
        let folder = RecordingFolder::create(place.path(), Timestamp(0), 0).unwrap();
        for number in 1..=3 {
            let mut piece = folder.begin(key(number), &OPUS, 0).unwrap();
            (0..50).for_each(|packet| piece.write(packet * 20, true, &[0xf8, 0xff, 0xfe]).unwrap());
            piece.sync().unwrap();
            // Of the others the process ends in the middle.
            if number == 1 {
                piece.finish().unwrap();
            } else {
                std::mem::forget(piece);
            }
        }
        let spoilt = RecordingFolder::name(key(3), Codec::Opus);
        fs::write(place.path().join(&spoilt), b"something else").unwrap();
        fs::write(place.path().join("notes.txt"), b"mine").unwrap();
        fs::write(place.path().join("x-camera-0001.webm"), b"nobody's").unwrap();

        let told = || -> Vec<_> {
            let pieces = finish(place.path()).unwrap();
            let told = pieces
                .into_iter()
                .map(|piece| (piece.key.number, piece.found.map(|found| (found.frames, found.finished_before)).ok()));
            told.collect()
        };
        assert_eq!(told(), [(1, Some((50, true))), (2, Some((50, false))), (3, None)]);
        assert_eq!(told(), [(1, Some((50, true))), (2, Some((50, true))), (3, None)], "once is enough");
        assert_eq!(fs::read(place.path().join(spoilt)).unwrap(), b"something else");
    }

    #[test]
    fn only_names_of_ours_are_names() {
        let name = RecordingFolder::name(key(12), Codec::H264);
        assert_eq!(key_of(&name), Some(key(12)));
        for other in ["", "a.webm", "../x-camera-0001.webm", &name.replace("0012", "12"), &name.replace("mkv", "mp4")] {
            assert_eq!(key_of(other), None, "{other}");
        }
    }
}

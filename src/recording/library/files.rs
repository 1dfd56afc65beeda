//! The files of a recording's folder, as rows. Names are ours: what is called otherwise is nobody's business.

use crate::{
    recording::{
        composite::COMPOSITE,
        finish::{REPORT, SEAL},
        manifest::{Manifest, RecordedTrack, Segment},
        storage::Tier,
    },
    store::{Id, models::RecordingFileRow},
};
use std::{fs, io, path::Path};

/// Folders below the recording's, and what is in them.
const BELOW: [(&str, &str); 2] = [("audio", "audio"), ("backup", "backup")];

/// Everything that is there now.
pub fn rows(folder: &Path, manifest: &Manifest, now: i64) -> io::Result<Vec<RecordingFileRow>> {
    let base = Rows { folder, manifest, now };
    let mut rows = Vec::new();
    for track in &manifest.tracks {
        for segment in &track.segments {
            rows.extend(base.segment(track, segment)?);
        }
    }
    rows.extend(base.file("report", REPORT)?);
    rows.extend(base.file("signature", SEAL)?);
    rows.extend(
        base.file("composite", COMPOSITE)?
            .map(|row| RecordingFileRow { duration_ms: i64::try_from(manifest.duration_ms()).ok(), ..row }),
    );
    for number in 1..=9 {
        rows.extend(base.file("thumbnail", &format!("thumbnail-{number}.jpg"))?);
    }
    for (below, kind) in BELOW {
        for name in names(&folder.join(below))? {
            rows.extend(base.file(kind, &format!("{below}/{name}"))?);
        }
    }
    Ok(rows)
}

struct Rows<'a> {
    folder: &'a Path,
    manifest: &'a Manifest,
    now: i64,
}

impl Rows<'_> {
    /// None when it isn't there.
    fn file(&self, kind: &str, name: &str) -> io::Result<Option<RecordingFileRow>> {
        let about = match fs::symlink_metadata(self.folder.join(name)) {
            Ok(about) if about.is_file() => about,
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(RecordingFileRow {
            id: Id::new(),
            recording_id: Id(self.manifest.recording_id.0),
            kind: kind.to_owned(),
            name: name.to_owned(),
            mime: mime(kind, name).to_owned(),
            bytes: i64::try_from(about.len()).unwrap_or(i64::MAX),
            duration_ms: None,
            sha256: None,
            participant_id: None,
            display_name: None,
            source: None,
            tier: Tier::Local.name().to_owned(),
            location: format!("{}/{name}", self.manifest.recording_id),
            created_at: self.now,
        }))
    }

    fn segment(&self, track: &RecordedTrack, segment: &Segment) -> io::Result<Option<RecordingFileRow>> {
        if !is_plain(&segment.name) {
            return Ok(None);
        }
        let name = self.manifest.people.iter().find(|person| person.id == track.participant).map(|one| one.display_name.clone());
        Ok(self.file("track", &segment.name)?.map(|row| RecordingFileRow {
            mime: if track.source.is_audio() { row.mime.replace("video/", "audio/") } else { row.mime },
            duration_ms: segment.done.as_ref().and_then(|done| i64::try_from(done.duration_ms).ok()),
            sha256: segment.done.as_ref().map(|done| done.sha256.clone()),
            participant_id: Some(Id(track.participant.0)),
            display_name: name,
            source: Some(track.source.name().to_owned()),
            ..row
        }))
    }
}

/// By our own names' endings.
fn mime(kind: &str, name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("mp4") => "video/mp4",
        Some("webm") if kind == "backup" => "audio/webm",
        Some("webm") => "video/webm",
        Some("mkv") => "video/x-matroska",
        Some("jpg") => "image/jpeg",
        Some("json") => "application/json",
        Some("jws") => "application/jose",
        Some("wav") => "audio/wav",
        _ => "application/octet-stream",
    }
}

/// Letters, digits, `-`, `_` and single dots: no path, no option, nothing hidden.
fn is_plain(name: &str) -> bool {
    name.len() <= 200
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !name.contains("..")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string().ok().filter(|name| is_plain(name)));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_name_that_leads_elsewhere_is_none() {
        assert!(is_plain("0191-camera-0001.webm") && is_plain("x.wav"));
        for name in ["", "../x", "a/b", "a\\b", ".hidden", "-rf", "a..b", "a b", "é.webm", &"a".repeat(201)] {
            assert!(!is_plain(name), "{name}");
        }
    }
}

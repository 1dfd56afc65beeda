//! Is a finished recording what its report says? Signature first, then every file by its hash.

use super::{
    finish::{REPORT, SEAL, hash},
    seal,
};
use crate::identity::Keys;
use actors::recording::report::{IntegrityReport, SegmentReport};
use std::{fs, io, path::Path};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The key that signed the report, when its signature is good.
    pub kid: Option<String>,
    /// Files that are as the report says.
    pub good: usize,
    /// A sentence each; none when all is well.
    pub wrong: Vec<String>,
}

/// Reads all of it.
///
/// # Errors
/// When there is no report, or the disk says no. That something is wrong with it is no error.
pub fn verify(folder: &Path, keys: &Keys) -> io::Result<Verdict> {
    let bytes = fs::read(folder.join(REPORT))?;
    let mut verdict = Verdict::default();
    match fs::read_to_string(folder.join(SEAL)) {
        Ok(sealed) => match seal::check(&bytes, &sealed, keys) {
            Ok(kid) => verdict.kid = Some(kid),
            Err(why) => verdict.wrong.push(format!("{REPORT}: {why}")),
        },
        Err(error) => verdict.wrong.push(format!("{SEAL}: {error}")),
    }
    match serde_json::from_slice::<IntegrityReport>(&bytes) {
        Ok(report) => {
            for segment in report.people.iter().flat_map(|person| &person.tracks).flat_map(|track| &track.segments) {
                match wrong_with(folder, segment) {
                    None => verdict.good += 1,
                    Some(wrong) => verdict.wrong.push(format!("{}: {wrong}", segment.name)),
                }
            }
        }
        Err(error) => verdict.wrong.push(format!("{REPORT}: it can't be read: {error}")),
    }
    Ok(verdict)
}

fn wrong_with(folder: &Path, segment: &SegmentReport) -> Option<String> {
    // A name is ours, or it is not looked at: a report is anybody's until it is believed.
    if Path::new(&segment.name).file_name().is_none_or(|name| name != segment.name.as_str()) {
        return Some("that is no name of a recorded file".to_owned());
    }
    let Some(expected) = &segment.sha256 else { return Some("the report says that it can't be read".to_owned()) };
    match hash(&folder.join(&segment.name)) {
        Ok(found) if found == *expected => None,
        Ok(_) => Some("it is not the file that was recorded".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

//! The form of a clip: three short fields and a file, which goes to the disk as it comes (D4).

use crate::web::error::Problem;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::StatusCode;
use futures_util::StreamExt;
use tempfile::NamedTempFile;
use tokio::{fs::File, io::AsyncWriteExt};

/// Longest of the short fields.
const LONGEST_FIELD: usize = 200;
/// Parts of the whole body.
const MOST_PARTS: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Audio,
    Video,
    Frame,
}

#[derive(Default)]
pub struct Form {
    pub meeting_id: String,
    pub participant_id: String,
    pub kind: Option<Kind>,
}

/// All of it, the file on the disk until it is dropped.
pub struct Received {
    pub form: Form,
    pub kind: Kind,
    pub file: NamedTempFile,
}

/// Takes the body. The fields may come in any order.
pub async fn receive(
    mut parts: Multipart,
    most: u64,
    about: impl Fn(&Form) -> Result<Kind, Problem>,
) -> Result<Received, Problem> {
    let (mut form, mut file) = (Form::default(), None);
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.next().await else {
            let kind = about(&form)?;
            for (name, value) in [("meeting_id", &form.meeting_id), ("participant_id", &form.participant_id)] {
                if value.is_empty() {
                    return Err(Problem::invalid_field(name, "is missing"));
                }
            }
            let file = file.ok_or_else(|| Problem::invalid_field("file", "is missing"))?;
            return Ok(Received { form, kind, file });
        };
        let mut part = part.map_err(|error| unreadable(&error))?;
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" if file.is_none() => file = Some(write(&mut part, most).await?),
            "meeting_id" => form.meeting_id = text(&mut part).await?,
            "participant_id" => form.participant_id = text(&mut part).await?,
            "type" => form.kind = Some(kind(&text(&mut part).await?)?),
            _ => return Err(Problem::invalid_field("body", "has a part that is not asked for, or one twice")),
        }
    }
    Err(Problem::invalid_field("body", "has too many parts"))
}

fn kind(text: &str) -> Result<Kind, Problem> {
    match text {
        "audio" => Ok(Kind::Audio),
        "video" => Ok(Kind::Video),
        "frame" => Ok(Kind::Frame),
        _ => Err(Problem::invalid_field("type", "must be audio, video or frame")),
    }
}

async fn text(part: &mut Field) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| unreadable(&error))?);
        if bytes.len() > LONGEST_FIELD {
            return Err(Problem::invalid_field("body", format!("has a field of more than {LONGEST_FIELD} bytes")));
        }
    }
    String::from_utf8(bytes).map_err(|_| Problem::invalid_field("body", "has a field that is no text"))
}

async fn write(part: &mut Field, most: u64) -> Result<NamedTempFile, Problem> {
    let disk = |error: std::io::Error| {
        tracing::error!(%error, "a clip can't be kept");
        Problem::unavailable("storage_unavailable", "the clip can't be kept just now")
    };
    let (temporary, path) = NamedTempFile::new().map_err(disk)?.into_parts();
    let mut file = File::from_std(temporary);
    let mut size = 0_u64;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        size += chunk.len() as u64;
        if size > most {
            return Err(Problem::too_large(most));
        }
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)?;
    if size == 0 {
        return Err(Problem::invalid_field("file", "is empty"));
    }
    Ok(NamedTempFile::from_parts(file.into_std().await, path))
}

fn unreadable(error: &MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible => {
            Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        _ => Problem::bad_request("the multipart body can't be read"),
    }
}

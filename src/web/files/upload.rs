//! One file out of a multipart body, onto the disk as it comes.

use super::disk;
use crate::web::error::Problem;
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use std::{io, path::Path};
use tokio::{
    fs::{self, File},
    io::{AsyncReadExt, AsyncWriteExt},
};

/// What came, once it is on the disk.
pub struct Upload {
    /// As the sender called it.
    pub name: String,
    /// As the sender says; never believed when it is given out.
    pub mime: String,
    pub size: u64,
}

/// Writes the part `file` to `path`. Anything else than that one part is refused, and nothing stays on disk then.
pub async fn receive(mut parts: Multipart, path: &Path, most: u64) -> Result<Upload, Problem> {
    let mut field = match parts.next().await {
        Some(field) => field.map_err(|error| unreadable(&error))?,
        None => return Err(Problem::invalid_field("file", "is missing")),
    };
    if field.name() != Some("file") {
        return Err(Problem::invalid_field("file", "must be the only part"));
    }
    let received = match write(&mut field, path, most).await {
        Ok(upload) => {
            drop(field);
            no_more(&mut parts).await.map(|()| upload)
        }
        Err(problem) => Err(problem),
    };
    if received.is_err() && fs::try_exists(path).await.unwrap_or(false) {
        super::discard(path).await;
    }
    received
}

async fn write(field: &mut Field, path: &Path, most: u64) -> Result<Upload, Problem> {
    let name = field.content_disposition().and_then(|about| about.get_filename()).unwrap_or("file").to_owned();
    let mime = field.content_type().map_or_else(|| "application/octet-stream".to_owned(), |kind| kind.essence_str().to_owned());
    let mut file = File::create_new(path).await.map_err(disk)?;
    let mut size = 0_u64;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|error| unreadable(&error))?;
        size += chunk.len() as u64;
        if size > most {
            return Err(Problem::too_large(most));
        }
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.sync_all().await.map_err(disk)?;
    if size == 0 { Err(Problem::invalid_field("file", "is empty")) } else { Ok(Upload { name, mime, size }) }
}

async fn no_more(parts: &mut Multipart) -> Result<(), Problem> {
    match parts.next().await {
        None => Ok(()),
        Some(Ok(_)) => Err(Problem::invalid_field("file", "must be the only part")),
        Some(Err(error)) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &MultipartError) -> Problem {
    match error {
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible => {
            Problem::of_status(actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        _ => Problem::bad_request("the multipart body can't be read"),
    }
}

const CHUNK: usize = 64 * 1024;

/// A file as it is read.
pub fn bytes_of(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let length = file.read(&mut chunk).await?;
        chunk.truncate(length);
        Ok((length > 0).then(|| (Bytes::from(chunk), file)))
    })
}

//! From one place to another, in parts that are remembered.

use super::{
    Place, StorageError,
    place::{attributes, refused},
};
use object_store::{ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, multipart::PartId};
use serde::{Deserialize, Serialize};

/// Stores want at least 5 MiB a part, and all parts alike.
const PART: u64 = 8 * 1024 * 1024;
/// Stores take no more than 10,000.
const PARTS_MOST: u64 = 9_000;
const MIB: u64 = 1024 * 1024;

/// An upload that is under way, as it is remembered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Upload {
    /// The store's own name for it.
    pub id: String,
    pub part_bytes: u64,
    /// What the store answered to each part, in their order.
    pub parts: Vec<String>,
}

/// What is copied.
pub struct Copied<'a> {
    pub from: &'a Place,
    pub to: &'a Place,
    pub name: &'a str,
    pub mime: &'a str,
}

/// Copies a file. `begun` is how far an earlier try came; `remember` is told of every part that arrived, and of how many bytes that makes.
///
/// # Errors
/// [`StorageError::Away`]: try again with what was remembered last. [`StorageError::Missing`] when the file is not there, or the store
/// has forgotten the upload: begin anew.
pub async fn copy<F>(copied: Copied<'_>, begun: Option<Upload>, remember: impl Fn(Upload, u64) -> F) -> Result<u64, StorageError>
where
    F: Future<Output = Result<(), StorageError>>,
{
    let Copied { from, to, name, mime } = copied;
    let size = from.size(name).await?;
    let part_bytes = PART.max(size.div_ceil(PARTS_MOST).next_multiple_of(MIB));
    let key = to.key(name)?;
    match &to.parts {
        Some(store) if size > part_bytes => {
            let mut upload = match begun.filter(|begun| begun.part_bytes == part_bytes) {
                Some(upload) => upload,
                None => {
                    let options = PutMultipartOptions { attributes: attributes(mime), ..PutMultipartOptions::default() };
                    let id = store.create_multipart_opts(&key, options).await.map_err(refused)?;
                    Upload { id, part_bytes, parts: Vec::new() }
                }
            };
            remember(upload.clone(), upload.parts.len() as u64 * part_bytes).await?;
            while let Some(range) = part(upload.parts.len() as u64, part_bytes, size) {
                let end = range.end;
                let bytes = PutPayload::from_bytes(from.bytes(name, range).await?);
                let sent = store.put_part(&key, &upload.id, upload.parts.len(), bytes).await.map_err(refused)?;
                upload.parts.push(sent.content_id);
                remember(upload.clone(), end).await?;
            }
            let parts = upload.parts.into_iter().map(|content_id| PartId { content_id }).collect();
            store.complete_multipart(&key, &upload.id, parts).await.map_err(refused)?;
        }
        Some(_) => {
            let bytes = from.bytes(name, 0..size).await?;
            let options = PutOptions { attributes: attributes(mime), ..PutOptions::default() };
            to.objects.put_opts(&key, PutPayload::from_bytes(bytes), options).await.map_err(refused)?;
        }
        None => {
            // A folder has it whole or not at all.
            let mut upload = to.objects.put_multipart(&key).await.map_err(refused)?;
            let mut number = 0;
            while let Some(range) = part(number, part_bytes, size) {
                let bytes = PutPayload::from_bytes(from.bytes(name, range).await?);
                if let Err(error) = upload.put_part(bytes).await {
                    let _ = upload.abort().await;
                    return Err(refused(error));
                }
                number += 1;
            }
            upload.complete().await.map_err(refused)?;
        }
    }
    match to.size(name).await? {
        arrived if arrived == size => Ok(size),
        arrived => Err(StorageError::Away(format!("{arrived} bytes of {size} arrived"))),
    }
}

/// The bytes of a part; none behind the last.
fn part(number: u64, part_bytes: u64, size: u64) -> Option<std::ops::Range<u64>> {
    let start = number * part_bytes;
    (start < size).then(|| start..size.min(start + part_bytes))
}

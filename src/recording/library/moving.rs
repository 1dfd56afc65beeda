//! The one who carries: finished recordings to the store and on to the archive, and those that are to go out of all of them. A store
//! that is away is asked again, later and later; what arrived of a file is never sent twice.

use super::{Inner, LibraryError, blocking, remove_folder};
use crate::{
    recording::{
        backup,
        manifest::Manifest,
        storage::{Copied, Place, StorageError, Tier, Upload, copy},
    },
    store::{
        StoreError,
        models::{RecordingChanges, RecordingFileRow, RecordingRow, UploadRow, millis},
        recordings::{DELETING, OVER},
    },
};
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

/// Without being asked it looks this often: things grow old by themselves.
const EVERY: Duration = Duration::from_secs(300);
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Recordings that are looked at together.
const BATCH: i64 = 50;
/// So long after its end a recording waits here for copies that browsers still send: they may be its only word of somebody.
const COPIES_WITHIN_MS: i64 = 10 * 60 * 1000;

/// Until it is dropped.
pub async fn work(inner: Arc<Inner>) {
    let mut wait = FIRST_PAUSE;
    loop {
        match round(&inner).await {
            Ok(()) => {
                wait = FIRST_PAUSE;
                // Either way it is time to look again.
                let _ = timeout(EVERY, inner.stirred.notified()).await;
            }
            Err(error) => {
                metrics::counter!("greenroom_recording_moves_total", "outcome" => "failed").increment(1);
                tracing::warn!(%error, retry_seconds = wait.as_secs(), "recordings could not be moved; it is tried again");
                wait = pause(wait).await;
            }
        }
    }
}

/// Waits, and says how long to wait the next time.
pub async fn pause(wait: Duration) -> Duration {
    sleep(wait.mul_f64(rand::random_range(0.8..1.2))).await;
    (wait * 2).min(LONGEST_PAUSE)
}

/// Everything that is to be done now.
async fn round(inner: &Inner) -> Result<(), LibraryError> {
    // One that can't be moved holds up no other: the first fault is told when all had their turn.
    let mut fault = None;
    let mut note = |done: Result<(), LibraryError>| {
        if let Err(error) = done {
            fault.get_or_insert(error);
        }
    };
    for row in inner.store.recordings_in(DELETING, BATCH).await? {
        note(remove_whole(inner, row.id.0).await);
    }
    let now = millis(inner.clock.now());
    let old = now.saturating_sub(i64::try_from(inner.options.archive_after_days).unwrap_or(i64::MAX).saturating_mul(DAY_MS));
    let mut ways = Vec::new();
    if inner.storage.tier(Tier::Archive).is_some() {
        ways.extend([(Tier::Store, Tier::Archive, old), (Tier::Local, Tier::Archive, old)]);
    }
    if inner.storage.tier(Tier::Store).is_some() {
        ways.push((Tier::Local, Tier::Store, i64::MAX));
    }
    for (from, to, before) in ways {
        for row in inner.store.recordings_lying_in(from.name(), before, BATCH).await? {
            if from != Tier::Local || !waits_for_copies(inner, &row, now).await {
                note(carry(inner, row.id.0, to).await);
            }
        }
    }
    fault.map_or(Ok(()), Err)
}

async fn waits_for_copies(inner: &Inner, row: &RecordingRow, now: i64) -> bool {
    if row.ended_at.is_none_or(|ended_at| ended_at.saturating_add(COPIES_WITHIN_MS) < now) {
        return false;
    }
    let folder = inner.recordings.join(row.id.to_string());
    // One whose manifest can't be read waits for nothing.
    blocking(move || backup::is_awaited(&folder, &Manifest::read(&folder)?)).await.unwrap_or(false)
}

/// Are parts of a recording in another place already?
pub async fn has_begun(inner: &Inner, row: &RecordingRow) -> Result<bool, StoreError> {
    for file in inner.store.files_of_recording(row.id.0).await? {
        if file.tier != Tier::Local.name() || inner.store.upload_of(file.id.0).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// All files of a recording, unless it is to be made anew, or removed.
async fn carry(inner: &Inner, id: Uuid, to: Tier) -> Result<(), LibraryError> {
    let row = {
        let mut carried = inner.carried.lock().await;
        let row = inner.store.recording_by_id(id).await?;
        if !OVER.contains(&row.state.as_str()) {
            return Ok(());
        }
        *carried = Some(id);
        row
    };
    let done = carry_files(inner, &row, to).await;
    *inner.carried.lock().await = None;
    done
}

async fn carry_files(inner: &Inner, row: &RecordingRow, to: Tier) -> Result<(), LibraryError> {
    let files = inner.store.files_of_recording(row.id.0).await?;
    let all: i64 = files.iter().map(|file| file.bytes).sum::<i64>().max(1);
    let mut done = 0;
    for file in files {
        if file.tier != to.name() {
            let before = done;
            carry_file(inner, &file, to, |bytes| tell(inner, row.id.0, (before + bytes) as f64 / all as f64)).await?;
        }
        done += file.bytes;
    }
    let arrived = RecordingChanges {
        tier: Some(to.name().to_owned()),
        step: Some(None),
        progress: Some(1.0),
        ..RecordingChanges::default()
    };
    inner.store.change_recording(row.id.0, arrived).await?;
    metrics::counter!("greenroom_recording_moves_total", "outcome" => "moved").increment(1);
    Ok(())
}

async fn tell(inner: &Inner, id: Uuid, progress: f64) -> Result<(), StoreError> {
    let at = RecordingChanges {
        step: Some(Some("upload".to_owned())),
        progress: Some(progress.min(1.0)),
        ..RecordingChanges::default()
    };
    inner.store.change_recording(id, at).await
}

async fn carry_file<F>(inner: &Inner, file: &RecordingFileRow, to: Tier, tell: impl Fn(i64) -> F) -> Result<(), LibraryError>
where
    F: Future<Output = Result<(), StoreError>>,
{
    let from = place(inner, &file.tier)?;
    let target = place(inner, to.name())?;
    let begun = inner.store.upload_of(file.id.0).await?.filter(|upload| upload.tier == to.name());
    let goes_on = begun.is_some();
    let begun = begun.and_then(|row| {
        Some(Upload {
            id: row.upload_id,
            part_bytes: row.part_bytes.unsigned_abs(),
            parts: serde_json::from_str(&row.parts).ok()?,
        })
    });
    let remember = |upload: Upload, bytes: u64| {
        let row = UploadRow {
            file_id: file.id,
            tier: to.name().to_owned(),
            location: file.location.clone(),
            upload_id: upload.id,
            part_bytes: i64::try_from(upload.part_bytes).unwrap_or(i64::MAX),
            parts: serde_json::to_string(&upload.parts).unwrap_or_default(),
        };
        let told = tell(i64::try_from(bytes).unwrap_or(i64::MAX));
        async {
            // Without its memory an upload would begin anew after a fault: it waits with the store.
            let kept = async { inner.store.keep_upload(row).await };
            kept.await.map_err(|error| StorageError::Away(error.to_string()))?;
            told.await.map_err(|error| StorageError::Away(error.to_string()))
        }
    };
    let copied = Copied { from, to: target, name: &file.location, mime: &file.mime };
    match copy(copied, begun, remember).await {
        Ok(_) => {}
        Err(StorageError::Missing) if goes_on => {
            inner.store.forget_upload(file.id.0).await?;
            return Err(StorageError::Away("the store forgot an upload; it begins anew".to_owned()).into());
        }
        Err(StorageError::Missing) => {
            tracing::error!(file = %file.id, "a recording's file is gone from its place");
            return Ok(inner.store.remove_recording_file(file.id.0).await?);
        }
        Err(error) => return Err(error.into()),
    }
    inner.store.move_recording_file(file.id.0, to.name(), file.location.clone()).await?;
    Ok(from.remove(&file.location).await?)
}

fn place<'a>(inner: &'a Inner, tier: &str) -> Result<&'a Place, StorageError> {
    let place = Tier::named(tier).and_then(|tier| inner.storage.tier(tier));
    place.ok_or_else(|| StorageError::Wrong(format!("files lie in the tier {tier}, which is not configured any more")))
}

/// Files everywhere, then the folder, then the rows.
pub async fn remove_whole(inner: &Inner, id: Uuid) -> Result<(), LibraryError> {
    for file in inner.store.files_of_recording(id).await? {
        place(inner, &file.tier)?;
        // Also where a copy was just being made.
        for (_, place) in inner.storage.all() {
            place.remove(&file.location).await?;
        }
    }
    let folder = inner.recordings.join(id.to_string());
    blocking(move || remove_folder(&folder)).await?;
    Ok(inner.store.remove_recording(id).await?)
}

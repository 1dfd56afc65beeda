//! What the process before left: recordings whose session goes on are taken up by their rooms, all others are finished here.

use super::{RecordingService, running::on_disk};
use crate::{
    recording::{finish::finish, manifest::Manifest, resume},
    store::models::RecordingRow,
};
use actors::ids::{RecordingId, RoomId};
use std::{io, time::Duration};
use tokio::time::sleep;

const RETRY: Duration = Duration::from_secs(5);

pub(super) async fn look_after(service: RecordingService) {
    let left = loop {
        match service.0.setup.library.unfinished().await {
            Ok(left) => break left,
            Err(error) => tracing::error!(%error, "recordings could not be looked through; trying again"),
        }
        sleep(RETRY).await;
    };
    for row in left {
        let id = RecordingId(row.id.0);
        if !goes_on(&service, &row).await {
            finish_left(&service, id).await;
        }
    }
}

/// Does its room still record it? The room is loaded for the question if its session is open.
async fn goes_on(service: &RecordingService, row: &RecordingRow) -> bool {
    let (id, room) = (RecordingId(row.id.0), RoomId(row.room_id.0));
    if service.running().contains(&id) {
        return true;
    }
    let Some(rooms) = service.rooms().await else { return true };
    let open = rooms.existing(room).await.is_ok();
    (open && rooms.recording(room).await.is_some_and(|running| running.id == id)) || service.running().contains(&id)
}

async fn finish_left(service: &RecordingService, id: RecordingId) {
    let setup = &service.0.setup;
    let (folder, keys, now) = (setup.library.folder(id), setup.keys.clone(), setup.clock.now());
    let finished = on_disk(move || {
        let whole = Manifest::read(&folder)?;
        let mut manifest = if whole.ended_at.is_some() { whole } else { resume(&folder, now)? };
        // Nobody was there to stop it: it ended where the last of it is.
        if manifest.ended_at.is_none() {
            manifest.away.pop();
            manifest.ended_at = Some(actors::Timestamp(manifest.started_at.0 + last_ms(&manifest)));
            manifest.write(&folder)?;
        }
        let at = manifest.ended_at.unwrap_or(now);
        finish(&folder, at, &keys)
    });
    let failed = match finished.await {
        Ok(_) => false,
        Err(error) => {
            let gone = error.kind() == io::ErrorKind::NotFound;
            tracing::error!(recording = %id.short(), %error, gone, "a recording that was left unfinished can't be finished");
            true
        }
    };
    match setup.library.ended(id, failed).await {
        Ok(()) => tracing::info!(recording = %id.short(), failed, "finished a recording that was cut off"),
        Err(error) => tracing::error!(recording = %id.short(), %error, "the end of a recording could not be noted"),
    }
}

/// Behind the last frame of any track.
fn last_ms(manifest: &Manifest) -> u64 {
    let segments = manifest.tracks.iter().flat_map(|track| &track.segments);
    segments.filter_map(|segment| segment.end_ms()).max().unwrap_or(0)
}

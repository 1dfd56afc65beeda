//! What is kept has an end: every hour the store and the disk are rid of what is over.

use crate::{
    store::{
        StoreError,
        models::{FileRow, RoomRow},
    },
    web::{idempotency::KEPT_MS, state::Shared},
};
use actix_web::web::Data;
use std::{path::Path, time::Duration};
use tokio::fs;
use uuid::Uuid;

const EVERY: Duration = Duration::from_secs(3600);
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Rows that are looked at together.
const AT_ONCE: i64 = 200;

/// Runs for as long as the server.
pub async fn keep(shared: Data<Shared>) {
    let mut every = tokio::time::interval(EVERY);
    loop {
        every.tick().await;
        if let Err(error) = tidy(&shared).await {
            tracing::warn!(%error, "housekeeping goes on in an hour");
        }
    }
}

async fn tidy(shared: &Shared) -> Result<(), StoreError> {
    let now = shared.now_ms();
    shared.store.purge_tokens(now).await?;
    shared.store.purge_requests(now - KEPT_MS).await?;
    shared.store.purge_audit(now - days(shared.config.audit_retention_days)).await?;
    remove_rooms(shared, now - days(shared.config.removed_room_days)).await?;
    for tenant in shared.store.tenants().await? {
        forget_sessions(shared, tenant.id.0, now).await?;
    }
    Ok(())
}

fn days(days: u64) -> i64 {
    i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY_MS)
}

async fn remove_rooms(shared: &Shared, before: i64) -> Result<(), StoreError> {
    loop {
        let over = shared.store.rooms_over_since(before, AT_ONCE).await?;
        for room in &over {
            // First the files: without its row nobody would find them again.
            if let Err(error) = fs::remove_dir_all(shared.config.data_dir.join("files").join(room.to_string())).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, "files of a room that is over stay on disk");
            }
            shared.store.purge_room(room.0).await?;
        }
        if over.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

/// Each room says how long what happened in it is kept.
async fn forget_sessions(shared: &Shared, tenant: Uuid, now: i64) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let rooms = shared.store.rooms_of_tenant(tenant, after, AT_ONCE).await?;
        for room in &rooms {
            let before = now - days(room.record()?.settings.retention_days.into());
            shared.store.purge_sessions(room.id.0, before).await?;
            forget_files(shared, room, before).await?;
        }
        match rooms.last() {
            Some(last) if rooms.len() == AT_ONCE as usize => after = Some((last.created_at, last.id.0)),
            _ => return Ok(()),
        }
    }
}

async fn forget_files(shared: &Shared, room: &RoomRow, before: i64) -> Result<(), StoreError> {
    for file in shared.store.files_of_room(room.id.0).await?.iter().filter(|file| file.created_at < before) {
        remove(&shared.config.data_dir, file).await;
        shared.store.remove_file(file.id.0).await?;
    }
    Ok(())
}

async fn remove(data_dir: &Path, file: &FileRow) {
    if let Err(error) = fs::remove_file(data_dir.join(&file.path)).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file past its retention stays on disk");
    }
}

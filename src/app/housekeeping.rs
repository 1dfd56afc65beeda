//! What is kept has an end: every few minutes the store and the disk are rid of what is past its time.

mod files;
#[cfg(test)]
mod tests;

use crate::{
    config::Config,
    recording::library::{Library, LibraryError},
    store::{Id, Store, StoreError},
    web::{idempotency::KEPT_MS, state::Shared},
};
use actix_web::web::Data;
use files::Files;
use std::{collections::BTreeMap, time::Duration};

const FIRST_AFTER: Duration = Duration::from_secs(15);
const EVERY: Duration = Duration::from_secs(300);
const DAY_MS: i64 = 24 * 3600 * 1000;
/// How long another server may tell the same again.
const TOLD_MS: i64 = 7 * DAY_MS;
/// Rooms that are looked at together.
const ROOMS: i64 = 100;

/// Runs until it is dropped, with the server. Servers that start together don't tidy together.
pub async fn keep(shared: Data<Shared>) {
    let mut house = House::new(shared.store.clone(), shared.library.clone(), &shared.config);
    tokio::time::sleep(jittered(FIRST_AFTER)).await;
    loop {
        let removed = house.tidy(shared.now_ms()).await;
        removed.tell();
        metrics::gauge!("greenroom_housekeeping_finished_timestamp_seconds").set(shared.now_ms() as f64 / 1_000.0);
        tokio::time::sleep(jittered(EVERY)).await;
    }
}

fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.8..1.2))
}

/// How much went, by what it was, and which chores failed: they are tried again the next time.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removed {
    pub counts: BTreeMap<&'static str, usize>,
    pub failed: BTreeMap<&'static str, usize>,
}

impl Removed {
    fn add(&mut self, what: &'static str, done: Result<usize, impl std::fmt::Display>) {
        match done {
            Ok(0) => {}
            Ok(count) => *self.counts.entry(what).or_default() += count,
            Err(error) => {
                tracing::warn!(%error, what, "housekeeping could not remove something; it tries again later");
                *self.failed.entry(what).or_default() += 1;
            }
        }
    }

    fn tell(&self) {
        for (what, count) in &self.counts {
            metrics::counter!("greenroom_housekeeping_removed_total", "what" => *what).increment(*count as u64);
        }
        for (what, count) in &self.failed {
            metrics::counter!("greenroom_housekeeping_failures_total", "what" => *what).increment(*count as u64);
        }
        if !self.counts.is_empty() {
            tracing::info!(removed = ?self.counts, "past its retention");
        }
    }
}

/// What is tidied, and for how long things stay.
struct House {
    store: Store,
    library: Library,
    files: Files,
    audit_ms: i64,
    removed_room_ms: i64,
    removed_account_ms: i64,
    /// When the disk was last searched for what the store does not know.
    searched_at: Option<i64>,
}

impl House {
    fn new(store: Store, library: Library, config: &Config) -> Self {
        Self {
            store,
            library,
            files: Files::below(&config.data_dir),
            audit_ms: days(config.audit_retention_days),
            removed_room_ms: days(config.removed_room_days),
            removed_account_ms: days(config.removed_account_days),
            searched_at: None,
        }
    }

    /// Removes what is over at `now`. A chore that fails does not hold the others up.
    async fn tidy(&mut self, now: i64) -> Removed {
        let mut removed = Removed::default();
        removed.add("refresh_tokens", self.store.purge_tokens(now).await);
        removed.add("told_events", self.store.purge_told_events(now - TOLD_MS).await);
        removed.add("idempotency_keys", self.store.purge_requests(now - KEPT_MS).await);
        removed.add("audit", self.store.purge_audit(now.saturating_sub(self.audit_ms)).await);
        removed.add("consents", self.store.purge_consents(now.saturating_sub(self.audit_ms)).await);
        removed.add("api_keys", self.store.purge_api_keys(now.saturating_sub(self.removed_account_ms)).await);
        removed.add("accounts", self.store.purge_users(now.saturating_sub(self.removed_account_ms)).await);
        self.remove_rooms(now.saturating_sub(self.removed_room_ms), &mut removed).await;
        self.forget_sessions(now, &mut removed).await;
        removed.add("recordings", self.library.remove_overdue(now).await);
        if self.searched_at.is_none_or(|at| now - at >= DAY_MS) {
            self.searched_at = Some(now);
            removed.add("lost_files", self.files.remove_lost(&self.store, now - DAY_MS).await);
        }
        removed
    }

    /// Rooms that were deleted or expired before `before`.
    async fn remove_rooms(&self, before: i64, removed: &mut Removed) {
        loop {
            let over = match self.store.rooms_over_since(before, ROOMS).await {
                Ok(over) => over,
                Err(error) => return removed.add("rooms", Err(error)),
            };
            let mut failed = false;
            for room in &over {
                let done = self.remove_room(*room).await;
                failed |= done.is_err();
                removed.add("rooms", done.map(|()| 1));
            }
            // A room that stays would come again and again.
            if failed || over.len() < ROOMS as usize {
                return;
            }
        }
    }

    /// First the files: without its row nobody would find them again.
    async fn remove_room(&self, room: Id) -> Result<(), Failure> {
        self.files.remove_all_of(room).await?;
        for session in self.store.sessions_of(room.0, None, i64::MAX).await? {
            self.files.remove_session(session.id).await?;
        }
        self.library.remove_all_of(room.0).await?;
        Ok(self.store.purge_room(room.0).await?)
    }

    /// First what other servers sent into it.
    async fn remove_session(&self, session: Id) -> Result<(), Failure> {
        self.files.remove_session(session).await?;
        Ok(self.store.purge_session(session.0).await?)
    }

    /// Each room says how long what happened in it is kept.
    async fn forget_sessions(&self, now: i64, removed: &mut Removed) {
        let mut after = None;
        loop {
            let overdue = match self.store.overdue(now, after, ROOMS).await {
                Ok(overdue) => overdue,
                Err(error) => return removed.add("sessions", Err(error)),
            };
            for file in &overdue.files {
                removed.add("files", self.files.remove(&self.store, file).await.map(|()| 1));
            }
            for session in overdue.sessions {
                removed.add("sessions", self.remove_session(session).await.map(|()| 1));
            }
            for (room, before) in overdue.known {
                removed.add("known_people", self.store.purge_known(room.0, before).await);
            }
            for room in overdue.unreadable {
                removed.add("sessions", Err(format!("the settings of room {room} can't be read")));
            }
            after = overdue.last;
            if after.is_none() {
                return;
            }
        }
    }
}

/// Why something stays.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Recording(#[from] LibraryError),
    #[error("a file: {0}")]
    Disk(#[from] std::io::Error),
}

fn days(days: u64) -> i64 {
    i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY_MS)
}
